"""The way to the terminal: a thread that writes what it is handed, so that nobody waits for a slow one."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

_PIECE = 4096  # bytes written at once


class Outlet(threading.Thread):
    """Writes to the file `descriptor`; `drained` is called, from this thread, whenever everything has been taken."""

    def __init__(
        self,
        descriptor: int,
        *,
        encoding: str,
        errors: str,
        drained: Callable[[], object],
        patience: float = 2.0,  # seconds without a byte taken, until the end waits no longer
    ) -> None:
        super().__init__(daemon=True, name="cockpit-outlet")
        self._descriptor = descriptor
        self._encoding = encoding
        self._errors = errors
        self._drained = drained
        self._patience = patience
        self._news = threading.Condition()
        self._waiting = bytearray()
        self._closing = self._gone = False
        self.backlog = 0  # bytes that the terminal has not taken

    def put(self, text: str) -> int:
        """Hand over text to be written, never waiting; return its bytes."""
        data = text.encode(self._encoding, self._errors)
        with self._news:
            if not self._gone:
                self._waiting += data
                self.backlog += len(data)
                self._news.notify()
        return len(data)

    def close(self) -> None:
        """Wait until all is written, or the terminal has taken nothing for a while."""
        with self._news:
            self._closing = True
            self._news.notify()
        while self.is_alive():
            before = self.backlog
            self.join(self._patience)
            if self.is_alive() and self.backlog == before:
                self._give_up()
                return

    def run(self) -> None:
        while (data := self._next()) is not None:
            view = memoryview(data)
            while view and not self._gone:
                view = view[self._write(view[:_PIECE]) :]
            if not self.backlog:
                self._drained()

    def _next(self) -> bytes | None:
        with self._news:
            while not self._waiting and not self._closing:
                self._news.wait()
            data = bytes(self._waiting)
            self._waiting.clear()
        return data or None

    def _write(self, piece: memoryview) -> int:
        try:
            written = os.write(self._descriptor, piece)
        except BlockingIOError:  # somebody who shares the terminal wants it so
            select.select([], [self._descriptor], [], 1.0)
            return 0
        except OSError:  # there is no terminal any more
            self._give_up()
            return 0
        with self._news:
            self.backlog = max(self.backlog - written, 0)
        return written

    def _give_up(self) -> None:
        with self._news:
            self._gone = True
            self._waiting.clear()
            self.backlog = 0

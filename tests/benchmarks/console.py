"""A program on a terminal of its own: every byte it writes is counted, kept with its time, and painted when asked."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.benchmarks.painted import Painted
from tests.benchmarks.processes import tree

_SYNC_ASKED, _SYNC_THERE = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_READ = 65536
_TAIL = 4096  # bytes

# Our reader stamps the time; while we paint in Python it must not wait long for its turn.
sys.setswitchinterval(0.0005)


class Console:
    """A pseudo-terminal with a program in it; used by `with`, whose end hangs up and waits.

    It answers, as modern terminals do, that it can take a frame as a whole. With `painting=False` what is written is
    only counted.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (200, 50),
        environment: Mapping[str, str] | None = None,
        painting: bool = True,
    ) -> None:
        self.written = 0  # bytes, so far
        self.painted = Painted(*size)
        self._painting = painting
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._news = threading.Condition()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        whole = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        for disturbing in ("NO_COLOR", "COLUMNS", "LINES", "TMUX", "TERM_PROGRAM"):
            whole.pop(disturbing, None)
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**whole, **(environment or {})},
            start_new_session=True,
        )
        os.close(slave)
        self._closing = False
        self._tail = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """The program's exit status; None while it runs."""
        return self._process.poll()

    @property
    def last_words(self) -> str:
        """What it wrote last, without its escape sequences."""
        return re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)|[\x00-\x08\x0e-\x1f]", "", self._tail.decode("utf-8", "replace"))

    def processes(self) -> list[int]:
        """Return the program's process and all below it."""
        return tree(self.pid)

    def press(self, keys: str) -> float:
        """Type keys as they are sent; return when."""
        at = time.perf_counter()
        os.write(self._master, keys.encode())
        return at

    def until(self, holds: Callable[[Painted], bool], *, within: float = 60.0) -> float:
        """Paint what comes until something holds; return when the piece came that made it so, infinity for never."""
        deadline = time.perf_counter() + within
        if holds(self.painted):
            return time.perf_counter()
        while True:
            piece = self._next(deadline)
            if piece is None:
                return float("inf")
            self.painted.feed(piece[1])
            if holds(self.painted):
                return piece[0]

    def settle(self, quiet: float = 0.05, *, within: float = 5.0) -> None:
        """Paint until nothing has come for a while."""
        deadline = time.perf_counter() + within
        while time.perf_counter() < deadline:
            piece = self._next(time.perf_counter() + quiet)
            if piece is None:
                return
            self.painted.feed(piece[1])

    def written_within(self, seconds: float) -> int:
        """Paint for so long; return how many bytes came meanwhile."""
        before, deadline = self.written, time.perf_counter() + seconds
        if not self._painting:
            time.sleep(seconds)
        while (piece := self._next(deadline)) is not None:
            self.painted.feed(piece[1])
        return self.written - before

    def close(self) -> None:
        """Hang up, and wait for the program to be gone."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGHUP)
        try:
            self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self._reader.join()
        os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next(self, deadline: float) -> tuple[float, bytes] | None:
        with self._news:
            while not self._pieces:
                left = deadline - time.perf_counter()
                if left <= 0:
                    return None
                self._news.wait(left)
            return self._pieces.popleft()

    def _read(self) -> None:
        while not self._closing or self._process.poll() is None:
            if not select.select([self._master], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self._master, _READ)
            except OSError:  # the program's end is closed
                return
            at = time.perf_counter()
            if _SYNC_ASKED in data:
                os.write(self._master, _SYNC_THERE)
            self._tail = (self._tail + data)[-_TAIL:]
            with self._news:
                self.written += len(data)
                if self._painting:
                    self._pieces.append((at, data))
                    self._news.notify()

"""Following a file in UTF-16 or UTF-32: it is turned into UTF-8 as it grows."""

from __future__ import annotations

import os
from pathlib import Path

from cockpit.logs.encodings import Narrower
from cockpit.logs.feeds import LOOK_SECONDS, Feed

_CHUNK = 1024 * 1024
_PATIENCE = 25  # looks without news after which a file that was removed is let go
_MOST = 128 * 1024 * 1024  # bytes at the end of a file that are turned into UTF-8 at the start


class WideFeed(Feed):
    """The lines of the file at `source` in `path`, from its last 128 MB on; what is there is taken in at once.

    A file that takes its place, or is cut off, is read from its beginning. What there is no room for is taken in once
    there is.
    """

    def __init__(self, name: str, source: Path, encoding: str) -> None:
        super().__init__(name)
        self._source = source
        self._encoding = encoding
        self._descriptor = -1
        self._position = 0
        self._narrower = Narrower(encoding)
        self._in_line = False
        self._idle_looks = 0  # since the file has last had something new
        self._look(most=_MOST)

    def _fill(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            self._look()
        self._close()

    def _look(self, *, most: int | None = None) -> None:
        try:
            self._take_in(most)
            self.trouble = ""
        except FileNotFoundError:
            self.trouble = "is gone, and will be read when it comes back"
        except OSError as error:
            self.trouble = f"cannot be read: {error.strerror or error}"

    def _take_in(self, most: int | None) -> None:
        self._write(b"")  # no more is read until there is room for what is owed
        if self._descriptor < 0:
            self._open(most)
        self._read_on()
        status = os.fstat(self._descriptor)
        # A file that is removed takes up its space for as long as it is open; slow writers may still be at it.
        if status.st_nlink == 0 and self._idle_looks > _PATIENCE:
            self._close()
            self._source.stat()
            return
        there = self._source.stat()
        if status.st_size < self._position or (there.st_size and not os.path.samestat(status, there)):
            self._read_on()
            self._close()

    def _open(self, most: int | None) -> None:
        self._descriptor = os.open(self._source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        size = os.fstat(self._descriptor).st_size
        self._position = 0 if most is None else max(size - most, 0) // 4 * 4
        self._narrower = Narrower(self._encoding)

    def _read_on(self) -> None:
        self._idle_looks += 1
        while data := os.pread(self._descriptor, _CHUNK, self._position):
            self._position += len(data)
            self._idle_looks = 0
            self._write(self._narrower.feed(data))

    def _close(self) -> None:
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        last = self._narrower.feed(b"", final=True)
        if last or self._in_line:
            self._write(last + b"\n")  # or the next file would go on in that line

    def _write(self, text: bytes) -> None:
        """Write text to the spool, where what there is no room for is owed: the decoder gives it but once."""
        if text:
            self._in_line = not text.endswith(b"\n")
        try:
            self._spool.write(text)
        except OSError as error:
            raise OSError(error.errno, f"{error.strerror} in {self.path.parent}") from error

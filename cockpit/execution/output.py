"""The output of an execution: one file that the steps write to directly and that every screen can follow."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cockpit import process

_KEPT = 64 * 1024  # bytes of a step's output that go into the store


class OutputFile:
    """Appends to one file; each step's share of it is known by its offsets."""

    def __init__(self, path: Path) -> None:
        process.make_directory(path.parent)
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if process.is_shared(path.parent) and os.fstat(self.descriptor).st_uid == os.geteuid():
            os.fchmod(self.descriptor, 0o660)  # a colleague may have to go on with what we began

    def heading(self, text: str) -> None:
        """Write a line of our own between the steps' output."""
        self.line(f"-- {text} " + "-" * max(0, 60 - len(text)))

    def line(self, text: str) -> None:
        """Write one line, where there is room for it: a full disk must not come between a step and its record."""
        with contextlib.suppress(OSError):
            os.write(self.descriptor, (text.rstrip("\n") + "\n").encode("utf-8", "replace"))

    @property
    def end(self) -> int:
        """The present size in bytes."""
        return os.fstat(self.descriptor).st_size

    def since(self, offset: int) -> str:
        """Return what was written since `offset`, its last part where it is long."""
        end = self.end
        # A step that prints to /dev/stderr by its path opens the file anew and empties it: all there is came after.
        start = max(offset if offset <= end else 0, end - _KEPT)
        return os.pread(self.descriptor, end - start, start).decode("utf-8", "replace")

    def close(self) -> None:
        """Close the file; processes that inherited it keep it."""
        os.close(self.descriptor)

"""A log that is no file becomes one: what a command or a pipe says is kept in files that rotate, bounded in size."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from threading import Lock

VOLUME_BYTES = 64 * 1024 * 1024
_VOLUMES = 4


class Spool:
    """Files in a directory of its own, which goes with `close`; the present one is at `path`. Any thread may write."""

    def __init__(self, name: str, *, volume_bytes: int = VOLUME_BYTES) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="cockpit-log-"))
        self.path = self._directory / f"{name}.log"
        self._volume_bytes = volume_bytes
        self._lock = Lock()
        self._descriptor = _open(self.path)
        self._size = 0
        self._owed = b""
        # Also where the program ends before it is closed.
        self._removal = weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)

    def write(self, data: bytes) -> None:
        """Add bytes as they came; a new file is only begun after a whole line.

        Raises OSError where there is no room: what could not be written is owed, and comes first at the next call.
        """
        with self._lock:
            if self._descriptor < 0:
                return
            self._owed += data
            end = self._owed.rfind(b"\n") + 1 if self._size + len(self._owed) > self._volume_bytes else 0
            if end:
                self._put(end)
                self._rotate()
            self._put(len(self._owed))

    def close(self) -> None:
        """Remove the files; what is written after that is lost."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
            self._removal()

    def _put(self, count: int) -> None:
        view, taken = memoryview(self._owed), 0
        try:
            while taken < count:
                taken += os.write(self._descriptor, view[taken:count])
        finally:
            self._size += taken
            self._owed = self._owed[taken:]

    def _rotate(self) -> None:
        # First of all: where there is no room for another file, everything stays as it is.
        begun = self.path.with_name(f"{self.path.name}.begun")
        descriptor = _open(begun)
        for age in range(_VOLUMES - 1, 0, -1):
            name = self.path.with_name(f"{self.path.name}.{age}")
            if name.exists():
                name.rename(self.path.with_name(f"{self.path.name}.{age + 1}"))
        self.path.with_name(f"{self.path.name}.{_VOLUMES}").unlink(missing_ok=True)
        self.path.rename(self.path.with_name(f"{self.path.name}.1"))
        begun.rename(self.path)
        os.close(self._descriptor)
        self._descriptor, self._size = descriptor, 0


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

"""A lock between processes of one host: the kernel releases it when its holder dies, and the file says who holds it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import msgspec
from msgspec import Struct

from cockpit.errors import RefusedError
from cockpit.store import files

_PEEK = 0.05  # seconds to outlast somebody who only looks who holds it
_PAUSE = 0.005


class Held(Struct, frozen=True):
    """Who holds a lock; `since` is a point in time as text, `nonce` tells two holders of the same name apart."""

    owner: str
    host: str
    pid: int
    since: str
    reason: str
    nonce: str = ""


_UNKNOWN = Held("somebody", "this host", 0, "an unknown time", "unknown")


class FileLock:
    """A flock on `path`, whose directory exists; a context manager.

    It belongs to the process that takes it: programs it starts do not inherit it.
    """

    def __init__(self, path: Path, holder: Held, *, wait: float = 0.0, share: int = 0) -> None:
        self._path = path
        self._holder = holder
        self._wait = wait
        self._share = share
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock, within `wait` seconds; raises RefusedError (`locked`) with who holds it and since when."""
        if self._descriptor is not None:
            raise RuntimeError(f"{self._path} is held already, by this very lock")
        deadline = time.monotonic() + max(self._wait, _PEEK)
        while not self._try():
            if time.monotonic() > deadline:
                raise _refusal(self._path, _read(self._path) or _UNKNOWN)
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Give the lock back; the file stays, empty."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            _unlock_and_close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _try(self) -> bool:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _require_at(descriptor, self._path)
            if os.fstat(descriptor).st_uid == os.geteuid():
                files.share_file(descriptor, self._share)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, msgspec.json.encode(self._holder), 0)
        except (BlockingIOError, FileNotFoundError):
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True


def holder_of(path: Path) -> Held | None:
    """Return who holds the lock now, or None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return _read(path) or _UNKNOWN
    _unlock_and_close(descriptor)
    return None


@contextlib.contextmanager
def lock_if_free(path: Path) -> Iterator[int | None]:
    """Hold the lock meanwhile and give its descriptor, or None where somebody else holds it."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield None
        return
    try:
        yield descriptor
    finally:
        _unlock_and_close(descriptor)


def _unlock_and_close(descriptor: int) -> None:
    """Unlock at once: a program that another thread starts just now has a copy of the descriptor until it execs."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _require_at(descriptor: int, path: Path) -> None:
    """Raise FileNotFoundError where the file that was locked is not the one others would lock."""
    if not os.path.samestat(os.fstat(descriptor), path.stat()):
        raise FileNotFoundError(path)


def _read(path: Path) -> Held | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Held)
    except (OSError, ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
        return None


def _refusal(path: Path, held: Held) -> RefusedError:
    return RefusedError(
        f"{path.stem} is locked by {held.owner} on {held.host} (process {held.pid}) since {held.since}: {held.reason}",
        fix="Wait until it is released",
        code="locked",
    )

"""Files that are still there after a crash: what is created is synced, and so is every directory above it.

`share` holds the permission bits that `core.sharedRepository` adds to what the umask leaves, or 0.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

Identity = tuple[int, int, int]


def identity(path: str) -> Identity | None:
    """Return what tells, without reading, whether a file is the one it was: inode, size and time of the last write."""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked for every event, and a Path costs more than the answer
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directories(directory: Path, *, below: Path, share: int = 0) -> None:
    """Create `directory` and what is missing between it and the existing `below`, durably.

    Directories that are there are synced too: whoever made them may have died before doing so.
    """
    chain = [directory, *directory.parents]
    chain = chain[: chain.index(below)]
    for path in reversed(chain):
        with contextlib.suppress(FileExistsError):
            path.mkdir()
            if share:
                searchable = (share & 0o444) >> 2
                path.chmod(stat.S_IMODE(path.stat().st_mode) | share | searchable | stat.S_ISGID)
        sync_directory(path.parent)


def create(path: Path, *, share: int = 0, flags: int = 0) -> int:
    """Create `path`, which must not exist, and return a descriptor to write to it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | flags, 0o666)
    try:
        share_file(descriptor, share)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def share_file(descriptor: int, share: int) -> None:
    """Give an open file of ours the permissions of a shared repository."""
    if share:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | share)


def write_whole(path: Path, data: bytes, *, temporary: Path, share: int = 0) -> None:
    """Put `data` at `path` durably and at one stroke, by way of a file in `temporary` on the same file system."""
    draft = temporary / f"{path.name}.{os.urandom(8).hex()}"
    try:
        descriptor = create(draft, share=share)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    sync_directory(path.parent)

"""Logs that were packed when they were rotated, unpacked to be read."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from tempfile import _TemporaryFileWrapper

# Looking back into archives is rare, and a log is opened often: what that needs is imported where it is done.

_CHUNK = 1024 * 1024
_PREFIX = "cockpit-log-"
_LEFT_FREE = 1024 * 1024 * 1024  # bytes, or a twentieth of a smaller disk: a few zeros unpack to all that there is


class GivenUpError(CockpitError):
    """What was under way was cancelled."""


def unpacked(path: Path, cancel: Event) -> int:
    """Return a descriptor of what a packed file holds, in a temporary file without a name; raises as `unpack`."""
    import tempfile

    with tempfile.TemporaryFile(prefix=_PREFIX) as target:
        unpack(path, target, cancel)
        return os.dup(target.fileno())


def unpacked_file(path: Path) -> _TemporaryFileWrapper[bytes]:
    """Return a file with a name, which holds what a packed one does until it is let go of; raises OSError."""
    import tempfile

    target = tempfile.NamedTemporaryFile(prefix=_PREFIX)  # noqa: SIM115 - whoever asked for it closes it
    unpack(path, target, Event())
    return target


def unpack(path: Path, target: IO[bytes], cancel: Event) -> None:
    """Write what a packed file holds.

    Raises GivenUpError once `cancel` is set, and OSError where it cannot be read or is not packed as its name says.
    """
    import bz2
    import gzip
    import lzma
    import zlib

    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    open_packed = {".gz": gzip.GzipFile, ".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile, ".zst": zstd.ZstdFile}[path.suffix]
    with open_packed(path) as packed:
        try:
            while chunk := packed.read1(_CHUNK):  # `read` would lose up to a chunk before where the file ends
                if cancel.is_set():
                    raise GivenUpError(f"unpacking {path.name} was cancelled")
                _leave_room(target.fileno(), len(chunk), path)
                target.write(chunk)
        except EOFError:
            pass  # it is still being packed: what is there is shown
        except (OSError, zlib.error, lzma.LZMAError, zstd.ZstdError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the system's, such as a full disk: it says nothing about what is in the file
            raise OSError(f"{path.name} is damaged, or not packed as its name says: {error}") from error
        target.flush()


def _leave_room(descriptor: int, size: int, path: Path) -> None:
    disk = os.fstatvfs(descriptor)
    if disk.f_bavail * disk.f_frsize - size < min(_LEFT_FREE, disk.f_blocks * disk.f_frsize // 20):
        raise OSError(errno.ENOSPC, f"{path.name} holds more than there is room for")

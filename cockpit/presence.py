"""Who has the cockpit open on this clone: a locked file a process, gone with it however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from pathlib import Path
from typing import Literal

import msgspec

from cockpit.closing import Closing
from cockpit.release.live import Presence
from cockpit.store.location import StoreLocation

Kind = Literal["screen", "watcher", "worker"]
_DECODER = msgspec.json.Decoder(Presence)
_ATTEMPTS = 50  # to read an entry that is being written


def presence_directory(location: StoreLocation) -> Path:
    """Return where the processes of a clone say that they are here."""
    return location.run / "presence"


class PresenceFile(Closing):
    """Our own entry; the kernel drops the lock when we die, and the next reader removes the file."""

    def __init__(self, directory: Path, presence: Presence) -> None:
        self._path = directory / f"{presence.writer}.json"
        directory.mkdir(parents=True, exist_ok=True)
        self._presence = presence
        self._length = 0
        self._changing = threading.Lock()
        # Locked before it has its name: a reader must never find it unlocked and take us for dead.
        newborn = directory / f".{presence.writer}"
        self._descriptor = os.open(newborn, os.O_RDWR | os.O_CREAT, 0o664)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        self._write()
        newborn.rename(self._path)

    def look_at(self, place: str) -> None:
        """Say what we are looking at now."""
        with self._changing:
            self._presence = msgspec.structs.replace(self._presence, looking_at=place)
            self._write()

    def call(self, name: str) -> None:
        """Say who we are."""
        with self._changing:
            self._presence = msgspec.structs.replace(self._presence, name=name)
            self._write()

    def _write(self) -> None:
        # One write and never shorter than the last: what a reader sees is whole, trailing blanks are no part of JSON.
        data = msgspec.json.encode(self._presence).ljust(self._length)
        self._length = len(data)
        os.pwrite(self._descriptor, data, 0)

    def close(self) -> None:
        """Leave."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        os.close(self._descriptor)


def _read(descriptor: int) -> Presence | None:
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
            return _DECODER.decode(os.pread(descriptor, 65536, 0))
    return None


def present(directory: Path) -> tuple[Presence, ...]:
    """Return who is here, in order of arrival; entries of the dead are removed."""
    found = []
    try:
        paths = list(directory.glob("*.json"))
    except FileNotFoundError:
        return ()
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, PermissionError):
            continue
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                presence = _read(descriptor)
                if presence is not None:
                    found.append(presence)
            else:
                with contextlib.suppress(FileNotFoundError, PermissionError):
                    path.unlink()
        finally:
            os.close(descriptor)
    return tuple(sorted(found, key=lambda presence: (presence.since, presence.writer)))

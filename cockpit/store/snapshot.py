"""What the journals hold at one moment, by the object ids that git would give them."""

from __future__ import annotations

import os

from msgspec import Struct

from cockpit.errors import GitError
from cockpit.store.layout import JournalName, parse_journal_path
from cockpit.store.location import StoreLocation
from cockpit.store.objects import blob_id
from cockpit.store.purge import purged_blobs
from cockpit.store.reader import list_streams


class LocalJournal(Struct, frozen=True):
    """A journal file cut at its last newline: its name, the id and size of that part, and the blobs it purges."""

    name: JournalName
    oid: str
    size: int
    purged: frozenset[str] = frozenset()


class Snapshot:
    """Scans the journals; a file that has not changed since the last scan is not read again."""

    def __init__(self, location: StoreLocation) -> None:
        self._location = location
        self._known: dict[str, tuple[tuple[int, int, int], LocalJournal]] = {}

    def scan(self) -> dict[str, LocalJournal]:
        """Return every journal that has at least one whole line, by its path in the tree."""
        found = {}
        for stream in list_streams(self._location.root):
            with os.scandir(self._location.journal / stream) as entries:
                for entry in entries:
                    path = f"journal/{stream}/{entry.name}"
                    name = parse_journal_path(path)
                    if name is None:
                        continue
                    status = entry.stat()
                    mark = (status.st_ino, status.st_size, status.st_mtime_ns)
                    known = self._known.get(path)
                    if known is None or known[0] != mark:
                        known = self._known[path] = (mark, self._measure(name))
                    if known[1].size:
                        found[path] = known[1]
        return found

    def read(self, journal: LocalJournal) -> bytes:
        """Return the bytes that were measured; raises GitError where the file was rewritten since."""
        data = (self._location.root / journal.name.path).read_bytes()[: journal.size]
        if blob_id(data, self._location.object_format) != journal.oid:
            self._known.pop(journal.name.path, None)
            raise GitError(f"{journal.name.path} was rewritten while it was being committed")
        return data

    def _measure(self, name: JournalName) -> LocalJournal:
        data = (self._location.root / name.path).read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        oid = blob_id(whole, self._location.object_format)
        return LocalJournal(name, oid, len(whole), purged_blobs([whole]))

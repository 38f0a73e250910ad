"""The version that answered last, one row a series in the database: it is a state, not a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import sqlite3

# It came after the others: a reader finds it missing in the file of an older watcher, and takes it for empty.
TABLES = """
CREATE TABLE IF NOT EXISTS version_seen (
  series TEXT PRIMARY KEY, version TEXT NOT NULL, since REAL NOT NULL, at REAL NOT NULL, trouble TEXT NOT NULL
) WITHOUT ROWID;
"""


class VersionSeen(Struct, frozen=True):
    """A version that answered from `since` up to `at`, in epoch seconds; `trouble` is why the latest look saw none."""

    version: str
    since: float
    at: float
    trouble: str


class VersionKeeper:
    """The latest looks, until they are written."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, str, float, str]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, series: str, version: str, at: float, trouble: str) -> None:
        """Take in a look at `at`, in epoch seconds; while nothing can be written the oldest are dropped."""
        self._waiting = [*self._waiting[-99:], (series, version, at, trouble)]

    def clear(self) -> None:
        """Take it that all is written."""
        self._waiting.clear()

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what waits; a look that saw none leaves the version that was seen before it."""
        for series, version, at, trouble in self._waiting:
            if trouble:
                connection.execute(
                    "INSERT INTO version_seen VALUES (?, '', 0, 0, ?)"
                    " ON CONFLICT (series) DO UPDATE SET trouble = excluded.trouble",
                    (series, trouble),
                )
            else:
                connection.execute(
                    "INSERT INTO version_seen VALUES (?, ?, ?, ?, '') ON CONFLICT (series) DO UPDATE SET"
                    " since = CASE WHEN version = excluded.version THEN since ELSE excluded.since END,"
                    " version = excluded.version, at = excluded.at, trouble = ''",
                    (series, version, at, at),
                )

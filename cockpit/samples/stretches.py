"""For how long a probe found the same, without a gap: exact bounds of outages, and of what nobody looked at.

A stretch lasts from its first look to the first look that found something else; where the next look is late it ends
with its last one, so that a gap is never anything but a gap. Likewise for the time in which a watcher lived.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from cockpit.release.health import ProbeState
from cockpit.samples.schema import DAY

# They came after the others: a reader finds them missing in the file of an older watcher, and takes them for empty.
# A stretch lasts up to `until_ms`, that moment not included; `detail` is its first look's.
TABLES = """
CREATE TABLE IF NOT EXISTS watched (
  watcher TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (watcher, since)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stretch (
  probe TEXT NOT NULL, at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, state TEXT NOT NULL, looks INTEGER NOT NULL,
  detail TEXT NOT NULL, PRIMARY KEY (probe, at_ms)
) WITHOUT ROWID;
"""
_LATE_AFTER = 3  # intervals
_LEAST = 10.0  # seconds
_BEAT_GAP = 30.0  # seconds without a beat, and nobody watched
_VOUCHED_WITHIN = 7 * DAY  # seconds
_VOUCHED_BY = 3600.0  # seconds


class _Open(Struct):
    at_ms: int
    until_ms: int
    state: str
    looks: int
    detail: str


class StretchKeeper:
    """Takes in looks, in the order in which they were taken, and writes what changed."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._changed: dict[tuple[str, int], tuple[int, str, int, str]] = {}

    def __bool__(self) -> bool:
        return bool(self._changed)

    def add(self, probe: str, at: float, state: ProbeState, detail: str, *, interval: float) -> None:
        """Take in a look at `at`, in epoch seconds, of a probe that is looked at every `interval` seconds."""
        at_ms = round(at * 1000)
        now = self._open.get(probe)
        if now is not None and not 0 <= at_ms - now.until_ms <= 1000 * max(_LATE_AFTER * interval, _LEAST):
            now = None  # a gap, or a clock that was put back
        if now is not None:
            now.until_ms = at_ms
        if now is None or now.state != state.value:
            if now is not None:
                self._keep(probe, now)
            now = self._open[probe] = _Open(at_ms, at_ms, state.value, 0, detail)
        now.looks += 1
        self._keep(probe, now)

    def _keep(self, probe: str, one: _Open) -> None:
        self._changed[probe, one.at_ms] = (one.until_ms, one.state, one.looks, one.detail)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what has changed since `clear`."""
        rows = [(*key, *values) for key, values in self._changed.items()]
        connection.executemany("INSERT OR REPLACE INTO stretch VALUES (?, ?, ?, ?, ?, ?)", rows)

    def clear(self) -> None:
        """Take it that all is written."""
        self._changed.clear()


def keep_watched(connection: sqlite3.Connection, beats: Iterable[tuple[str, int, float]]) -> None:
    """Prolong the span in which each watcher has lived, or begin another one where it was not heard of for a while."""
    for watcher, _, at in beats:
        prolonged = connection.execute(
            "UPDATE watched SET until = ? WHERE watcher = ? AND until BETWEEN ? AND ?",
            (at, watcher, at - _BEAT_GAP, at),
        )
        if not prolonged.rowcount:
            connection.execute("INSERT OR REPLACE INTO watched VALUES (?, ?, ?)", (watcher, at, at))


def is_watched(connection: sqlite3.Connection, now: float) -> bool:
    """Return whether one watcher lived for an hour of the week up to `now`.

    A clock that is wrong for a moment leaves a moment of watching where it pointed to, and the time that a file was
    left alone for is made up for by an hour.
    """
    found = connection.execute(
        "SELECT IFNULL(MAX(lived), 0) FROM (SELECT SUM(MIN(until, :now) - MAX(since, :since)) AS lived FROM watched"
        " WHERE until >= :since AND since <= :now GROUP BY watcher)",
        {"now": now, "since": now - _VOUCHED_WITHIN},
    ).fetchone()
    return float(found[0]) >= _VOUCHED_BY

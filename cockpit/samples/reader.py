"""The screens' end: read-only, cheap to ask whether anything is new, and at ease with a file that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from cockpit.closing import Closing
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.rollup import Rollup
from cockpit.samples.rollups import rollup_of
from cockpit.samples.schema import FILE_NAME, Current, Heartbeat, LogMinute, LogTotal, Sample
from cockpit.samples.versions import VersionSeen

if TYPE_CHECKING:
    import sqlite3

_Row = TypeVar("_Row")


class SampleReader(Closing):
    """Reads `samples.sqlite` in a directory.

    Before a watcher has written anything everything is empty. A file that cannot be read is empty too, and
    `trouble` says why; it is tried again with every call.
    """

    def __init__(self, directory: Path) -> None:
        self.trouble = ""
        self._path = directory / FILE_NAME
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._connects = 0
        self._mark: tuple[int, int] | None = None
        self._known: dict[tuple[str, str], Current] = {}  # by their text in the file

    def changed(self) -> bool:
        """Return whether anything was written since the last call; true at first where there is anything.

        Costs one stat and one pragma: https://www.sqlite.org/pragma.html#pragma_data_version
        """
        rows = self.query("PRAGMA data_version", (), lambda row: int(row[0]))
        # The number is only comparable on one connection.
        mark = (self._connects, rows[0]) if rows else None
        before, self._mark = self._mark, mark
        return mark != before

    @property
    def generation(self) -> int:
        """A number that is another one as soon as what is read may be another file, or was not read whole before."""
        return self._connects

    def windows(self, names: Iterable[str], since: float, points: int) -> dict[str, tuple[Sample, ...]]:
        """Return for each name its latest samples at or after `since`, oldest first, at most `points` of them."""
        query = (
            "SELECT at_ms, state, latency_ms, detail, planned FROM sample WHERE probe = ? AND at_ms >= ?"
            " ORDER BY at_ms DESC LIMIT ?"
        )
        first = round(since * 1000)
        return {name: tuple(reversed(self.query(query, (name, first, points), _sample))) for name in names}

    def current(self) -> dict[str, Current]:
        """Return every probe's latest result and lasting state, by name."""
        known = self._known  # of hundreds of probes a few have been looked at since the last call

        def row_and_current(row: tuple[str, str]) -> tuple[tuple[str, str], Current]:
            return row, known.get(row) or _current(row)

        query = "SELECT result, debounced FROM current ORDER BY probe"
        self._known = dict(self.query(query, (), row_and_current))
        return {current.result.name: current for current in self._known.values()}

    def log_minutes(self, log: str, since: float) -> tuple[LogMinute, ...]:
        """Return a log's counters of the minutes that begin at or after `since`, oldest first."""
        query = "SELECT minute, lines, errors, warnings FROM log_minute WHERE log = ? AND minute >= ? ORDER BY minute"
        return tuple(self.query(query, (log, since), lambda row: LogMinute(*map(int, row))))

    def log_total(self, log: str, since: float) -> LogTotal:
        """Return what a log's minutes that begin at or after `since` add up to."""
        query = (
            "SELECT COUNT(*), IFNULL(SUM(lines), 0), IFNULL(SUM(errors), 0), IFNULL(SUM(own), 0) FROM log_minute"
            " WHERE log = ? AND minute >= ?"
        )
        found = self.query(query, (log, since), lambda row: LogTotal(*map(int, row)))
        return found[0] if found else LogTotal(0, 0, 0)

    def raw(self, series: str, since: float, until: float) -> tuple[Sample, ...]:
        """Return all raw samples of a probe or step in [since, until), oldest first, without their details."""
        query = (
            "SELECT at_ms, state, latency_ms, '', planned FROM sample WHERE probe = ? AND at_ms >= ? AND at_ms < ?"
            " ORDER BY at_ms"
        )
        return tuple(self.query(query, (series, round(since * 1000), round(until * 1000)), _sample))

    def rollups(self, series: str, size: int, since: float, until: float) -> dict[int, Rollup]:
        """Return the roll-ups of `size` seconds that begin in [since, until), by their beginning, oldest first."""
        query = (
            "SELECT at, ok, degraded, down, unknown, paused, total_ms, highest_ms, latencies, maintenance FROM rollup"
            " WHERE size = ? AND probe = ? AND at >= ? AND at < ? ORDER BY at"
        )
        return dict(self.query(query, (size, series, since, until), lambda row: (int(row[0]), rollup_of(row[1:]))))

    def counts(self, names: Iterable[str], size: int, since: float) -> dict[str, Rollup]:
        """Return for each name what its roll-ups since then add up to, without latencies."""
        query = (
            "SELECT TOTAL(ok), TOTAL(degraded), TOTAL(down), TOTAL(unknown), TOTAL(paused), TOTAL(total_ms), 0.0, NULL,"
            " TOTAL(maintenance) FROM rollup WHERE size = ? AND probe = ? AND at >= ?"
        )
        found = {name: self.query(query, (size, name, since), rollup_of) for name in names}
        return {name: rows[0] for name, rows in found.items() if rows}

    def failures(self, series: str, count: int) -> tuple[ProbeResult, ...]:
        """Return a probe's last failures whole, the latest first; the same one in a row is there once."""
        query = "SELECT result FROM failure WHERE probe = ? ORDER BY at_ms DESC LIMIT ?"
        return tuple(self.query(query, (series, count), lambda row: msgspec.json.decode(row[0], type=ProbeResult)))

    def heartbeats(self) -> tuple[Heartbeat, ...]:
        """Return the watchers that have not left, by host; one that died is told by its age."""
        query = "SELECT host, pid, at FROM watcher ORDER BY host"
        return tuple(self.query(query, (), lambda row: Heartbeat(str(row[0]), int(row[1]), float(row[2]))))

    def version_seen(self, series: str) -> VersionSeen | None:
        """Return the version that answered last; None where nobody has looked yet."""
        if not self.query("SELECT 1 FROM sqlite_master WHERE name = 'version_seen'", (), bool):
            return None
        query = "SELECT version, since, at, trouble FROM version_seen WHERE series = ?"
        found = self.query(query, (series,), lambda row: VersionSeen(str(row[0]), float(row[1]), float(row[2]), row[3]))
        return found[0] if found else None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def query(self, query: str, values: tuple[object, ...], make: Callable[[Any], _Row]) -> list[_Row]:
        """Return the rows of a query, each as `make` makes it of its columns; none where the file cannot be read."""
        if self._connection is None and not self._path.exists():  # before the first watcher nothing loads SQLite
            self.trouble = ""
            return []
        import sqlite3

        from cockpit.samples.database import ODD_VALUES, WrongSchemaError

        try:
            connection = self._connected()
            rows = [] if connection is None else [make(row) for row in connection.execute(query, values).fetchall()]
        except (sqlite3.Error, WrongSchemaError, *ODD_VALUES) as error:
            self.close()
            self.trouble = f"samples cannot be read: {error}"
            return []
        self.trouble = ""
        return rows

    def _connected(self) -> sqlite3.Connection | None:
        from cockpit.samples.database import file_identity, open_for_reading

        file = file_identity(self._path)
        if self._connection is not None and self._file != file:
            self.close()  # the writer began a new file
        if self._connection is None and file is not None:
            self._connection = open_for_reading(self._path)
            self._file = file
            self._connects += 1
        return self._connection


def _sample(row: tuple[int, str, float | None, str, int]) -> Sample:
    at_ms, state, latency_ms, detail, planned = row
    latency = None if latency_ms is None else float(latency_ms)
    return Sample(at_ms / 1000, ProbeState(state), latency, str(detail), bool(planned))


def _current(row: tuple[str, str]) -> Current:
    decode = msgspec.json.decode
    return Current(decode(row[0], type=ProbeResult), decode(row[1], type=Debounced))

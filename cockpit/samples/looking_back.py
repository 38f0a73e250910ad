"""What the samples say of a span of time in the past: when somebody watched, how long what lasted, what logs meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from cockpit.release.health import ProbeState
from cockpit.release.log_digest import EndpointCount, ErrorCount
from cockpit.release.rollup import Rollup, added_up
from cockpit.release.stretches import Span, Stretch
from cockpit.samples.meaning import merged
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import HOUR, MINUTE, QUARTER

_Row = TypeVar("_Row")


class LookingBack:
    """Asks a reader, whose connection belongs to the thread that asks first; spans are [since, until), in seconds."""

    def __init__(self, reader: SampleReader) -> None:
        self._reader = reader
        self._kept: bool | None = None  # whether a watcher that keeps these things has written the file

    def _query(self, query: str, values: tuple[object, ...], make: Callable[[Any], _Row]) -> list[_Row]:
        if self._kept is None:
            self._kept = bool(self._reader.query("SELECT 1 FROM sqlite_master WHERE name = 'log_endpoint'", (), tuple))
        return self._reader.query(query, values, make) if self._kept else []

    @property
    def trouble(self) -> str:
        """Why nothing can be read; empty while all is well."""
        return self._reader.trouble

    def watched(self, since: float, until: float) -> dict[str, list[Span]]:
        """Return when each watcher lived, by its key; spans that reach beyond either end are whole."""
        query = "SELECT watcher, since, until FROM watched WHERE until >= ? AND since < ? ORDER BY since"
        found: dict[str, list[Span]] = {}
        spans = self._query(query, (since, until), lambda row: (str(row[0]), float(row[1]), float(row[2])))
        for watcher, start, end in spans:
            found.setdefault(watcher, []).append((start, end))
        return found

    def stretches(self, series: str, since: float, until: float) -> list[Stretch]:
        """Return a probe's stretches, oldest first; those that reach beyond either end are whole."""
        query = (
            "SELECT at_ms, until_ms, state, looks, detail FROM stretch WHERE probe = ? AND until_ms >= ? AND at_ms < ?"
            " ORDER BY at_ms"
        )
        values = (series, round(since * 1000), round(until * 1000))
        return self._query(
            query,
            values,
            lambda row: Stretch(row[0] / 1000, row[1] / 1000, ProbeState(row[2]), int(row[3]), str(row[4])),
        )

    def rollup(self, series: str, since: float, until: float) -> Rollup:
        """Return what a series' looks add up to, to the minute: by hours where they are whole, by minutes beside."""
        return added_up(
            rollup
            for size, start, end in _pieces(since, until)
            for rollup in self._reader.rollups(series, size, start, end).values()
        )

    def counted(self, log: str, since: float, until: float) -> tuple[int, int, int, int]:
        """Return in how many minutes a log was followed, and its lines, errors and warnings then."""
        query = (
            "SELECT COUNT(*), IFNULL(SUM(lines), 0), IFNULL(SUM(errors), 0), IFNULL(SUM(warnings), 0) FROM log_minute"
            " WHERE log = ? AND minute >= ? AND minute < ?"
        )
        found = self._reader.query(
            query, (log, *_minutes(since, until)), lambda row: (int(row[0]), int(row[1]), int(row[2]), int(row[3]))
        )
        return found[0] if found else (0, 0, 0, 0)

    def looked(self, log: str, since: float, until: float) -> tuple[int, int]:
        """Return how many of a log's lines were looked at, and how many of them were our own traffic, to the minute."""
        query = (
            "SELECT IFNULL(SUM(looked), 0), IFNULL(SUM(own), 0) FROM log_looked"
            " WHERE log = ? AND minute >= ? AND minute < ?"
        )
        found = self._query(query, (log, *_minutes(since, until)), lambda row: (int(row[0]), int(row[1])))
        return found[0] if found else (0, 0)

    def patterns(self, log: str, since: float, until: float) -> dict[str, int]:
        """Return how many of a log's lines each pattern was found in, to the minute."""
        query = (
            "SELECT pattern, SUM(count) FROM log_pattern WHERE log = ? AND minute >= ? AND minute < ?"
            " GROUP BY pattern ORDER BY pattern"
        )
        return dict(self._query(query, (log, *_minutes(since, until)), lambda row: (str(row[0]), int(row[1]))))

    def errors(self, log: str, since: float, until: float) -> list[tuple[ErrorCount, float]]:
        """Return a log's errors by template, each with when it first came at all, to a quarter of an hour."""
        query = (
            "SELECT e.level, e.template, SUM(e.count), MIN(e.first_at), MAX(e.last_at), MIN(e.example),"
            " IFNULL(MIN(f.first_at), MIN(e.first_at)) FROM log_error AS e LEFT JOIN log_error_first AS f"
            " ON f.log = e.log AND f.level = e.level AND f.template = e.template"
            " WHERE e.log = ? AND e.at >= ? AND e.at < ? GROUP BY e.level, e.template"
        )
        values = (log, since // QUARTER * QUARTER, until)
        return self._query(query, values, _error)

    def endpoints(self, log: str, since: float, until: float) -> list[EndpointCount]:
        """Return a log's requests by path, to a quarter of an hour."""
        query = "SELECT endpoint, count, errors, latencies FROM log_endpoint WHERE log = ? AND at >= ? AND at < ?"
        found: dict[str, EndpointCount] = {}

        def add(row: Any) -> None:
            path = str(row[0])
            found[path] = merged(found.get(path, EndpointCount(path, 0, 0, {})), row)

        self._query(query, (log, since // QUARTER * QUARTER, until), add)
        return list(found.values())


def _error(row: Any) -> tuple[ErrorCount, float]:
    level, template, count, first_at, last_at, example, ever = row
    error = ErrorCount(str(level), str(template), int(count), float(first_at), float(last_at), str(example))
    return error, float(ever)


def _minutes(since: float, until: float) -> tuple[float, float]:
    """Every minute that the span touches at its beginning, so that two reviews leave none out between them."""
    return since // MINUTE * MINUTE, until


def _pieces(since: float, until: float) -> Iterator[tuple[int, float, float]]:
    """Cut a span into (size, start, end): whole hours, and the minutes before and after them."""
    first, last = -(-since // HOUR) * HOUR, until // HOUR * HOUR
    if first >= last:
        yield MINUTE, since // MINUTE * MINUTE, until
        return
    if since < first:
        yield MINUTE, since // MINUTE * MINUTE, first
    yield HOUR, first, last
    if last < until:
        yield MINUTE, last, until

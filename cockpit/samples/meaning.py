"""What logs meant, into the database and out of it: patterns by the minute, errors and requests by quarters."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from msgspec.structs import replace

from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.samples.schema import (
    FIRST_ERRORS_KEPT,
    FIRST_ERRORS_MOST,
    KINDS_MOST,
    LOGS_KEPT,
    MINUTE,
    QUARTER,
)

TABLES = """CREATE TABLE IF NOT EXISTS log_looked (
  log TEXT NOT NULL, minute INTEGER NOT NULL, looked INTEGER NOT NULL, own INTEGER NOT NULL, PRIMARY KEY (log, minute)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_pattern (
  log TEXT NOT NULL, minute INTEGER NOT NULL, pattern TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (log, minute, pattern)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_error (
  log TEXT NOT NULL, at INTEGER NOT NULL, level TEXT NOT NULL, template TEXT NOT NULL, count INTEGER NOT NULL,
  first_at REAL NOT NULL, last_at REAL NOT NULL, example TEXT NOT NULL, PRIMARY KEY (log, at, level, template)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_error_first (
  log TEXT NOT NULL, level TEXT NOT NULL, template TEXT NOT NULL, first_at REAL NOT NULL,
  PRIMARY KEY (log, level, template)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_endpoint (
  log TEXT NOT NULL, at INTEGER NOT NULL, endpoint TEXT NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
  latencies BLOB NOT NULL, PRIMARY KEY (log, at, endpoint)
) WITHOUT ROWID;
"""
OTHERS = "(others)"  # the kind of what counts together, as it is in a digest
_WAITING_LIMIT = 2_000  # digests kept in memory while they cannot be written


class MeaningKeeper:
    """Digests that wait to be written."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, LogDigest]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, log: str, at: float, digest: LogDigest) -> None:
        """Take in what came of a log up to `at`, in epoch seconds."""
        if digest.looked and len(self._waiting) < _WAITING_LIMIT:
            self._waiting.append((log, int(at), digest))

    def clear(self) -> None:
        """Take it that all is written."""
        self._waiting.clear()

    def write(self, connection: sqlite3.Connection) -> None:
        """Add what waits to what is there."""
        room = _Room(connection)
        for log, at, digest in self._waiting:
            minute, quarter = at // MINUTE * MINUTE, at // QUARTER * QUARTER
            connection.execute(
                "INSERT INTO log_looked VALUES (?, ?, ?, ?) ON CONFLICT (log, minute) DO UPDATE SET"
                " looked = looked + excluded.looked, own = own + excluded.own",
                (log, minute, digest.looked, digest.own),
            )
            connection.executemany(
                "INSERT INTO log_pattern VALUES (?, ?, ?, ?) ON CONFLICT (log, minute, pattern) DO UPDATE SET"
                " count = count + excluded.count",
                [(log, minute, pattern, count) for pattern, count in digest.patterns.items()],
            )
            for error in digest.errors:
                _write_error(connection, log, quarter, error, room)
            for endpoint in digest.endpoints:
                _write_endpoint(connection, log, quarter, endpoint, room)


class _Room:
    """How many kinds a log's quarters hold, counted once for all that is written together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._kinds: dict[tuple[str, str, int], int] = {}

    def take(self, table: str, log: str, quarter: int) -> bool:
        """Return whether there is room for one kind more, which is taken then."""
        key = (table, log, quarter)
        if key not in self._kinds:
            query = f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE log = ? AND at = ? LIMIT ?)"  # noqa: S608 - ours
            (self._kinds[key],) = self._connection.execute(query, (log, quarter, KINDS_MOST)).fetchone()
        if self._kinds[key] >= KINDS_MOST:
            return False
        self._kinds[key] += 1
        return True


def _write_error(connection: sqlite3.Connection, log: str, quarter: int, error: ErrorCount, room: _Room) -> None:
    query = "SELECT 1 FROM log_error WHERE log = ? AND at = ? AND level = ? AND template = ?"
    known = connection.execute(query, (log, quarter, error.level, error.template)).fetchone() is not None
    if not known and not room.take("log_error", log, quarter):
        error = replace(error, template=OTHERS)
    connection.execute(
        "INSERT INTO log_error VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log, at, level, template) DO UPDATE SET"
        " count = count + excluded.count, last_at = MAX(last_at, excluded.last_at)",
        (log, quarter, error.level, error.template, error.count, error.first_at, error.last_at, error.example),
    )
    connection.execute(
        "INSERT OR IGNORE INTO log_error_first VALUES (?, ?, ?, ?)", (log, error.level, error.template, error.first_at)
    )


def _write_endpoint(
    connection: sqlite3.Connection, log: str, quarter: int, endpoint: EndpointCount, room: _Room
) -> None:
    query = "SELECT count, errors, latencies FROM log_endpoint WHERE log = ? AND at = ? AND endpoint = ?"
    before = connection.execute(query, (log, quarter, endpoint.endpoint)).fetchone()
    if before is None and not room.take("log_endpoint", log, quarter):
        endpoint = replace(endpoint, endpoint=OTHERS)
        before = connection.execute(query, (log, quarter, OTHERS)).fetchone()
    total = endpoint if before is None else merged(endpoint, (endpoint.endpoint, *before))
    row = (log, quarter, total.endpoint, total.count, total.errors, msgspec.msgpack.encode(total.latencies))
    connection.execute("INSERT OR REPLACE INTO log_endpoint VALUES (?, ?, ?, ?, ?, ?)", row)


def merged(one: EndpointCount, row: tuple[Any, ...]) -> EndpointCount:
    """Return what a path comes to together with a row of (endpoint, count, errors, latencies)."""
    _, count, errors, packed = row
    latencies = dict(one.latencies)
    for bucket, number in msgspec.msgpack.decode(packed, type=dict[int, int]).items():
        latencies[bucket] = latencies.get(bucket, 0) + number
    return EndpointCount(one.endpoint, one.count + int(count), one.errors + int(errors), latencies)


def prune_meaning(connection: sqlite3.Connection, now: float) -> None:
    """Drop what is older than it is kept; `now` in epoch seconds."""
    oldest = now - LOGS_KEPT
    for table, column in (("log_looked", "minute"), ("log_pattern", "minute"), ("log_error", "at"),
                          ("log_endpoint", "at")):  # fmt: skip
        connection.execute(f"DELETE FROM {table} WHERE {column} < ?", (oldest,))  # noqa: S608 - names of ours
    connection.execute("DELETE FROM log_error_first WHERE first_at < ?", (now - FIRST_ERRORS_KEPT,))
    many = "SELECT log FROM log_error_first GROUP BY log HAVING COUNT(*) > ?"
    for (log,) in connection.execute(many, (FIRST_ERRORS_MOST,)).fetchall():
        connection.execute(
            "DELETE FROM log_error_first WHERE log = :log AND (level, template) IN ("
            "SELECT f.level, f.template FROM log_error_first AS f LEFT JOIN (SELECT level, template, MAX(last_at) AS"
            " last_at FROM log_error WHERE log = :log GROUP BY level, template) AS e ON e.level = f.level"
            " AND e.template = f.template WHERE f.log = :log"
            " ORDER BY IFNULL(e.last_at, f.first_at) DESC LIMIT -1 OFFSET :most)",
            {"log": log, "most": FIRST_ERRORS_MOST},
        )

"""What logs meant, into the database and out of it: patterns by the minute, errors and requests by quarters."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.samples.schema import FIRST_ERRORS_KEPT, LOGS_KEPT, MINUTE, QUARTER

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
                _write_error(connection, log, quarter, error)
            for endpoint in digest.endpoints:
                _write_endpoint(connection, log, quarter, endpoint)


def _write_error(connection: sqlite3.Connection, log: str, quarter: int, error: ErrorCount) -> None:
    connection.execute(
        "INSERT INTO log_error VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (log, at, level, template) DO UPDATE SET"
        " count = count + excluded.count, last_at = MAX(last_at, excluded.last_at)",
        (log, quarter, error.level, error.template, error.count, error.first_at, error.last_at, error.example),
    )
    connection.execute(
        "INSERT OR IGNORE INTO log_error_first VALUES (?, ?, ?, ?)", (log, error.level, error.template, error.first_at)
    )


def _write_endpoint(connection: sqlite3.Connection, log: str, quarter: int, endpoint: EndpointCount) -> None:
    key = (log, quarter, endpoint.endpoint)
    query = "SELECT count, errors, latencies FROM log_endpoint WHERE log = ? AND at = ? AND endpoint = ?"
    before = connection.execute(query, key).fetchone()
    total = endpoint if before is None else merged(endpoint, (endpoint.endpoint, *before))
    row = (*key, total.count, total.errors, msgspec.msgpack.encode(total.latencies))
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

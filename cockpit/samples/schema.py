"""The tables of the samples database, and the values that come out of them."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.health import Debounced, ProbeResult, ProbeState

FILE_NAME = "samples.sqlite"
VERSION = 3

# Samples are clustered by probe and time: a window is one range, and so is what is too old.
TABLES = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE sample (
  probe TEXT NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL, latency_ms REAL, detail TEXT NOT NULL,
  PRIMARY KEY (probe, at_ms)
) WITHOUT ROWID;
CREATE TABLE current (probe TEXT PRIMARY KEY, result TEXT NOT NULL, debounced TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE log_minute (
  log TEXT NOT NULL, minute INTEGER NOT NULL,
  lines INTEGER NOT NULL, errors INTEGER NOT NULL, warnings INTEGER NOT NULL,
  PRIMARY KEY (log, minute)
) WITHOUT ROWID;
CREATE TABLE watcher (host TEXT PRIMARY KEY, pid INTEGER NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
"""
# What version 2 brought. `at` is in epoch seconds, `size` is a span in seconds, `latencies` a MessagePack map of a
# histogram's buckets.
TABLES_2 = """
CREATE TABLE series (name TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO series SELECT probe FROM current;
CREATE TABLE rollup (
  size INTEGER NOT NULL, probe TEXT NOT NULL, at INTEGER NOT NULL,
  ok INTEGER NOT NULL, degraded INTEGER NOT NULL, down INTEGER NOT NULL, unknown INTEGER NOT NULL,
  paused INTEGER NOT NULL, total_ms REAL NOT NULL, highest_ms REAL NOT NULL, latencies BLOB NOT NULL,
  PRIMARY KEY (size, probe, at)
) WITHOUT ROWID;
CREATE TABLE failure (
  probe TEXT NOT NULL, at_ms INTEGER NOT NULL, result TEXT NOT NULL, PRIMARY KEY (probe, at_ms)
) WITHOUT ROWID;
UPDATE schema_version SET version = 2;
"""

# What version 3 brought: looks that fell into planned maintenance, and lines of our own traffic.
TABLES_3 = """
ALTER TABLE sample ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log_minute ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
UPDATE schema_version SET version = 3;
"""

MINUTE, HOUR, DAY = 60, 3600, 86400
# How long each is kept, in seconds: raw samples for days, hours and days for more than a year.
SAMPLES_KEPT = 7 * DAY
ROLLUPS_KEPT = {MINUTE: 14 * DAY, HOUR: 400 * DAY, DAY: 1200 * DAY}
FAILURES_KEPT = 50  # a probe
STRETCHES_KEPT = 400 * DAY
LOGS_KEPT = 30 * DAY
FIRST_ERRORS_KEPT = 400 * DAY
FIRST_ERRORS_MOST = 5000  # a log: of more, those stay that came last
KINDS_MOST = 500  # errors, and paths, in a quarter of an hour of a log; the rest count together
QUARTER = (
    900  # what logs say of errors and requests is kept by quarters of an hour: every time zone's days begin at one
)
STEP = "#"  # between a probe's name and a step's, in the name of a step's series


def step_series(series: str, step: str) -> str:
    """Return the name of the series of a scenario's step."""
    return f"{series}{STEP}{step}"


class Sample(Struct, frozen=True, gc=False):
    """One raw result as kept over time; `at` in epoch seconds, to the millisecond; `planned` where in maintenance."""

    at: float
    state: ProbeState
    latency_ms: float | None
    detail: str
    planned: bool = False


class Current(Struct, frozen=True, gc=False):
    """A probe now: its latest raw result, and the state that lasts."""

    result: ProbeResult
    debounced: Debounced


class LogMinute(Struct, frozen=True):
    """What a log wrote in one minute, which begins at `minute` in epoch seconds, nothing included."""

    minute: int
    lines: int
    errors: int
    warnings: int


class LogTotal(Struct, frozen=True):
    """What a log wrote in so many minutes in which it was followed, without our `own` traffic."""

    minutes: int
    lines: int
    errors: int
    own: int = 0


class Heartbeat(Struct, frozen=True):
    """A watcher was alive at `at`, in epoch seconds."""

    host: str
    pid: int
    at: float

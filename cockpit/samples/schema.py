"""The tables of the samples database, and the values that come out of them."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.health import Debounced, ProbeResult, ProbeState

FILE_NAME = "samples.sqlite"
VERSION = 1

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


class Sample(Struct, frozen=True):
    """One raw result as kept over time; `at` in epoch seconds, to the millisecond."""

    at: float
    state: ProbeState
    latency_ms: float | None
    detail: str


class Current(Struct, frozen=True):
    """A probe now: its latest raw result, and the state that lasts."""

    result: ProbeResult
    debounced: Debounced


class LogMinute(Struct, frozen=True):
    """What a log wrote in one minute, which begins at `minute` in epoch seconds."""

    minute: int
    lines: int
    errors: int
    warnings: int


class Heartbeat(Struct, frozen=True):
    """A watcher was alive at `at`, in epoch seconds."""

    host: str
    pid: int
    at: float

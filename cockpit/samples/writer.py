"""The watcher's end: samples gathered in memory and written in one transaction a second or less."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

import msgspec

from cockpit.closing import Closing
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.log_digest import LogDigest
from cockpit.release.rollup import Rollup
from cockpit.samples.database import (
    ODD_VALUES,
    WrongSchemaError,
    file_identity,
    is_damage,
    move_aside,
    open_apart,
    open_for_writing,
)
from cockpit.samples.meaning import MeaningKeeper, prune_meaning
from cockpit.samples.rollups import add_rollups
from cockpit.samples.schema import (
    FAILURES_KEPT,
    FILE_NAME,
    LOGS_KEPT,
    MINUTE,
    ROLLUPS_KEPT,
    SAMPLES_KEPT,
    STEP,
    STRETCHES_KEPT,
    step_series,
)
from cockpit.samples.stretches import StretchKeeper, is_watched, keep_watched
from cockpit.samples.versions import VersionKeeper

_WAITING_LIMIT = 20_000  # samples kept in memory while they cannot be written
_USUAL_INTERVAL = 60.0  # seconds between looks where nobody says
_NO_FAILURE = frozenset({ProbeState.OK, ProbeState.PAUSED})


class _Waiting(Protocol):
    """Values in memory; false where there are none."""

    def clear(self) -> None: ...


class SampleWriter(Closing):
    """Writes `samples.sqlite` in a directory; the only writer of it.

    `record`, `count`, `digest` and `beat` only remember, `flush` writes. A failure to write is never raised: `trouble`
    says what it is, empty while all is well, and what was not written waits for the next flush, within a bound.
    """

    def __init__(self, directory: Path) -> None:
        self.trouble = ""
        self._path = directory / FILE_NAME
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._samples: deque[tuple[str, int, str, float | None, str, int]] = deque(maxlen=_WAITING_LIMIT)
        self._current: dict[str, tuple[str, str, str]] = {}
        self._counts: dict[tuple[str, int], tuple[int, int, int, int]] = {}
        self._beats: dict[str, tuple[str, int, float]] = {}
        self._rollups: dict[tuple[str, int], Rollup] = {}
        self._failures: list[tuple[str, int, str]] = []
        self._failing: dict[str, str] = {}
        self._stretches = StretchKeeper()
        self._meaning = MeaningKeeper()
        self._versions = VersionKeeper()
        self._waiting: tuple[tuple[_Waiting, Callable[[sqlite3.Connection], None]], ...] = (
            (self._samples, self._write_samples),
            (self._current, self._write_current),
            (self._counts, self._write_counts),
            (self._beats, self._write_beats),
            (self._failures, self._write_failures),
            (self._rollups, self._write_rollups),
            (self._stretches, self._stretches.write),
            (self._meaning, self._meaning.write),
            (self._versions, self._versions.write),
        )

    def record(self, result: ProbeResult, debounced: Debounced, *, interval: float = _USUAL_INTERVAL) -> None:
        """Remember a raw result as a sample, and with its lasting state as the probe's current one.

        `interval` is in seconds: a look that comes much later than that leaves a gap.
        """
        encode = msgspec.json.encode
        self._keep(result, result.name, result.state, result.latency_ms, result.detail)
        state, detail = (ProbeState.PAUSED, result.planned) if result.planned else (result.state, result.detail)
        self._stretches.add(result.name, result.at, state, detail, interval=interval)
        for timing in result.timings:
            if timing.state:  # a step
                state, latency = ProbeState(timing.state), timing.ms if timing.state == "ok" else None
                self._keep(result, step_series(result.name, timing.name), state, latency, timing.detail)
        self._note_failure(result)
        self._current[result.name] = (result.name, encode(result).decode(), encode(debounced).decode())

    def _keep(self, result: ProbeResult, series: str, state: ProbeState, latency_ms: float | None, detail: str) -> None:
        planned = bool(result.planned)
        self._samples.append((series, round(result.at * 1000), state, latency_ms, detail, int(planned)))
        minute = int(result.at // MINUTE) * MINUTE
        rollup = self._rollups.get((series, minute))
        if rollup is None:
            if len(self._rollups) >= _WAITING_LIMIT:
                return
            rollup = self._rollups[series, minute] = Rollup(latencies={})
        rollup.add(state, latency_ms, planned=planned)

    def _note_failure(self, result: ProbeResult) -> None:
        """Keep what failed whole, once for as long as it fails alike; what was planned is no failure."""
        if result.planned:
            return
        alike = "" if result.state in _NO_FAILURE else f"{result.state}: {result.detail}"
        if alike and self._failing.get(result.name) != alike and len(self._failures) < _WAITING_LIMIT:
            self._failures.append((result.name, round(result.at * 1000), msgspec.json.encode(result).decode()))
        self._failing[result.name] = alike

    def count(self, log: str, minute: int, *, lines: int, errors: int, warnings: int, own: int = 0) -> None:
        """Add to a log's counters of the minute that begins at `minute`, in epoch seconds; `own` come on top."""
        before = self._counts.get((log, minute), (0, 0, 0, 0))
        self._counts[log, minute] = (before[0] + lines, before[1] + errors, before[2] + warnings, before[3] + own)

    def digest(self, log: str, at: float, digest: LogDigest) -> None:
        """Add to what a log meant; `at` is in epoch seconds."""
        self._meaning.add(log, at, digest)

    def see(self, series: str, version: str, at: float, trouble: str = "") -> None:
        """Remember the version that answered at `at`, in epoch seconds, or why none was seen."""
        self._versions.add(series, version, at, trouble)

    def beat(self, host: str, pid: int, at: float) -> None:
        """Remember that this watcher is alive at `at`, in epoch seconds."""
        self._beats[host] = (host, pid, at)

    def flush(self) -> None:
        """Write what waits, in one transaction; call it about once a second."""
        if any(each for each, _ in self._waiting) and self._attempt(self._write):
            self._clear()

    def prune(self, now: float) -> None:
        """Drop what is older than it is kept (see the schema); `now` in epoch seconds.

        Nothing is dropped by a `now` that no watch vouches for (see `is_watched`): the clock may be wrong.
        """
        oldest = round((now - SAMPLES_KEPT) * 1000)

        def delete(connection: sqlite3.Connection) -> None:
            if not is_watched(connection, now):
                return
            known = "(SELECT name FROM series)"
            connection.execute(f"DELETE FROM sample WHERE probe IN {known} AND at_ms < ?", (oldest,))  # noqa: S608
            for size, kept in ROLLUPS_KEPT.items():
                gone = f"DELETE FROM rollup WHERE size = ? AND probe IN {known} AND at < ?"  # noqa: S608
                connection.execute(gone, (size, now - kept))
            connection.execute(
                f"DELETE FROM failure WHERE probe IN {known} AND at_ms < IFNULL((SELECT at_ms FROM failure AS kept"  # noqa: S608
                " WHERE kept.probe = failure.probe ORDER BY at_ms DESC LIMIT 1 OFFSET ?), 0)",
                (FAILURES_KEPT - 1,),
            )
            connection.execute("DELETE FROM log_minute WHERE minute < ?", (now - LOGS_KEPT,))
            connection.execute("DELETE FROM stretch WHERE until_ms < ?", (round((now - STRETCHES_KEPT) * 1000),))
            connection.execute("DELETE FROM watched WHERE until < ?", (now - STRETCHES_KEPT,))
            prune_meaning(connection, now)

        self._attempt(delete)

    def retain(self, names: Collection[str]) -> None:
        """Forget every probe that is not named: it is no longer configured. Its roll-ups are kept for their time."""
        for name in self._current.keys() - set(names):
            del self._current[name]
        kept = [sample for sample in self._samples if sample[0].partition(STEP)[0] in names]
        self._samples.clear()
        self._samples.extend(kept)

        def delete(connection: sqlite3.Connection) -> None:
            known = {name for (name,) in connection.execute("SELECT probe FROM current")}
            gone = [(name,) for name in known - set(names)]
            series = {name for (name,) in connection.execute("SELECT name FROM series")}
            lost = [(name,) for name in series if name.partition(STEP)[0] not in names]
            connection.executemany("DELETE FROM sample WHERE probe = ?", lost)
            connection.executemany("DELETE FROM current WHERE probe = ?", gone)

        self._attempt(delete)

    def leave(self, host: str) -> None:
        """Take the heartbeat away: this watcher ends on purpose."""
        self._beats.pop(host, None)
        self._attempt(lambda connection: connection.execute("DELETE FROM watcher WHERE host = ?", (host,)))

    def abandon(self) -> None:
        """Write nothing more: what lies there now is not ours."""
        self._clear()
        self._disconnect()

    def close(self) -> None:
        """Write what waits and close."""
        self.flush()
        self._disconnect()

    def _clear(self) -> None:
        for each, _ in self._waiting:
            each.clear()

    def _write(self, connection: sqlite3.Connection) -> None:
        for _, write in self._waiting:
            write(connection)

    def _write_samples(self, connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?, ?)", self._samples)

    def _write_current(self, connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT OR REPLACE INTO current VALUES (?, ?, ?)", self._current.values())

    def _write_counts(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO log_minute VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (log, minute) DO UPDATE SET lines = lines"
            " + excluded.lines, errors = errors + excluded.errors, warnings = warnings + excluded.warnings,"
            " own = own + excluded.own",
            [(*key, *counts) for key, counts in self._counts.items()],
        )

    def _write_beats(self, connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT OR REPLACE INTO watcher VALUES (?, ?, ?)", self._beats.values())
        keep_watched(connection, self._beats.values())

    def _write_failures(self, connection: sqlite3.Connection) -> None:
        connection.executemany("INSERT OR REPLACE INTO failure VALUES (?, ?, ?)", self._failures)

    def _write_rollups(self, connection: sqlite3.Connection) -> None:
        series = {name for name, _ in self._rollups}
        connection.executemany("INSERT OR IGNORE INTO series VALUES (?)", [(name,) for name in series])
        add_rollups(connection, self._rollups)

    def _attempt(self, work: Callable[[sqlite3.Connection], object]) -> bool:
        """Do `work` in one transaction and return whether it is written; a damaged file is replaced once.

        What could be put into no file is dropped, so that neither the file nor what waits beside it is lost for it.
        """
        replaced = ""
        while True:
            try:
                _in_transaction(self._connected(), work)
            except (sqlite3.Error, WrongSchemaError, OSError, *ODD_VALUES) as error:
                self._disconnect()
                if is_damage(error) and not replaced:
                    if self._drop_unwritable():
                        replaced = f"some of what was seen cannot be written, and is dropped: {error}"
                        continue
                    if self._replace():
                        replaced = f"the samples file was damaged and is begun anew: {error}"
                        continue
                self.trouble = f"samples cannot be written: {error}"
                return False
            self.trouble = replaced
            return True

    def _drop_unwritable(self) -> bool:
        """Drop what no file could take, and return whether there was any: then the file is not at fault."""
        dropped = False
        for waiting, write in self._waiting:
            with contextlib.closing(open_apart()) as connection:
                try:
                    _in_transaction(connection, write)
                except (sqlite3.Error, *ODD_VALUES):
                    waiting.clear()
                    dropped = True
        return dropped

    def _replace(self) -> bool:
        try:
            move_aside(self._path)
        except OSError:
            return False
        return True

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and self._file != file_identity(self._path):
            self._disconnect()  # somebody removed the file: what is written to it is never read
        if self._connection is None:
            self._connection = open_for_writing(self._path)
            self._file = file_identity(self._path)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _in_transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], object]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise

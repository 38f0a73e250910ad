"""The samples' database, damaged: readers say so and go on, and the watcher begins it anew where it must."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from msgspec import Struct

from cockpit.release.health import ConditionResult, ProbeResult, ProbeState, advance
from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import FILE_NAME
from cockpit.samples.writer import SampleWriter
from tests.fuzz.mutate import HOSTILE, NUMBERS, TOKENS, mutated
from tests.fuzz.target import Target, require

_NOW = 1_800_000_000.0
_FLUSHES = 3  # after which a watcher writes again, whatever it met


class Damaged(NamedTuple):
    """The file's bytes, or what a program of another mind has written into its tables."""

    data: bytes
    statements: tuple[tuple[str, tuple[object, ...]], ...] = ()


class Samples(Target[Damaged]):
    """A watcher's file, its bytes flipped, its pages gone, its rows another's."""

    name = "samples"

    def open(self) -> None:
        seed = self.place / "seed"
        with SampleWriter(seed) as writer:
            _fill(writer, _NOW)
        # All of it in the one file.
        connection = sqlite3.connect(seed / FILE_NAME)
        connection.execute("PRAGMA journal_mode=DELETE")
        self.columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        }
        connection.close()
        self.seed = (seed / FILE_NAME).read_bytes()

    def make(self, dice: Random) -> Damaged:
        if dice.random() < 0.5:
            return Damaged(mutated(dice, self.seed) if dice.random() < 0.7 else _scratched(dice, self.seed))
        statements: list[tuple[str, tuple[object, ...]]] = []
        for _ in range(dice.choice((1, 1, 2, 4))):
            table = dice.choice(sorted(self.columns))
            column = dice.choice(self.columns[table])
            value = dice.choice((None, *NUMBERS[:8], 1e300, float("inf"), *HOSTILE, *TOKENS, b"\x81\x01", b"\xdf" * 9))
            if isinstance(value, str):
                value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
            if isinstance(value, int) and abs(value) >= 2**63:
                value = float(value)
            statements.append((f"UPDATE OR REPLACE {table} SET {column} = ?", (value,)))
            if dice.random() < 0.1:
                statements.append((f"DROP TABLE {table}", ()))
        return Damaged(self.seed, tuple(statements))

    def check(self, made: Damaged) -> None:
        place = self.place / "now"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (place / FILE_NAME).write_bytes(made.data)
        _execute(place, made.statements)
        _read(place)
        with SampleWriter(place) as writer:
            for turn in range(_FLUSHES):
                _fill(writer, _NOW + 120 + turn)
                writer.flush()
                writer.retain({"api", "db"})
                writer.prune(_NOW + 120 + turn)
            require(not writer.trouble, f"the watcher does not write again: {writer.trouble}")
        with SampleReader(place) as reader:
            found = reader.current()
            require(not reader.trouble, f"what the watcher wrote is not read: {reader.trouble}")
            require("api" in found, "what the watcher wrote is not there")


def _fill(writer: SampleWriter, at: float) -> None:
    for number, state in enumerate((ProbeState.OK, ProbeState.DOWN, ProbeState.DEGRADED, ProbeState.OK)):
        for name in ("api", "db"):
            condition = ConditionResult("[STATUS] == 200", state is ProbeState.OK, "200")
            result = ProbeResult(name, state, 12.5, "200 OK", at + number, (condition,), "here")
            debounced, _ = advance(None, result)
            writer.record(result, debounced)
    minute = int(at // 60 * 60)
    writer.count("app", minute, lines=10, errors=2, warnings=1, own=1)
    errors = (ErrorCount("error", "it failed", 2, at, at, "it failed"),)
    writer.digest("app", at, LogDigest(looked=9, patterns={"login": 2}, errors=errors,
                                       endpoints=(EndpointCount("/pay", 3, 1, {7: 3}),)))  # fmt: skip
    writer.beat("here", 7, at)


def _read(place: Path) -> None:
    """Ask for all that there is to be asked for."""
    with SampleReader(place) as reader:
        back = LookingBack(reader)
        found = (
            reader.changed(), reader.windows(["api"], 0, 100), reader.current(), reader.log_minutes("app", 0),
            reader.log_total("app", 0), reader.raw("api", 0, _NOW * 2), reader.failures("api", 9), reader.heartbeats(),
            [reader.rollups("api", size, 0, _NOW * 2) for size in (60, 3600, 86400)], reader.counts(["api"], 60, 0),
            back.watched(0, _NOW * 2), back.stretches("api", 0, _NOW * 2), back.rollup("api", 0, _NOW * 2),
            back.counted("app", 0, _NOW * 2), back.looked("app", 0, _NOW * 2), back.patterns("app", 0, _NOW * 2),
            back.errors("app", 0, _NOW * 2), back.endpoints("app", 0, _NOW * 2),
        )  # fmt: skip
    odd = [leaf for leaf in _leaves(found) if not isinstance(leaf, str | int | float | None)]
    require(not odd, f"what no column holds is read: {odd}")


def _leaves(value: Any) -> Iterator[object]:
    """Yield what is not made of parts."""
    if isinstance(value, Struct):
        value = [getattr(value, name) for name in value.__struct_fields__]
    elif isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _execute(place: Path, statements: tuple[tuple[str, tuple[object, ...]], ...]) -> None:
    connection = sqlite3.connect(f"{place}/{FILE_NAME}", isolation_level=None)
    for statement, values in statements:
        try:
            connection.execute(statement, values)
        except (sqlite3.Error, OverflowError):
            continue
    connection.close()


def _scratched(dice: Random, data: bytes) -> bytes:
    """Return the file with some of its bytes overwritten, its length the same."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 5, 50))):
        at = dice.randrange(len(changed))
        piece = dice.choice((b"\0", b"\xff", dice.randbytes(8), dice.randbytes(200)))
        changed[at : at + len(piece)] = piece[: len(changed) - at]
    return bytes(changed)

"""Roll-ups into the database: each minute's counts are added to its minute, its hour and its day, in one transaction.

Hours and days begin in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.release.rollup import Rollup
from cockpit.samples.schema import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    import sqlite3

_FIND = (
    "SELECT ok, degraded, down, unknown, paused, total_ms, highest_ms, latencies, maintenance FROM rollup"
    " WHERE size = ? AND probe = ? AND at = ?"
)
_KEEP = "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def rollup_of(row: tuple[Any, ...]) -> Rollup:
    """Return a roll-up from its columns, in the order of the value's fields; one without latencies has NULL there."""
    ok, degraded, down, unknown, paused, total_ms, highest_ms, latencies, maintenance = row
    return Rollup(
        ok=int(ok), degraded=int(degraded), down=int(down), unknown=int(unknown), paused=int(paused),
        total_ms=float(total_ms), highest_ms=float(highest_ms),
        latencies=msgspec.msgpack.decode(latencies, type=dict[int, int]) if latencies else {},
        maintenance=int(maintenance),
    )  # fmt: skip


def add_rollups(connection: sqlite3.Connection, minutes: Mapping[tuple[str, int], Rollup]) -> None:
    """Add what `minutes` count, by series and the minute's beginning in epoch seconds."""
    for size in (MINUTE, HOUR, DAY):
        together: dict[tuple[str, int], Rollup] = {}
        for (series, minute), rollup in minutes.items():
            key = (series, minute // size * size)
            together.setdefault(key, Rollup(latencies={})).merge(rollup)
        rows = []
        for (series, at), total in together.items():
            for row in connection.execute(_FIND, (size, series, at)):
                total.merge(rollup_of(row))
            rows.append((
                size, series, at, total.ok, total.degraded, total.down, total.unknown, total.paused, total.total_ms,
                total.highest_ms, msgspec.msgpack.encode(total.latencies), total.maintenance,
            ))  # fmt: skip
        connection.executemany(_KEEP, rows)

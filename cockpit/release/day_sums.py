"""A day's roll-up in the store: what the watcher of one host saw, told to all; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo

from msgspec import Struct

from cockpit.release.days import Day, days_of
from cockpit.release.events import DaySummed, ProbeSum
from cockpit.release.periods import local_date, start_of_day
from cockpit.release.record import Record
from cockpit.release.rollup import Rollup

_DAYS_BACK = 7  # a watcher that was away for longer says nothing of the days before


class ToldDay(Struct, frozen=True):
    """A probe on a day as another host's watcher saw it; latencies are in milliseconds."""

    observer: str
    day: str
    probe: str
    uptime: float | None
    looks: int
    p50: float | None
    p95: float | None
    watched: float
    seconds: float


def day_entity(day: str, observer: str) -> str:
    """Return the entity, of the service, under which a watcher's sum of a day stands."""
    return f"day:{day}/{observer}"


def sums_in(records: Iterable[Record]) -> dict[tuple[str, str], DaySummed]:
    """Return the sums by day and observer; of several the first one."""
    found: dict[tuple[str, str], DaySummed] = {}
    for record in records:
        if isinstance(record.data, DaySummed):
            found.setdefault((record.data.day, record.data.observer), record.data)
    return found


def days_due(records: Iterable[Record], observer: str, now: float, zone: tzinfo) -> tuple[Day, ...]:
    """Return the days that are over and of which this observer has not told yet."""
    today = local_date(now, zone)
    span = start_of_day(today - timedelta(days=_DAYS_BACK), zone), start_of_day(today, zone)
    told = sums_in(records)
    return tuple(day for day in days_of(*span, zone) if (day.label, observer) not in told)


def summed(day: Day, observer: str, watched: float, rollups: Mapping[str, Rollup]) -> DaySummed | None:
    """Return a day's sum; None where nothing was looked at."""
    probes = {
        name: ProbeSum(
            each.ok, each.degraded, each.down, each.unknown, each.paused, each.maintenance,
            each.percentile(50), each.percentile(95),
        )
        for name, each in rollups.items()
        if each.seen or each.unknown or each.paused or each.maintenance
    }  # fmt: skip
    return DaySummed(day.label, observer, watched, day.seconds, probes) if probes else None


def told_by_others(records: Iterable[Record], observer: str, days: Iterable[str]) -> tuple[ToldDay, ...]:
    """Return what other hosts' watchers told of these days, by probe and day."""
    wanted = set(days)
    found = [
        ToldDay(one.observer, one.day, name, each.uptime, each.seen, each.p50, each.p95, one.watched, one.seconds)
        for one in sums_in(records).values()
        if one.observer != observer and one.day in wanted
        for name, each in one.probes.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.probe, each.day, each.observer)))

"""How well the service ran in a review's span: coverage, uptime and latency by day, outages, targets; pure.

A gap is never uptime: every share is one of what was seen, and beside it stands how much that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.days import Day
from cockpit.release.events import ProbeChanged
from cockpit.release.record import Record
from cockpit.release.review_data import LogData, ProbeData, ReviewData
from cockpit.release.rollup import Rollup, added_up
from cockpit.release.sensing import epoch_of
from cockpit.release.stretches import Outage, Span, clipped, down, gaps, known, outages, total
from cockpit.release.targets import (
    Goal,
    TargetState,
    judge_target,
    measured_of_lines,
    measured_of_rollup,
    unbound,
)

_LATE_AFTER = 3  # intervals
_MINUTE = 60.0
_SHORTEST_GAP = 30.0  # seconds: between two beats of a watcher, and after the last one, nobody is missing


class Gap(Struct, frozen=True):
    """Nobody watched from `since` to `until`."""

    since: float
    until: float


class Coverage(Struct, frozen=True):
    """For how many of `seconds` somebody watched; `gaps` are the others, without those of a few seconds."""

    observer: str
    watched: float
    seconds: float
    gaps: tuple[Gap, ...]


class ProbeDay(Struct, frozen=True):
    """A probe on a day, or in the whole span: of `seconds` it was seen for `known`, and down for `down` of these.

    `uptime` is the share of its looks that found it up, None without any; latencies are in milliseconds, to 2.5 %.
    """

    day: str
    seconds: float
    known: float
    down: float
    looks: int
    uptime: float | None
    p50: float | None
    p95: float | None


class ProbeReview(Struct, frozen=True):
    """A probe day by day, and all days together."""

    name: str
    title: str
    days: tuple[ProbeDay, ...]
    whole: ProbeDay


class SeenOutage(Struct, frozen=True):
    """An outage, and who has seen it.

    `lasting` where its bounds are the lasting state's, not those of single looks; `short` where so few looks in a row
    failed that the probe was not taken to be down.
    """

    probe: str
    at: float
    until: float
    seconds: float
    began: str
    ended: str
    looks: int
    detail: str
    observer: str
    lasting: bool = False
    short: bool = False


class TargetDay(Struct, frozen=True):
    """A target on a day, or in the whole span."""

    day: str
    state: TargetState
    actual: str
    samples: int
    coverage: float
    detail: str


class TargetReview(Struct, frozen=True):
    """A target day by day, and all days together, against its goal."""

    id: str
    title: str
    measure: str
    goal: str
    source: str
    days: tuple[TargetDay, ...]
    whole: TargetDay


def coverage_of(data: ReviewData) -> Coverage:
    """Return for how long somebody watched, and the gaps."""
    spans = clipped(data.watched, data.since, data.until)
    missing = tuple(
        Gap(start, end) for start, end in gaps(spans, data.since, data.until) if end - start >= _SHORTEST_GAP
    )
    return Coverage(data.observer, total(spans), data.until - data.since, missing)


def probe_review(probe: ProbeData, data: ReviewData) -> ProbeReview:
    """Return a probe day by day."""
    days = tuple(
        _probe_day(day.label, (day.start, day.end), probe, rollup)
        for day, rollup in zip(data.days, probe.days, strict=True)
    )
    whole = _probe_day("", (data.since, data.until), probe, added_up(probe.days))
    return ProbeReview(probe.name, probe.title, days, whole)


def _probe_day(label: str, span: Span, probe: ProbeData, rollup: Rollup) -> ProbeDay:
    return ProbeDay(
        label,
        span[1] - span[0],
        total(clipped(known(probe.stretches), *span)),
        total(clipped(down(probe.stretches), *span)),
        rollup.seen,
        rollup.uptime,
        rollup.percentile(50),
        rollup.percentile(95),
    )


def seen_outages(data: ReviewData, records: Iterable[Record], *, now: float) -> tuple[SeenOutage, ...]:
    """Return the outages of the span, oldest first: by our own watcher's looks, and what others' watchers told.

    Of a probe for which no stretch is kept, our own watcher's word counts as it stands in the records.
    """
    found = [
        _seen(one, data.observer, short=one.looks < probe.failures)
        for probe in data.probes
        for one in outages(probe.name, probe.stretches, now=now, late=max(_LATE_AFTER * probe.interval, 10.0))
        if one.at < data.until and (one.until > data.since or one.at >= data.since)
    ]
    kept = {probe.name for probe in data.probes if probe.stretches}
    told = _told(records, data, now)
    found += [one for one in told if one.observer != data.observer or one.probe not in kept]
    return tuple(sorted(found, key=lambda one: (one.at, one.probe, one.observer)))


def _seen(one: Outage, observer: str, *, short: bool) -> SeenOutage:
    return SeenOutage(
        one.probe, one.at, one.until, one.seconds, one.began, one.ended, one.looks, one.detail, observer,
        short=short,
    )  # fmt: skip


def _told(records: Iterable[Record], data: ReviewData, now: float) -> list[SeenOutage]:
    begun: dict[tuple[str, str], tuple[float, str]] = {}
    found: list[SeenOutage] = []

    def end(key: tuple[str, str], until: float, how: str) -> None:
        at, detail = begun.pop(key)
        if at < data.until and until > data.since:
            found.append(SeenOutage(key[0], at, until, until - at, "seen", how, 0, detail, key[1], lasting=True))

    for record in records:
        change = record.data
        if not isinstance(change, ProbeChanged):
            continue
        key = record.ent.removeprefix("probe:").rpartition("/")[2], change.observer
        at = epoch_of(record.wall)
        if change.state == "down":
            begun.setdefault(key, (at, change.detail))
        elif key in begun:
            end(key, at, "seen" if change.state in {"ok", "degraded"} else "not seen")
    for key in tuple(begun):
        end(key, min(now, data.until), "ongoing")
    return found


def target_review(goal: Goal, data: ReviewData) -> TargetReview:
    """Return a target day by day."""
    logs = {log.name: log for log in data.logs}
    if goal.log and goal.measure == "errors" and goal.log in logs:
        days = tuple(_log_day(goal, day, logs[goal.log], (n,), data) for n, day in enumerate(data.days))
        every = tuple(range(len(data.days)))
        whole = _log_day(goal, _whole(data), logs[goal.log], every, data)
    elif goal.id in data.series:
        rollups = data.series[goal.id].days
        days = tuple(
            _probe_target(goal, day, rollup, data) for day, rollup in zip(data.days, rollups, strict=True)
        )  # fmt: skip
        whole = _probe_target(goal, _whole(data), added_up(rollups), data)
    else:
        missing = unbound(goal)
        days, whole = (), TargetDay("", missing.state, missing.actual, 0, 0.0, missing.detail)
    return TargetReview(goal.id, goal.title, goal.measure, goal.words, goal.source, days, whole)


def _whole(data: ReviewData) -> Day:
    return Day("", data.since, data.until, data.until - data.since)


def _probe_target(goal: Goal, day: Day, rollup: Rollup, data: ReviewData) -> TargetDay:
    probe = next((one for one in data.probes if one.name == goal.probe), None)
    seen = total(clipped(known(probe.stretches), day.start, day.end)) if probe is not None else 0.0
    # Of the samples of an older cockpit no stretches are kept, but how many looks there were.
    looked = rollup.seen * probe.interval if probe is not None and not probe.stretches else 0.0
    share = min(max(seen, looked) / max(day.seconds, 1.0), 1.0)
    measured = measured_of_rollup(goal, rollup)
    result = judge_target(
        replace(goal, window=day.seconds), measured, measured, known=share, observer=data.observer
    )  # fmt: skip
    return TargetDay(day.label, result.state, result.actual, result.samples, result.coverage, result.detail)


def _log_day(goal: Goal, day: Day, log: LogData, which: Sequence[int], data: ReviewData) -> TargetDay:
    days = [log.days[n] for n in which]
    measured = measured_of_lines(sum(one.lines for one in days), sum(one.errors for one in days))
    share = min(sum(one.minutes for one in days) * _MINUTE / max(day.seconds, 1.0), 1.0)
    result = judge_target(
        replace(goal, window=day.seconds), measured, measured, known=share, observer=data.observer
    )  # fmt: skip
    return TargetDay(day.label, result.state, result.actual, result.samples, result.coverage, result.detail)

"""How well the service ran in a review's span: coverage, uptime and latency by day, outages, targets; pure.

A gap is never uptime: every share is one of what was seen, and beside it stands how much that was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.days import Day
from cockpit.release.outages import SeenOutage, outages_in, told_outages
from cockpit.release.record import Record
from cockpit.release.review_data import LogData, ProbeData, ReviewData
from cockpit.release.rollup import Rollup, added_up
from cockpit.release.stretches import Span, clipped, down, gaps, known, total
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
        one
        for probe in data.probes
        for one in outages_in(
            probe.stretches, probe=probe.name, observer=data.observer, failures=probe.failures, now=now,
            late=max(_LATE_AFTER * probe.interval, 10.0),
        )
        if one.at < data.until and (one.until > data.since or one.at >= data.since)
    ]  # fmt: skip
    kept = {probe.name for probe in data.probes if probe.stretches}
    told = told_outages(records, since=data.since, until=data.until, now=now)
    found += [one for one in told if one.observer != data.observer or one.probe not in kept]
    return tuple(sorted(found, key=lambda one: (one.at, one.probe, one.observer)))


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

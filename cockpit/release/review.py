"""The daily review: what happened since the last one, and how well the service ran; data in, record out, pure.

Every number is one of what was seen: how much that was, and by whose watcher, stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.course import ExecutionSeen, counted_items, executions_seen, standing_of
from cockpit.release.day_sums import ToldDay, told_by_others
from cockpit.release.due import due_of
from cockpit.release.gates import Debt, debt_of
from cockpit.release.incidents import Incident
from cockpit.release.moment import as_of
from cockpit.release.outages import SeenOutage
from cockpit.release.periods import local_date, start_of_day
from cockpit.release.recurrence import Almanac, Occurrence
from cockpit.release.review_data import ReviewData
from cockpit.release.review_logs import (
    ErrorSeen,
    LogKept,
    PatternSeen,
    Payments,
    SlowEndpoint,
    errors_seen,
    logs_kept,
    patterns_seen,
    payments_of,
    slow_endpoints,
)
from cockpit.release.review_marks import arrived_late, last_review
from cockpit.release.review_service import (
    Coverage,
    ProbeReview,
    TargetReview,
    coverage_of,
    probe_review,
    seen_outages,
    target_review,
)
from cockpit.release.review_support import Support, Told, supports
from cockpit.release.run import Run, RunSummary
from cockpit.release.since import Changes, changes_of
from cockpit.release.targets import goals_of
from cockpit.times import epoch


class IncidentSeen(Struct, frozen=True):
    """An incident that was open in the span; `until` is None while it is."""

    id: str
    title: str
    severity: str
    at: float
    until: float | None
    seconds: float
    by: str
    ended: str


class Waiting(Struct, frozen=True):
    """An item, or an instance of what recurs, that is due at `at` (epoch seconds); `late` in seconds."""

    item: str
    text: str
    at: float
    late: float
    role: str
    period: str = ""


class Completed(Struct, frozen=True):
    """The last completed review; `at` is when that was said (RFC 3339 UTC)."""

    until: float
    by: str
    at: str


class Review(Struct, frozen=True):
    """What there is to say of [since, until), in epoch seconds; `begins` says why it begins there.

    `summary` are the sentences that it begins with. `late` counts records of before the last review that have come in
    after it. `days` are those of the time zone, `whole_days` how many seconds each has.
    """

    run: RunSummary | None
    service: str
    environment: str
    production: bool
    timezone: str
    since: float
    until: float
    begins: str
    observer: str
    last: Completed | None
    late: int
    days: tuple[str, ...]
    whole_days: tuple[float, ...]
    coverage: Coverage
    changes: tuple[Changes, ...]
    probes: tuple[ProbeReview, ...]
    outages: tuple[SeenOutage, ...]
    targets: tuple[TargetReview, ...]
    logs: tuple[LogKept, ...]
    errors: tuple[ErrorSeen, ...]
    patterns: tuple[PatternSeen, ...]
    payments: tuple[Payments, ...]
    endpoints: tuple[SlowEndpoint, ...]
    incidents: tuple[IncidentSeen, ...]
    debt: tuple[Debt, ...]
    overdue: tuple[Waiting, ...]
    due: tuple[Waiting, ...]
    tomorrow: tuple[Waiting, ...]
    support: tuple[Support, ...]
    told: tuple[ToldDay, ...] = ()
    trouble: str = ""
    summary: tuple[str, ...] = ()
    executions: tuple[ExecutionSeen, ...] = ()


def review_of(run: Run, data: ReviewData, zone: tzinfo) -> Review:
    """Return the review of a run as it stood at the span's end, by what was kept of the span."""
    now = data.until
    run = as_of(run, now)
    mark = last_review(run)
    records = [record for record in run.records if data.since <= epoch(record.wall) < data.until]
    probes = tuple(probe_review(probe, data) for probe in data.probes)
    targets = tuple(target_review(goal, data) for goal in goals_of(run.configuration.targets, run.library))
    logs, patterns, payments = logs_kept(data), patterns_seen(data), payments_of(data)
    endpoints = slow_endpoints(data)
    overdue, due, tomorrow = _waiting(run, now, zone)
    outages = seen_outages(data, run.records, now=now)
    coverage = coverage_of(data)
    return Review(
        run=run.summary() if run.opened_at else None,
        service=run.service,
        environment=run.environment,
        production=run.production,
        timezone=run.timezone,
        since=data.since,
        until=data.until,
        begins=data.begins,
        observer=data.observer,
        last=Completed(mark.until, mark.by, mark.at) if mark is not None else None,
        late=arrived_late(run),
        days=tuple(day.label for day in data.days),
        whole_days=tuple(day.whole for day in data.days),
        coverage=coverage,
        changes=tuple(_in_order(one) for one in changes_of(records, run)),
        probes=probes,
        outages=outages,
        targets=targets,
        logs=logs,
        errors=errors_seen(data),
        patterns=patterns,
        payments=payments,
        endpoints=endpoints,
        incidents=tuple(_incident(one, now) for one in run.incidents.values() if _within(one, data)),
        debt=debt_of(run),
        overdue=overdue,
        due=due,
        tomorrow=tomorrow,
        support=supports(run, Told(data.observer, logs, patterns, payments, endpoints, probes, targets)),
        told=told_by_others(run.records, data.observer, [day.label for day in data.days]),
        trouble=data.trouble,
        summary=(*standing_of(run, now=now), *_calling(run, overdue, outages, watching=_watching(coverage, now))),
        executions=executions_seen(run, records, since=data.since, until=data.until),
    )


def _in_order(one: Changes) -> Changes:
    return replace(one, changes=tuple(sorted(one.changes, key=lambda change: change.at)))


def _watching(coverage: Coverage, now: float) -> bool:
    return coverage.watched > 0 and (not coverage.gaps or coverage.gaps[-1].until < now)


def _calling(run: Run, overdue: Sequence[Waiting], outages: Sequence[SeenOutage], *, watching: bool) -> tuple[str, ...]:
    """Return what is open, overdue and down at the end, as sentences."""
    down = sorted({one.probe for one in outages if one.ended == "ongoing" and not one.short})
    late = f"{len(overdue)} {'is' if len(overdue) == 1 else 'are'} overdue" if overdue else "nothing is overdue"
    told = [f"{counted_items(run)}; {late}." if run.opened_at else f"{late[0].upper()}{late[1:]}."]
    told += [f"Incident OPEN: {one.title} ({one.severity})." for one in run.open_incidents]
    if down:
        told.append(f"DOWN now: {', '.join(down)}.")
    elif run.configuration.probes:
        told.append("No probe is down." if watching else "Nobody watches now, so nobody knows what is up.")
    return tuple(told)


def _within(one: Incident, data: ReviewData) -> bool:
    return epoch(one.at) < data.until and (one.closed is None or epoch(one.closed.at) >= data.since)


def _incident(one: Incident, now: float) -> IncidentSeen:
    closed = one.closed
    return IncidentSeen(
        one.id, one.title, one.severity, epoch(one.at), epoch(closed.at) if closed is not None else None,
        one.lasted(now), one.by.name, closed.text if closed is not None else "",
    )  # fmt: skip


def _waiting(
    run: Run, now: float, zone: tzinfo
) -> tuple[tuple[Waiting, ...], tuple[Waiting, ...], tuple[Waiting, ...]]:
    """Return what is overdue, what is due today or open by its period, and what comes by the end of tomorrow."""
    today = local_date(now, zone)
    tomorrow, after = (start_of_day(today + timedelta(days=days), zone) for days in (1, 2))
    overdue: list[Waiting] = []
    due: list[Waiting] = []
    coming: list[Waiting] = []
    for view in run.items.values():
        when = due_of(view, run, zone)
        if when is None or when.state(now) not in {"overdue", "upcoming"}:
            continue
        one = Waiting(view.id, view.item.text, when.at, when.late(now), view.item.role)
        if when.late(now):
            overdue.append(one)
        elif when.at <= after:
            (due if when.at <= tomorrow else coming).append(one)
    for each in Almanac(run, now, zone).all():
        if each.waits:
            (overdue if each.state == "overdue" else due).append(_instance(each))
        if (each.state == "upcoming" and tomorrow <= each.opens_at < after) or (
            each.state == "due" and tomorrow < each.due_at <= after
        ):
            coming.append(_instance(each))
    return tuple(overdue), tuple(due), tuple(sorted(coming, key=lambda one: (one.at, one.item)))


def _instance(one: Occurrence) -> Waiting:
    item = one.view.item
    return Waiting(one.id, item.text, one.due_at, one.overdue_by, item.role, one.period.label)

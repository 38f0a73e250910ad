"""The numbers of a review in words: uptime, targets, errors, attacks, payments, slow requests, which logs; pure."""

from __future__ import annotations

from cockpit.release.review import Review
from cockpit.release.review_logs import Payments
from cockpit.release.review_service import ProbeDay
from cockpit.release.review_support import percent
from cockpit.release.review_words import Row, Section, When, cut, hours, none_of
from cockpit.release.targets import short_span

_BAD = "missed"


def uptime(review: Review) -> Section:
    """Return uptime and latency by probe and day."""
    rows = []
    for probe in review.probes:
        rows.append(_probe_row(probe.title, probe.whole, "all"))
        if len(probe.days) > 1:
            rows += [_probe_row("", day, day.day) for day in probe.days]
    heads = ("probe", "day", "uptime", "p50", "p95", "known", "looks")
    told = f"of what {review.observer} saw; days of {review.timezone}"
    return Section("uptime", "Uptime and latency", told, tuple(rows), heads)


def told(review: Review) -> tuple[Section, ...]:
    """Return how other hosts' watchers saw the probes by day; nothing where there are none."""
    if not review.told:
        return ()
    rows = []
    for one in review.told:
        up = "-" if one.uptime is None else percent(one.uptime)
        latencies = ("-" if ms is None else short_span(ms) for ms in (one.p50, one.p95))
        known = f"{hours(one.watched)} of {hours(one.seconds)}"
        grave = one.uptime is not None and one.uptime < 1
        rows.append(Row((one.probe, one.day, up, *latencies, known, str(one.looks), one.observer), grave))
    heads = ("probe", "day", "uptime", "p50", "p95", "watched", "looks", "by")
    words = "by whole days, as they told when each was over"
    return (Section("told", "As other watchers saw it", words, cut(rows, 40), heads),)


def _probe_row(name: str, day: ProbeDay, label: str) -> Row:
    up = "-" if day.uptime is None else percent(day.uptime)
    latencies = ("-" if ms is None else short_span(ms) for ms in (day.p50, day.p95))
    known = f"{hours(day.known)} of {hours(day.seconds)}"
    return Row((name, label, up, *latencies, known, str(day.looks)), day.uptime is not None and day.down > 0)


def targets(review: Review) -> Section:
    """Return the targets against what was seen."""
    rows = []
    for one in review.targets:
        if one.whole.state == "not bound":
            continue
        missed = [day.day for day in one.days if day.state == _BAD]
        on = f"missed on {', '.join(day[5:] for day in missed)}" if missed else one.whole.detail
        rows.append(Row((one.title, one.goal, one.whole.actual, one.whole.state, on), one.whole.state == _BAD))
    bad = sum(row.grave for row in rows)
    told = f"{bad} of {len(rows)} missed by what {review.observer} saw" if rows else "nothing measures any"
    return Section("targets", "Targets", told, tuple(rows), ("target", "goal", "actual", "state", ""), bool(bad))


def security(review: Review) -> Section:
    """Return the lines that look like attacks or logins that fail."""
    rows = [Row((one.pattern, str(one.count), one.log, " ".join(map(str, one.days)))) for one in review.patterns]
    told = f"lines that look like it, and prove nothing, read by {review.observer}" if rows else none_of(review)
    return Section("security", "Logins and attacks", told, cut(rows), ("pattern", "lines", "log", "by day"))


def payments(review: Review) -> Section:
    """Return how many payments succeeded."""
    rows = [
        # A log that tells of no success may tell of none at all: then a share of them would be no finding.
        Row((one.log, percent(one.rate) if one.succeeded else "-", _paid(one)), bool(one.failed))
        for one in review.payments
        if one.rate is not None
    ]
    return Section(
        "payments",
        "Payments",
        f"by the logs that {review.observer} read" if rows else _no_payments(review),
        tuple(rows),
        ("log", "success", "payments"),
    )


def _paid(one: Payments) -> str:
    return (
        f"{one.succeeded} succeeded, {one.failed} failed" if one.succeeded else f"no success seen, {one.failed} failed"
    )


def _no_payments(review: Review) -> str:
    told = none_of(review)
    return f"no payments seen{told.removeprefix('none seen')}" if told.startswith("none seen") else told


def endpoints(review: Review) -> Section:
    """Return the slowest requests."""
    rows = [
        Row((one.endpoint, "-" if one.p95 is None else short_span(one.p95), str(one.count), str(one.errors), one.log),
            bool(one.errors))
        for one in review.endpoints
    ]  # fmt: skip
    told = f"the slowest first as {review.observer} read, our own left out" if rows else none_of(review)
    return Section("endpoints", "Slow endpoints", told, cut(rows, 10), ("request", "p95", "count", "5xx", "log"))


def logs(review: Review) -> Section:
    """Return which logs were kept."""
    rows = []
    for log in review.logs:
        seen = f"{percent(min(log.looked / log.lines, 1.0))} of {log.lines} lines" if log.lines else "no lines"
        followed = f"{hours(log.followed)} of {hours(log.seconds)}"
        rows.append(Row((log.name, followed, log.why or seen, f"{log.errors} errors, {log.warnings} warnings"),
                        bool(log.why)))  # fmt: skip
    told = f"kept by {review.observer}" if rows else "no log is configured"
    return Section("logs", "Logs kept", told, tuple(rows), ("log", "followed", "looked at", ""))


def errors(review: Review, when: When) -> Section:
    """Return errors by kind, new ones first."""
    rows = [
        Row(
            ("NEW" if one.new else "", str(one.count), one.log, one.template,
             f"{when(one.first_at)} to {when(one.last_at)}"),
            one.new,
        )
        for one in review.errors
    ]  # fmt: skip
    new = sum(one.new for one in review.errors)
    kinds = f"{len(rows)} kind{'s' if len(rows) != 1 else ''}"
    told = (
        f"{sum(one.count for one in review.errors)} in {kinds}, {new} new, as {review.observer} read them"
        if rows
        else none_of(review)
    )
    return Section("errors", "Errors", told, cut(rows), ("", "count", "log", "what", "when"), bool(new))

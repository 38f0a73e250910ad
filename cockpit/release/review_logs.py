"""What logs told in a review's span: which were kept, errors, attacks, payments, slow endpoints; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cockpit.release.review_data import LogData, ReviewData
from cockpit.release.rollup import Rollup

_GRAVEST: Final = ("fatal", "error")
PAID, UNPAID = "payment-success", "payment-failure"
_MINUTE = 60.0


class LogKept(Struct, frozen=True):
    """A log: for how many of `seconds` it was followed, what it wrote then, and of how many lines we know the meaning.

    `own` of them were our own traffic, which counts nowhere else. `why` says why it was not followed.
    """

    name: str
    followed: float
    seconds: float
    lines: int
    errors: int
    warnings: int
    looked: int
    own: int
    why: str


class ErrorSeen(Struct, frozen=True):
    """Errors of one template; `new` where the first one ever came within the span. Times are epoch seconds."""

    log: str
    level: str
    template: str
    count: int
    first_at: float
    last_at: float
    example: str
    new: bool


class PatternSeen(Struct, frozen=True):
    """In how many lines of a log a pattern was found, and by day."""

    log: str
    pattern: str
    count: int
    days: tuple[int, ...]


class Payments(Struct, frozen=True):
    """The payments that a log tells of; `rate` is the share that succeeded, None without any."""

    log: str
    succeeded: int
    failed: int
    rate: float | None


class SlowEndpoint(Struct, frozen=True):
    """The requests of a path; latencies are in milliseconds, to 2.5 %, None where the log has no durations."""

    log: str
    endpoint: str
    count: int
    errors: int
    p50: float | None
    p95: float | None
    p99: float | None


def logs_kept(data: ReviewData) -> tuple[LogKept, ...]:
    """Return for each log how much of it was kept."""
    return tuple(_kept(log, data.until - data.since) for log in data.logs)


def _kept(log: LogData, seconds: float) -> LogKept:
    followed = min(sum(day.minutes for day in log.days) * _MINUTE, seconds)
    lines, errors, warnings, looked, own = (
        sum(getattr(day, name) for day in log.days) for name in ("lines", "errors", "warnings", "looked", "own")
    )
    why = "" if followed else log.why or "no watcher followed it in this time"
    return LogKept(log.name, followed, seconds, lines, errors, warnings, looked, own, why)


def errors_seen(data: ReviewData) -> tuple[ErrorSeen, ...]:
    """Return the errors by template, those that never came before first, then the gravest and most frequent."""
    found = [
        ErrorSeen(
            log.name, one.level, one.template, one.count, one.first_at, one.last_at, one.example, first >= data.since
        )
        for log in data.logs
        for one, first in log.errors
    ]  # fmt: skip
    return tuple(
        sorted(found, key=lambda one: (not one.new, _GRAVEST.index(one.level), -one.count, one.log, one.template))
    )


def patterns_seen(data: ReviewData) -> tuple[PatternSeen, ...]:
    """Return for each log of which lines were looked at what was found, the most frequent first; payments apart."""
    found = [one for log in data.logs for one in _patterns(log) if one.pattern not in {PAID, UNPAID}]
    return tuple(sorted(found, key=lambda one: (-one.count, one.pattern, one.log)))


def _patterns(log: LogData) -> Iterator[PatternSeen]:
    together: Counter[str] = Counter()
    for day in log.days:
        together.update(day.patterns)
    for name, count in together.items():
        yield PatternSeen(log.name, name, count, tuple(day.patterns.get(name, 0) for day in log.days))


def payments_of(data: ReviewData) -> tuple[Payments, ...]:
    """Return each log's payments: of two logs that tell of the same payment neither is added to the other."""
    found = []
    for log in data.logs:
        paid, failed = (sum(day.patterns.get(name, 0) for day in log.days) for name in (PAID, UNPAID))
        if paid + failed:
            found.append(Payments(log.name, paid, failed, paid / (paid + failed)))
    return tuple(found)


def slow_endpoints(data: ReviewData) -> tuple[SlowEndpoint, ...]:
    """Return the requests by path, the slowest first; without durations, the most frequent."""
    found = []
    for log in data.logs:
        for one in log.endpoints:
            slowest = Rollup(latencies=one.latencies, highest_ms=float("inf"))
            spans = (slowest.percentile(share) for share in (50, 95, 99))
            found.append(SlowEndpoint(log.name, one.endpoint, one.count, one.errors, *spans))
    return tuple(sorted(found, key=lambda one: (-(one.p95 or 0.0), -one.count, one.endpoint, one.log)))

"""What the data say to the checklist's items of the time after a launch: shown beside them, closing none; pure.

A number supports a person's judgement. That nobody matched an attack is no security review.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from cockpit.release.review_logs import LogKept, PatternSeen, Payments, SlowEndpoint
from cockpit.release.review_service import ProbeReview, TargetReview
from cockpit.release.run import Run
from cockpit.release.targets import short_span


class Support(Struct, frozen=True):
    """An item, how it stands by people's and checks' word, and what the data say to it."""

    item: str
    text: str
    state: str
    told: str


class Told(Struct, frozen=True):
    """What there is to say."""

    observer: str
    logs: tuple[LogKept, ...]
    patterns: tuple[PatternSeen, ...]
    payments: tuple[Payments, ...]
    endpoints: tuple[SlowEndpoint, ...]
    probes: tuple[ProbeReview, ...]
    targets: tuple[TargetReview, ...]


def percent(share: float) -> str:
    """Return a share of one in words; never rounded up to all of it."""
    return f"{math.floor(round(share * 100_000, 6)) / 1000:g} %"


def _pattern(name: str) -> Callable[[Told], str]:
    def tell(told: Told) -> str:
        looked = [log for log in told.logs if log.looked]
        if not looked:
            return ""
        count = sum(one.count for one in told.patterns if one.pattern == name)
        lines = sum(log.looked - log.own for log in looked)
        return f"{count} lines like {name} of {lines} in {', '.join(log.name for log in looked)}"

    return tell


def _errors(told: Told) -> str:
    return "; ".join(
        f"{log.name}: {log.errors} errors of {log.lines} lines ({percent(log.errors / log.lines)})"
        for log in told.logs
        if log.lines
    )


def _logs(told: Told) -> str:
    return "; ".join(
        f"{log.name}: {log.lines} lines, {log.errors} errors, {log.warnings} warnings"
        for log in told.logs
        if log.followed
    )


def _payments(told: Told) -> str:
    return "; ".join(
        f"{one.log}: {one.succeeded} of {one.succeeded + one.failed} succeeded ({percent(one.rate)})"
        if one.succeeded
        else f"{one.log}: no success seen, {one.failed} failed"
        for one in told.payments
        if one.rate is not None
    )


def _targets(*measures: str) -> Callable[[Told], str]:
    def tell(told: Told) -> str:
        return "; ".join(
            f"{one.title} {one.goal}: {one.whole.actual} ({one.whole.state})"
            for one in told.targets
            if one.measure in measures and one.whole.state in {"met", "missed"}
        )

    return tell


def _response_times(told: Told) -> str:
    return "; ".join(
        f"{one.title}: p95 {short_span(one.whole.p95)} of {one.whole.looks} looks"
        for one in told.probes
        if one.whole.p95 is not None
    )


def _slow(told: Told) -> str:
    slow = [one for one in told.endpoints if one.p95 is not None][:3]
    return "; ".join(f"{one.endpoint}: p95 {short_span(one.p95 or 0.0)} of {one.count}" for one in slow)


# By the last part of an item's id: what it is about, in whatever checklist it stands.
_ANSWERS: Final[dict[str, Callable[[Told], str]]] = {
    "review-server-logs-daily": _logs,
    "monitor-error-rates": _errors,
    "check-performance-metrics": _targets("latency", "uptime", "errors"),
    "monitor-payment-success-rate": _payments,
    "check-for-suspicious-login-attempts": _pattern("failed-login"),
    "review-admin-action-logs": _pattern("admin-action"),
    "monitor-for-sql-injection-attempts": _pattern("sql-injection"),
    "check-for-xss-attempts": _pattern("xss"),
    "review-cors-access-logs": _pattern("cors-rejection"),
    "analyze-response-times": _response_times,
    "identify-and-fix-slow-endpoints": _slow,
}
PHASE: Final = "post-deployment"


def supports(run: Run, told: Told) -> tuple[Support, ...]:
    """Return the items of the time after the launch with what the data say to each, empty where they say nothing."""
    phases = [view for view in run.phases if view.phase.id.rpartition("/")[2] == PHASE]
    return tuple(
        Support(view.id, view.item.text, view.state.value, _answer(view.id, told))
        for phase in phases
        for view in phase.items
    )


def _answer(item: str, told: Told) -> str:
    answer = _ANSWERS.get(item.rpartition("/")[2])
    words = answer(told) if answer is not None else ""
    return f"{words} (by {told.observer})" if words else ""


def answered(found: Sequence[Support]) -> int:
    """Return to how many items the data say something."""
    return sum(bool(one.told) for one in found)

"""A probe's past as a screen shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from cockpit.release.health import ProbeResult
from cockpit.release.outages import Outage
from cockpit.release.rollup import Rollup, added_up


class Percentiles(Struct, frozen=True):
    """Latencies of a span in milliseconds, to 2.5 %, and of how many looks."""

    timed: int
    p50: float
    p90: float
    p95: float
    p99: float
    highest: float


class ProbeDay(Struct, frozen=True):
    """What one day (in UTC) showed of a probe: the share of looks that found it up, and how long answers took, in ms.

    `uptime` is None where nothing was seen, latencies where none was told.
    """

    day: str  # 2026-03-10
    seen: int
    uptime: float | None
    p50: float | None = None
    p95: float | None = None


class ProbeDays(Struct, frozen=True):
    """A probe's days, without gaps, the last one last, as `observer` has seen them."""

    name: str
    title: str
    days: tuple[ProbeDay, ...]
    observer: str


class ProbeHistory(Struct, frozen=True):
    """The last 24 hours together and by hour, 60 days by day (in UTC), the last failures, the latest first.

    Shares are of what was seen, None where nothing was; latencies are in milliseconds, to 2.5 %. `maintenance` is the
    planned time in seconds, which counts neither as up nor as down; `outages` are of the 24 hours, the latest first.
    """

    name: str
    seen: int
    timed: int
    uptime: float | None
    p50: float
    p95: float
    p99: float
    coverage: float
    hours: tuple[float | None, ...]
    days: tuple[float | None, ...]
    failures: tuple[ProbeResult, ...]
    observer: str
    maintenance: float = 0.0
    outages: tuple[Outage, ...] = ()
    last_day: Percentiles | None = None
    last_hour: Percentiles | None = None


class Scale(Struct, frozen=True):
    """How far back a chart looks: so many spans of `step` seconds, from roll-ups of `size` seconds."""

    title: str
    count: int
    step: int
    size: int

    @property
    def seconds(self) -> int:
        """How far back that is."""
        return self.count * self.step


SCALES: Final = (
    Scale("hour", 60, 60, 60),
    Scale("day", 96, 900, 60),
    Scale("week", 84, 7200, 3600),
    Scale("60 days", 60, 86400, 86400),
)


class Span(Struct, frozen=True):
    """What the looks of a span came to; `at` is its beginning in epoch seconds, latencies are in milliseconds."""

    at: int
    up: int
    down: int
    maintenance: int
    p50: float | None
    p95: float | None


class Course(Struct, frozen=True):
    """A probe's way through time, by spans without a gap, the oldest first."""

    name: str
    scale: Scale
    spans: tuple[Span, ...]


def percentiles_of(rollup: Rollup) -> Percentiles | None:
    """Return the latencies that a roll-up counts; None where it has none."""
    if not rollup.timed:
        return None
    p50, p90, p95, p99 = (rollup.percentile(percent) or 0.0 for percent in (50, 90, 95, 99))
    return Percentiles(rollup.timed, p50, p90, p95, p99, rollup.highest_ms)


def course_of(name: str, scale: Scale, rollups: Mapping[int, Rollup], now: float) -> Course:
    """Return the course up to `now` (epoch seconds) from roll-ups by their beginning."""
    last = int(now // scale.step) * scale.step
    first = last - (scale.count - 1) * scale.step
    together: dict[int, list[Rollup]] = {}
    for at, rollup in rollups.items():
        together.setdefault(at // scale.step * scale.step, []).append(rollup)
    spans = []
    for at in range(first, last + 1, scale.step):
        whole = added_up(together.get(at, ()))
        spans.append(Span(at, whole.up, whole.down, whole.maintenance, whole.percentile(50), whole.percentile(95)))
    return Course(name, scale, tuple(spans))

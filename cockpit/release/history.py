"""A probe's past as a screen shows it."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.health import ProbeResult


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

    Shares are of what was seen, None where nothing was; latencies are in milliseconds, to 2.5 %.
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

"""A span of time by the days of a time zone: where clocks are changed, a day has 23 or 25 hours."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from cockpit.release.periods import period_at

_MOST = 400


class Day(Struct, frozen=True):
    """What of a local day lies in the span: [start, end) in epoch seconds; `whole` seconds has the day itself."""

    label: str  # 2026-03-29
    start: float
    end: float
    whole: float

    @property
    def seconds(self) -> float:
        """How long this part of the day is."""
        return self.end - self.start


def days_of(since: float, until: float, zone: tzinfo) -> tuple[Day, ...]:
    """Return the days of [since, until), clipped to it; of more than 400 the last ones."""
    found: list[Day] = []
    period = period_at(since, "daily", zone)
    while (start := period.start(zone)) < until:
        end = period.end(zone)
        if end > start and end > since:  # a zone that changes sides of the date line leaves a day out
            found.append(Day(period.label, max(start, since), min(end, until), end - start))
        period = period.after()
    return tuple(found[-_MOST:])

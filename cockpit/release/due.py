"""Due dates: what is to be done before the launch, or so long after it, and what is late.

A due date is relative to the launch. In days and weeks (`T-7d`) it is a day in the service's time zone, and late once
that day is over; in hours (`T-2h`) it is so long before the launch as the countdown tells. Without one nothing is late.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from cockpit.release.checklist import launch_offset
from cockpit.release.item_state import SETTLED
from cockpit.release.periods import local_time, start_of_day
from cockpit.release.recurrence import instant
from cockpit.release.run import ItemView, PhaseView, Run

DueState = Literal["overdue", "upcoming", "settled", "no launch"]


class Due(Struct, frozen=True):
    """When an item is due: `at` in epoch seconds, 0.0 where no launch is set; `waits` while nobody has settled it."""

    relative: str  # T-7d
    at: float
    waits: bool

    def state(self, now: float) -> DueState:
        """Return how it stands at `now` (epoch seconds)."""
        if not self.waits:
            return "settled"
        if not self.at:
            return "no launch"
        return "overdue" if now >= self.at else "upcoming"

    def late(self, now: float) -> float:
        """Return for how many seconds it has been overdue at `now`; 0.0 where it is not."""
        return now - self.at if self.state(now) == "overdue" else 0.0


@lru_cache(maxsize=4096)
def due_at(relative: str, launch_at: str, zone: tzinfo) -> float:
    """Return the epoch seconds until which `T-7d` is in time for a launch (RFC 3339); 0.0 where there is no launch."""
    launch = instant(launch_at)
    if not launch:
        return 0.0
    offset = launch_offset(relative)
    if relative[-1] not in "dw":
        return launch + offset
    wall = local_time(launch, zone).replace(tzinfo=None) + timedelta(seconds=offset)
    return start_of_day(wall.date() + timedelta(days=1), zone)


def due_of(view: ItemView, run: Run, zone: tzinfo) -> Due | None:
    """Return when an item of the run is due; None where it has no due date, as what recurs."""
    relative = view.item.due
    if not relative or view.item.cadence is not None:
        return None
    waits = view.state not in SETTLED or view.unverified_second
    return Due(relative, due_at(relative, run.launch_at, zone) if run.open else 0.0, waits)


class DueCount(Struct, frozen=True):
    """How many of some items are late, and how many have yet to come."""

    overdue: int = 0
    upcoming: int = 0


class PhaseDues(Struct, frozen=True):
    """When the items of a phase are due, by id; `deadlines` are those that wait, with the time, the first one first."""

    by_item: Mapping[str, Due]
    deadlines: tuple[tuple[float, str], ...]

    def count(self, now: float) -> DueCount:
        """Return how many are overdue and upcoming at `now` (epoch seconds)."""
        overdue = bisect_left(self.deadlines, (math.nextafter(now, math.inf), ""))
        return DueCount(overdue, len(self.deadlines) - overdue)


def _dues_of(phase: PhaseView, run: Run, zone: tzinfo) -> PhaseDues:
    found = ((view.id, due_of(view, run, zone)) for view in phase.items)
    by_item = {identity: due for identity, due in found if due is not None}
    deadlines = sorted((due.at, identity) for identity, due in by_item.items() if due.waits and due.at)
    return PhaseDues(by_item, tuple(deadlines))


class _OfLastRun:
    """The dues of the run that was asked for last: a screen asks every second, and runs are many items long."""

    def __init__(self) -> None:
        self._last: tuple[Run, tzinfo, tuple[PhaseDues, ...]] | None = None

    def of(self, run: Run, zone: tzinfo) -> tuple[PhaseDues, ...]:
        last = self._last
        if last is None or last[0] is not run or last[1] is not zone:
            self._last = last = run, zone, tuple(_dues_of(phase, run, zone) for phase in run.phases)
        return last[2]


_DUES = _OfLastRun()


def dues_in(run: Run, zone: tzinfo) -> tuple[PhaseDues, ...]:
    """Return when the items of each phase are due, in the order of the phases."""
    return _DUES.of(run, zone)

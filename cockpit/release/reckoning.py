"""What recurs, reckoned anew only when something of it may have changed: a screen asks every second."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.moment import item_holds_until
from cockpit.release.periods import CADENCES
from cockpit.release.recurrence import Almanac, Occurrence
from cockpit.release.run import Run


class _Found(Struct, frozen=True):
    """The instances of a run as they stand from one time until another, both in epoch seconds."""

    run: Run
    zone: tzinfo
    since: float
    until: float
    instances: tuple[Occurrence, ...]

    def holds(self, run: Run, now: float, zone: tzinfo) -> bool:
        return self.run is run and self.zone is zone and self.since <= now < self.until


class Reckoner:
    """The instances of the run that was asked for last."""

    def __init__(self) -> None:
        self._last: _Found | None = None

    def at(self, run: Run, now: float, zone: tzinfo) -> tuple[Occurrence, ...]:
        """Return `occurrences(run, now, zone)`."""
        last = self._last
        if last is None or not last.holds(run, now, zone):
            self._last = last = _reckoned(run, now, zone)
        return tuple(
            replace(one, overdue_by=now - one.due_at) if one.state == "overdue" else one for one in last.instances
        )


def _reckoned(run: Run, now: float, zone: tzinfo) -> _Found:
    almanac = Almanac(run, now, zone)
    known = almanac.all(everything=True)
    # No period ends before that, no instance opens or falls due, and no word of a check or a person runs out.
    turns = [almanac.present(cadence).end(zone) for cadence in CADENCES]
    turns += [at for one in known for at in (one.opens_at, one.due_at, item_holds_until(one.view)) if at > now]
    return _Found(run, zone, now, min(turns), almanac.all())

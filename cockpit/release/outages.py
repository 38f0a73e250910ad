"""Outages as single looks show them, with the bounds that a report needs; pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cockpit.release.health import ProbeState

_UP = frozenset({ProbeState.OK, ProbeState.DEGRADED})


class Outage(Struct, frozen=True):
    """A row of failed looks that lasted; times are in epoch seconds, None where they lie outside of what was looked at.

    It began after `well_until`, the last look that passed, and by `began`, the first that failed; `noticed` is the one
    that made the state change. It was over by `ended`, the first look that passed, and `confirmed` is the one that
    changed the state back; both are None while it lasts. `looks` failed in it.
    """

    began: float
    noticed: float
    looks: int
    well_until: float | None = None
    ended: float | None = None
    confirmed: float | None = None

    def lasted(self, now: float) -> float:
        """Return for how many seconds it was down, from the first failed look on."""
        return max((self.ended if self.ended is not None else now) - self.began, 0.0)


def outages_of(
    looks: Iterable[tuple[float, ProbeState, bool]], *, failures: int = 3, passes: int = 2
) -> tuple[Outage, ...]:
    """Return the outages in looks (when, what, whether in planned maintenance), both the oldest first.

    The state is taken to turn as for the live probe: down after so many failures in a row, up after so many passes.
    Looks that saw nothing, and those in maintenance, neither count nor break a row.
    """
    found: list[Outage] = []
    current: Outage | None = None
    well_until: float | None = None
    row: list[float] = []  # the looks in a row against the present state
    for at, state, planned in looks:
        if planned or (state is not ProbeState.DOWN and state not in _UP):
            continue
        if state is ProbeState.DOWN:
            if current is not None:
                row.clear()
                current = Outage(current.began, current.noticed, current.looks + 1, current.well_until)
                continue
            row.append(at)
            if len(row) >= failures:
                current = Outage(row[0], at, len(row), well_until)
                row.clear()
        elif current is None:
            row.clear()
            well_until = at
        else:
            row.append(at)
            if len(row) >= passes:
                found.append(Outage(current.began, current.noticed, current.looks, current.well_until, row[0], at))
                current, well_until = None, at
                row.clear()
    return (*found, current) if current is not None else tuple(found)

"""A run as it stands at a moment: what nobody has renewed in time is not believed any more.

The fold knows no now; displays and gates go by what `as_of` returns.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from types import MappingProxyType

from msgspec.structs import replace

from cockpit.release.item_state import CLOSED_BY_HAND, WAIVED, ItemState
from cockpit.release.run import ItemView, Run
from cockpit.release.sensing import read

_ENDING = CLOSED_BY_HAND | WAIVED


def item_as_of(view: ItemView, now: float) -> ItemView:
    """Return the item as it stands at `now` (epoch seconds); itself where nothing has changed by then."""
    if now >= view.holds_until and view.by_hand in _ENDING:
        view = _expired(view)
    if view.sensing is None:
        return view
    reading = read(view.sensing, now)
    if reading == view.reading:
        return view
    return replace(view, state=reading.state, detail=reading.detail, reading=reading)


def _expired(view: ItemView) -> ItemView:
    """Return the item with its hand's word gone stale: it holds no longer, whatever was said."""
    words = view.sensing.words if view.sensing is not None else view.detail
    at = datetime.fromtimestamp(max(view.holds_until, 0.0), UTC).strftime("%Y-%m-%d %H:%MZ")
    what = f"{view.by_hand} until" if view.by_hand in WAIVED else "held until"
    told = f"{what} {at}" + (f": {words}" if words else "")
    if view.sensing is None:
        return replace(view, state=ItemState.STALE, detail=told, unverified_second=False)
    sensing = replace(view.sensing, by_hand=ItemState.STALE, words=told)
    return replace(view, sensing=sensing, unverified_second=False)


def as_of(run: Run, now: float) -> Run:
    """Return the run as it stands at `now` (epoch seconds)."""
    phases = tuple(replace(phase, items=tuple(item_as_of(view, now) for view in phase.items)) for phase in run.phases)
    return replace(
        run, phases=phases, items=MappingProxyType({view.id: view for phase in phases for view in phase.items})
    )


def holds_until(run: Run) -> float:
    """Return when the next item of a run that `as_of` has returned may change by itself; infinity where none will."""
    return min(map(item_holds_until, run.items.values()), default=math.inf)


def item_holds_until(view: ItemView) -> float:
    """Return when an item that `item_as_of` has returned may change by itself; infinity where it does not."""
    by_hand = view.holds_until if view.by_hand in _ENDING else math.inf
    return by_hand if view.reading is None else min(by_hand, view.reading.until)


class Moments:
    """The same run object for as long as nothing changes, so that a screen can tell by identity what is new."""

    def __init__(self) -> None:
        self._of: Run | None = None
        self._shown: Run | None = None
        self._from = self._until = 0.0

    def at(self, run: Run, now: float) -> Run:
        """Return `as_of(run, now)`, anew only where it differs from the last one."""
        if self._shown is None or run is not self._of or not self._from <= now < self._until:
            self._of, self._shown, self._from = run, as_of(run, now), now
            self._until = holds_until(self._shown)
        return self._shown

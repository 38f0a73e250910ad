"""The state of an item: one table over its register, its claim, and what became of the release around it."""

from __future__ import annotations

from enum import StrEnum

from cockpit.release.checklist import Item
from cockpit.release.events import ItemDeferred, ItemDone, ItemNotApplicable, ItemOverridden, RunState
from cockpit.release.record import Event, Unknown
from cockpit.release.registers import Register


class ItemState(StrEnum):
    """Every state an item can be in; scripts read these words."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    ATTESTED = "attested"
    SENSED = "sensed"
    REGRESSED = "regressed"
    UNKNOWN = "unknown"
    STALE = "stale"
    DEFERRED = "deferred"
    NA = "na"
    OVERRIDDEN = "overridden"
    BLOCKED = "blocked"
    CONTESTED = "contested"
    SUSPENDED = "suspended"


# Skipped, deferred and overridden never count as done; not applicable counts as out of the total.
COUNTS_AS_DONE = frozenset({ItemState.DONE, ItemState.ATTESTED, ItemState.SENSED})
SETTLED = COUNTS_AS_DONE | {ItemState.NA, ItemState.DEFERRED, ItemState.OVERRIDDEN, ItemState.SUSPENDED}
ALARMING = frozenset({ItemState.REGRESSED, ItemState.CONTESTED, ItemState.BLOCKED})

_BY_EVENT: dict[type[Event], ItemState] = {
    ItemDone: ItemState.DONE,
    ItemDeferred: ItemState.DEFERRED,
    ItemNotApplicable: ItemState.NA,
    ItemOverridden: ItemState.OVERRIDDEN,
}


def item_state(item: Item, register: Register, *, claimed: bool, run_state: RunState) -> ItemState:
    """Return the state of `item`, given its state register, whether someone holds it, and the run's state.

    What several people wrote, none having seen the other, is contested until one of them decides, also where they
    said the same: each may have looked at something else.
    What was seen of a version that has been rolled back is suspended, not red. What a newer cockpit wrote is
    unknown.
    """
    winner = register.winner
    if register.contested:
        return ItemState.CONTESTED
    if winner is not None and isinstance(winner.data, Unknown):
        return ItemState.UNKNOWN
    state = _BY_EVENT.get(type(winner.data), ItemState.OPEN) if winner is not None else ItemState.OPEN
    if state is ItemState.DONE and item.binds == "commit" and run_state == "rolled-back":
        return ItemState.SUSPENDED
    if state is ItemState.OPEN and claimed:
        return ItemState.CLAIMED
    return state

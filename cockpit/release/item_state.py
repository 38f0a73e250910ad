"""The state of an item: one table over its register, its claim, and what became of the release around it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from cockpit.release.checklist import Item
from cockpit.release.events import ItemDeferred, ItemDone, ItemEvent, ItemNotApplicable, ItemOverridden, RunState
from cockpit.release.record import Event, Record, Unknown
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


class Flown(Struct, frozen=True):
    """What the run flies: its state, its commit, and the commit that a rollback has undone, each empty if unknown."""

    state: RunState
    commit: str = ""
    undone: str = ""


def item_state(item: Item, register: Register, *, claimed: bool, flown: Flown) -> ItemState:
    """Return the state of `item`, given its state register, whether someone holds it, and what the run flies.

    What several people wrote, none having seen the other, is contested until one of them decides, also where they
    said the same: each may have looked at something else. What is bound to a commit goes stale where the run flies
    another one, and is suspended, not red, where a rollback has undone it. What a newer cockpit wrote is unknown.
    """
    if register.contested:
        return ItemState.CONTESTED
    told = register.winner
    if told is not None and isinstance(told.data, Unknown):
        return ItemState.UNKNOWN
    state = _BY_EVENT.get(type(told.data), ItemState.OPEN) if told is not None else ItemState.OPEN
    if state is ItemState.DONE and item.binds == "commit" and told is not None:
        return _bound_state(_commit_of(told), flown)
    if state is ItemState.OPEN and claimed:
        return ItemState.CLAIMED
    return state


def _bound_state(done_for: str, flown: Flown) -> ItemState:
    if flown.state == "rolled-back":
        # Only what was done for the next version, after the rollback, holds already.
        is_for_next = bool(flown.undone) and done_for == flown.commit != flown.undone
        return ItemState.DONE if is_for_next else ItemState.SUSPENDED
    # An event without a commit is of an older cockpit, or of a run that had no tag yet.
    return ItemState.STALE if done_for and flown.commit and done_for != flown.commit else ItemState.DONE


def _commit_of(record: Record) -> str:
    return record.data.commit if isinstance(record.data, ItemEvent) else ""

"""The state of an item: one table over its register, its claim, what became of the release, and what its check saw."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from cockpit.release.agreement import is_contest
from cockpit.release.checklist import Item
from cockpit.release.events import ItemAttested, ItemDeferred, ItemDone, ItemNotApplicable, ItemOverridden, RunState
from cockpit.release.record import Event, Order, Unknown
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
CLOSED_BY_HAND = frozenset({ItemState.DONE, ItemState.ATTESTED})
WAIVED = frozenset({ItemState.DEFERRED, ItemState.NA, ItemState.OVERRIDDEN})
NO_GO = frozenset({ItemState.CONTESTED, ItemState.REGRESSED, ItemState.UNKNOWN, ItemState.STALE, ItemState.BLOCKED})
ALARMING = frozenset({ItemState.REGRESSED, ItemState.CONTESTED, ItemState.BLOCKED})

_BY_EVENT: dict[type[Event], ItemState] = {
    ItemDone: ItemState.DONE,
    ItemAttested: ItemState.ATTESTED,
    ItemDeferred: ItemState.DEFERRED,
    ItemNotApplicable: ItemState.NA,
    ItemOverridden: ItemState.OVERRIDDEN,
}


class Flown(Struct, frozen=True):
    """What the run flies: its state, its commit and tag, the commit that a rollback has undone, and where it runs.

    Each is empty if unknown; `host` is where the last rollback or deploy was carried out, `since` the order of
    the record that retargeted the run, if any did.
    """

    state: RunState
    commit: str = ""
    undone: str = ""
    tag: str = ""
    host: str = ""
    since: Order | None = None


def item_state(item: Item, register: Register, *, claimed: bool, flown: Flown, moved: str = "") -> ItemState:
    """Return the state of `item`, given its state register, whether someone holds it, and what the run flies.

    What several people wrote, none having seen the other, is contested until one of them decides, unless they agree
    (`is_contest`). What is bound to a commit goes stale where the run flies
    another one, and is suspended, not red, where a rollback has undone it; `moved` says what else has moved that the
    winner's word is bound to. What a newer cockpit wrote is unknown.
    """
    if is_contest(register):
        return ItemState.CONTESTED
    told = register.winner
    if told is not None and isinstance(told.data, Unknown):
        return ItemState.UNKNOWN
    state = _BY_EVENT.get(type(told.data), ItemState.OPEN) if told is not None else ItemState.OPEN
    if state in CLOSED_BY_HAND and told is not None:
        return ItemState.STALE if moved else _bound_state(state, item, told.data, flown)
    if state is ItemState.OPEN and claimed:
        return ItemState.CLAIMED
    return state


def _bound_state(state: ItemState, item: Item, said: Event, flown: Flown) -> ItemState:
    if not isinstance(said, ItemDone):
        return state
    if item.binds in {"commit", "release"} and flown.state == "rolled-back":
        # Only what was done for the next version, after the rollback, holds already.
        is_for_next = bool(flown.undone) and said.commit == flown.commit != flown.undone
        return state if is_for_next else ItemState.SUSPENDED
    return ItemState.STALE if any(_differ(*pair) for pair in _bonds(item, said, flown)) else state


def _bonds(item: Item, said: ItemDone, flown: Flown) -> list[tuple[str, str]]:
    """Return (what it was, what it is now) of what an item's evidence is bound to."""
    match item.binds:
        case "commit":
            return [(said.commit, flown.commit)]
        case "release":
            return [(said.tag, flown.tag) if said.tag else (said.commit, flown.commit)]
        case "host":
            return [(said.host, flown.host)]
        case _:
            return []  # paths are looked at by whoever has them; a period ends by itself


def _differ(before: str, now: str) -> bool:
    # An event that does not say is of an older cockpit, or of a run that had none yet.
    return bool(before) and bool(now) and before != now


class Sense(StrEnum):
    """What an item's observers say together."""

    OK = "ok"
    FAILED = "failed"
    LOST = "lost"  # failed, and it held before
    UNKNOWN = "unknown"  # nobody can say any more, or nobody could look
    NO_DATA = "no data"  # nobody has looked yet
    STALE = "stale"  # what was seen is bound to what has moved


_OPEN, _DONE, _STALE = ItemState.OPEN, ItemState.DONE, ItemState.STALE

# (what the hand says, what a check says that closes the item) → the item's state.
CLOSES: dict[tuple[ItemState, Sense], ItemState] = {
    (_OPEN, Sense.OK): ItemState.SENSED,
    (_OPEN, Sense.FAILED): ItemState.OPEN,
    (_OPEN, Sense.LOST): ItemState.REGRESSED,
    (_OPEN, Sense.UNKNOWN): ItemState.UNKNOWN,
    (_OPEN, Sense.NO_DATA): ItemState.UNKNOWN,
    (_OPEN, Sense.STALE): ItemState.STALE,
    (_DONE, Sense.OK): ItemState.DONE,
    (_DONE, Sense.FAILED): ItemState.REGRESSED,
    (_DONE, Sense.LOST): ItemState.REGRESSED,
    (_DONE, Sense.UNKNOWN): ItemState.UNKNOWN,
    (_DONE, Sense.NO_DATA): ItemState.DONE,
    (_DONE, Sense.STALE): ItemState.STALE,
    (_STALE, Sense.OK): ItemState.SENSED,
    (_STALE, Sense.FAILED): ItemState.REGRESSED,
    (_STALE, Sense.LOST): ItemState.REGRESSED,
    (_STALE, Sense.UNKNOWN): ItemState.UNKNOWN,
    (_STALE, Sense.NO_DATA): ItemState.STALE,
    (_STALE, Sense.STALE): ItemState.STALE,
}
# The same for a check that only supports the item.
SUPPORTS: dict[tuple[ItemState, Sense], ItemState] = {
    (_OPEN, Sense.OK): ItemState.OPEN,
    (_OPEN, Sense.FAILED): ItemState.BLOCKED,
    (_OPEN, Sense.LOST): ItemState.BLOCKED,
    (_OPEN, Sense.UNKNOWN): ItemState.OPEN,
    (_OPEN, Sense.NO_DATA): ItemState.OPEN,
    (_OPEN, Sense.STALE): ItemState.OPEN,
    (_DONE, Sense.OK): ItemState.DONE,
    (_DONE, Sense.FAILED): ItemState.REGRESSED,
    (_DONE, Sense.LOST): ItemState.REGRESSED,
    (_DONE, Sense.UNKNOWN): ItemState.UNKNOWN,
    (_DONE, Sense.NO_DATA): ItemState.DONE,
    (_DONE, Sense.STALE): ItemState.STALE,
    (_STALE, Sense.OK): ItemState.STALE,
    (_STALE, Sense.FAILED): ItemState.REGRESSED,
    (_STALE, Sense.LOST): ItemState.REGRESSED,
    (_STALE, Sense.UNKNOWN): ItemState.UNKNOWN,
    (_STALE, Sense.NO_DATA): ItemState.STALE,
    (_STALE, Sense.STALE): ItemState.STALE,
}


def sensed_state(by_hand: ItemState, sense: Sense, *, closes: bool, undone: bool = False) -> ItemState:
    """Return the state of an item that has a check; `by_hand` is what `item_state` says of it.

    Nothing that a check sees changes what was deferred, overridden, set aside, suspended or contested. `undone` is
    set where a rollback has undone the version that the check's evidence is bound to: then it speaks of nothing that
    flies, and what it closed is suspended, not red.
    """
    hand = {ItemState.CLAIMED: ItemState.OPEN, ItemState.ATTESTED: ItemState.DONE}.get(by_hand, by_hand)
    if undone and hand is ItemState.OPEN and closes and sense in {Sense.OK, Sense.LOST, Sense.STALE}:
        return ItemState.SUSPENDED
    table = CLOSES if closes else SUPPORTS
    if undone or (hand, sense) not in table:
        return by_hand
    state = table[hand, sense]
    return by_hand if state is hand else state

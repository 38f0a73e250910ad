"""The item's state, cell by cell, and which states count."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from msgspec import Raw

from cockpit.release.checklist import Item
from cockpit.release.events import (
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemOverridden,
    ItemReopened,
    RunState,
)
from cockpit.release.item_state import COUNTS_AS_DONE, SETTLED, Flown, ItemState, item_state
from cockpit.release.record import Event, TextRef, Unknown
from cockpit.release.registers import EMPTY, RegisterCell
from tests.release.support import fold, record

REF = TextRef("0" * 64, 1)
BOUND, LOOSE = Item("b", "Bound", binds="commit"), Item("n", "Loose")
DONE, OPEN = ItemDone(), ItemReopened()
DEFERRED, NA, OVERRIDDEN = ItemDeferred(reason=REF), ItemNotApplicable(reason=REF), ItemOverridden(reason=REF)
SEEN, ELSE = ItemDone(value=REF), ItemDone(value=TextRef("1" * 64, 1))
NEWER = Unknown(Raw(b"{}"))
STATES: tuple[RunState, ...] = get_args(RunState)
ANY, FLYING = STATES, tuple(state for state in STATES if state != "rolled-back")

# heads, item, run states, claimed → state; every combination stands in exactly one row.
TABLE: list[tuple[tuple[Event, ...], Item, tuple[RunState, ...], bool, ItemState]] = [
    ((), LOOSE, ANY, False, ItemState.OPEN),
    ((), LOOSE, ANY, True, ItemState.CLAIMED),
    ((), BOUND, ANY, False, ItemState.OPEN),
    ((), BOUND, ANY, True, ItemState.CLAIMED),
    ((OPEN,), LOOSE, ANY, False, ItemState.OPEN),
    ((OPEN,), LOOSE, ANY, True, ItemState.CLAIMED),
    ((OPEN,), BOUND, ANY, False, ItemState.OPEN),
    ((OPEN,), BOUND, ANY, True, ItemState.CLAIMED),
    *[((DONE,), LOOSE, ANY, claimed, ItemState.DONE) for claimed in (False, True)],
    *[((DONE,), BOUND, FLYING, claimed, ItemState.DONE) for claimed in (False, True)],
    *[((DONE,), BOUND, ("rolled-back",), claimed, ItemState.SUSPENDED) for claimed in (False, True)],
    *[
        ((event,), item, ANY, claimed, state)
        for event, state in (
            (DEFERRED, ItemState.DEFERRED),
            (NA, ItemState.NA),
            (OVERRIDDEN, ItemState.OVERRIDDEN),
            (NEWER, ItemState.UNKNOWN),
        )
        for item in (LOOSE, BOUND)
        for claimed in (False, True)
    ],
    *[
        (heads, item, ANY, claimed, ItemState.CONTESTED)
        for heads in ((DONE, OPEN), (DONE, DEFERRED), (NA, OVERRIDDEN), (DONE, NEWER), (DONE, DONE, OPEN))
        for item in (LOOSE, BOUND)
        for claimed in (False, True)
    ],
    *[
        ((event, event), LOOSE, ANY, claimed, ItemState.CONTESTED)
        for event in (DEFERRED, NA, OVERRIDDEN, NEWER)
        for claimed in (False, True)
    ],
    *[((DONE, DONE), LOOSE, ANY, claimed, ItemState.DONE) for claimed in (False, True)],
    *[((SEEN, DONE), LOOSE, ANY, claimed, ItemState.DONE) for claimed in (False, True)],
    *[((SEEN, ELSE), LOOSE, ANY, claimed, ItemState.CONTESTED) for claimed in (False, True)],
    *[((DONE, DONE), BOUND, ("rolled-back",), claimed, ItemState.SUSPENDED) for claimed in (False, True)],
    ((OPEN, OPEN), LOOSE, ANY, False, ItemState.OPEN),
    ((OPEN, OPEN), LOOSE, ANY, True, ItemState.CLAIMED),
]


@pytest.mark.parametrize(("heads", "item", "run_states", "claimed", "expected"), TABLE)
def test_every_cell(
    heads: tuple[Event, ...], item: Item, run_states: tuple[RunState, ...], claimed: bool, expected: ItemState
) -> None:
    register = EMPTY
    if heads:
        cell = RegisterCell()
        for number, data in enumerate(heads):
            cell.add(record(data, kind="item.done", w=f"{number:032x}"))
        register = cell.value()
    for run_state in run_states:
        assert item_state(item, register, claimed=claimed, flown=Flown(run_state)) is expected


def test_the_table_leaves_no_cell_out() -> None:
    cells = {
        (type(heads[0]) if heads else None, item.id, run_state, claimed)
        for heads, item, run_states, claimed, _ in TABLE
        for run_state in run_states
        if len(heads) < 2
    }
    events = [None, *map(type, (OPEN, DONE, DEFERRED, NA, OVERRIDDEN, NEWER))]
    assert cells == set(product(events, ["b", "n"], STATES, [False, True]))


def test_what_was_skipped_never_counts_as_done() -> None:
    assert {ItemState.DONE, ItemState.ATTESTED, ItemState.SENSED} == COUNTS_AS_DONE
    assert {ItemState.OPEN, ItemState.CLAIMED, ItemState.CONTESTED, ItemState.UNKNOWN}.isdisjoint(SETTLED)


@pytest.mark.parametrize("event", [DEFERRED, OVERRIDDEN, OPEN, NEWER])
def test_a_phase_counts_only_what_is_done_and_leaves_out_what_does_not_apply(event: Event) -> None:
    phase = fold([record(event, "item:k", kind="item.done"), record(DONE, "item:n", s=2)]).phases[0]
    assert (phase.done, phase.total, phase.state) == (1, 5, "going")
    phase = fold([record(NA, "item:k"), record(DONE, "item:n", s=2)]).phases[0]
    assert (phase.done, phase.total) == (1, 4)
    everything = [record(DONE, f"item:{item}", s=number) for number, item in enumerate(("k", "b", "n", "two", "e"))]
    assert fold(everything).phases[0].state == "done"
    assert fold([]).phases[0].state == "open"

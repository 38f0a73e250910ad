"""What the hand says and what the check says: every cell of the table, for both kinds of check."""

from __future__ import annotations

from itertools import product

import pytest

from cockpit.release.item_state import CLOSES, SUPPORTS, ItemState, Sense, sensed_state

OPEN, CLAIMED, DONE, STALE = ItemState.OPEN, ItemState.CLAIMED, ItemState.DONE, ItemState.STALE
SENSED, REGRESSED, UNKNOWN = ItemState.SENSED, ItemState.REGRESSED, ItemState.UNKNOWN
BLOCKED, SUSPENDED = ItemState.BLOCKED, ItemState.SUSPENDED
SENSES = [Sense.OK, Sense.FAILED, Sense.LOST, Sense.UNKNOWN, Sense.NO_DATA, Sense.STALE]
# What no check touches.
DECIDED = [ItemState.DEFERRED, ItemState.NA, ItemState.OVERRIDDEN, ItemState.CONTESTED, SUSPENDED, UNKNOWN]

# hand, what follows from ok, failed, lost, unknown, no data, stale
CLOSING = {
    OPEN: [SENSED, OPEN, REGRESSED, UNKNOWN, UNKNOWN, STALE],
    CLAIMED: [SENSED, CLAIMED, REGRESSED, UNKNOWN, UNKNOWN, STALE],
    DONE: [DONE, REGRESSED, REGRESSED, UNKNOWN, DONE, STALE],
    STALE: [SENSED, REGRESSED, REGRESSED, UNKNOWN, STALE, STALE],
}
SUPPORTING = {
    OPEN: [OPEN, BLOCKED, BLOCKED, OPEN, OPEN, OPEN],
    CLAIMED: [CLAIMED, BLOCKED, BLOCKED, CLAIMED, CLAIMED, CLAIMED],
    DONE: [DONE, REGRESSED, REGRESSED, UNKNOWN, DONE, STALE],
    STALE: [STALE, REGRESSED, REGRESSED, UNKNOWN, STALE, STALE],
}


@pytest.mark.parametrize("closes", [True, False])
@pytest.mark.parametrize("hand", list(CLOSING))
def test_every_cell(hand: ItemState, closes: bool) -> None:
    wanted = (CLOSING if closes else SUPPORTING)[hand]
    assert [sensed_state(hand, sense, closes=closes) for sense in SENSES] == wanted


@pytest.mark.parametrize(("hand", "closes", "undone"), product(DECIDED, [True, False], [True, False]))
def test_no_check_overrules_what_a_person_decided(hand: ItemState, closes: bool, undone: bool) -> None:
    assert {sensed_state(hand, sense, closes=closes, undone=undone) for sense in SENSES} == {hand}


def test_after_a_rollback_what_the_check_closed_is_suspended_and_the_rest_is_as_the_hand_says() -> None:
    after = [sensed_state(OPEN, sense, closes=True, undone=True) for sense in SENSES]
    assert after == [SUSPENDED, OPEN, SUSPENDED, OPEN, OPEN, SUSPENDED]
    for hand, sense in product([DONE, STALE], SENSES):
        assert sensed_state(hand, sense, closes=True, undone=True) is hand
    for hand, sense in product([OPEN, CLAIMED, DONE, STALE], SENSES):
        assert sensed_state(hand, sense, closes=False, undone=True) is hand


def test_the_table_leaves_no_cell_out_and_a_supporting_check_never_closes() -> None:
    cells = set(product([OPEN, DONE, STALE], Sense))
    assert set(CLOSES) == cells == set(SUPPORTS)
    assert SENSED not in SUPPORTS.values()
    assert all(SUPPORTS[hand, sense] is not DONE for hand, sense in cells if hand is not DONE)

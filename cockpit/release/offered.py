"""What would do something to an item as it stands: only that is offered; the decisions say why not of the rest."""

from __future__ import annotations

from cockpit.errors import RefusedError
from cockpit.release.asked import asked, awaited_from, may_answer
from cockpit.release.decisions.context import shown_time
from cockpit.release.decisions.items import is_open, refuse_tick
from cockpit.release.item_state import CLOSED_BY_HAND, SETTLED, ItemState
from cockpit.release.record import Actor
from cockpit.release.run import ItemView, Run


def can_tick(view: ItemView, run: Run) -> bool:
    """Whether a person could say now that the item is done."""
    try:
        refuse_tick(view, run)
    except RefusedError:
        return False
    return True


def can_waive(view: ItemView) -> bool:
    """Whether it is open, so that one could put it off or go on without it."""
    return view.state not in SETTLED


def refuse_waiver(view: ItemView, run: Run) -> None:
    """Refuse to put off, or go on without, what is done: a key would take somebody's tick, or hide what a check sees.

    For the screen, where the cursor may be on another row than one thinks; whoever names the item means it.
    """
    if view.state is ItemState.SENSED:
        raise RefusedError(f"its check holds: {view.detail}", fix="O opens it first, if that is not enough")
    if view.state in CLOSED_BY_HAND:
        at = shown_time(view.at or "", run)
        raise RefusedError(
            f"it is done by {view.names or 'somebody'}, {at}: that would be taken back",
            fix="u undoes your own last record; O opens the item first",
        )


def can_reopen(view: ItemView) -> bool:
    """Whether it is closed, put off or gone without, and could be opened again."""
    return not is_open(view)


def can_challenge(view: ItemView, run: Run, actor: Actor) -> bool:
    """Whether it could be put to a second person, or this person could answer for it, or for another one that waits."""
    if not view.item.two_person:
        return any(True for _ in awaited_from(run, actor))
    if may_answer(view, actor):
        return True
    return asked(view) is None and (view.state not in CLOSED_BY_HAND or bool(view.unverified_second))

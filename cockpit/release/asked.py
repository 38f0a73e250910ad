"""Whose answer is awaited: a challenge that has been put to a second person and stands open."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.release.events import ItemChallenged
from cockpit.release.item_state import SETTLED
from cockpit.release.record import Actor, Record
from cockpit.release.run import ItemView, Run
from cockpit.release.two_persons import is_other


def asked(view: ItemView) -> Record | None:
    """Return the challenge that waits for a second person now; None where nobody asked, or it is settled otherwise."""
    record = view.challenge
    if record is None or not isinstance(record.data, ItemChallenged):
        return None
    return record if view.unverified_second or view.by_hand not in SETTLED else None


def may_answer(view: ItemView, actor: Actor) -> bool:
    """Whether `actor` could be the second person to what was said of the item, be it a challenge or a lone tick."""
    return view.challenge is not None and is_other(view.challenge, actor)


def awaited_from(run: Run, actor: Actor) -> Iterator[tuple[ItemView, Record]]:
    """Yield every item that somebody else has put to a second person, with the challenge: `actor` may answer it."""
    for view in (*run.items.values(), *run.instances.values()):
        if view.challenge is None:
            continue
        record = asked(view)
        if record is not None and is_other(record, actor):
            yield view, record

"""The two-person rule: the second answer is another identity's, and another process's."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.release.agreement import evidence_of
from cockpit.release.checklist import Item
from cockpit.release.events import ItemChallenged, ItemDone, ItemEvent
from cockpit.release.item_state import CLOSED_BY_HAND, ItemState
from cockpit.release.origins import Find
from cockpit.release.record import Actor, Record, same_name
from cockpit.release.registers import Register


def is_verified(said: Record, find: Find) -> bool:
    """Whether a tick answers what another person said, from another process: a name alone is no second person."""
    data = said.data
    first = find(data.answers) if isinstance(data, ItemDone) and data.answers else None
    if first is None or first.ent != said.ent or not isinstance(first.data, (ItemChallenged, ItemDone)):
        return False
    return is_other(first, said.by) and first.w != said.w


def speaking(register: Register, find: Find) -> Record | None:
    """Return the record that speaks for an item; None where nobody has said anything.

    Of those who agree it is whoever answered as the second person, or gave evidence, and else the last one.
    """
    # The winner is the first of the heads, and `max` returns the first of equals.
    return max(register.heads, key=lambda head: (is_verified(head, find), bool(evidence_of(head))), default=None)


def is_other(record: Record, actor: Actor) -> bool:
    """Whether somebody else than `actor` wrote the record: neither the name nor the address may be the same."""
    by = record.by
    return not same_name(by.name, actor.name) and (not by.email or by.email.casefold() != actor.email.casefold())


def open_challenge(
    item: Item, state: ItemState, challenges: Register, said: Record | None, history: Iterable[Record], find: Find
) -> Record | None:
    """Return what a second person could answer now: the last challenge, or the tick of one person alone."""
    if not item.two_person or (state in CLOSED_BY_HAND and said is not None and is_verified(said, find)):
        return None
    records = tuple(history)
    undone = {record.data.undoes for record in records if isinstance(record.data, ItemEvent)}
    answered = {r.data.answers for r in records if isinstance(r.data, ItemDone) and r.id not in undone}
    winner = challenges.winner
    if winner is not None and isinstance(winner.data, ItemChallenged) and winner.id not in answered:
        return winner
    return said if state in CLOSED_BY_HAND else None

"""Whom to call: for what, in which order, by which way, and who is on call when.

The team's own, in `cockpit.yaml`, stand before those of the checklist, and take the place of those with the same id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.library import Contact
from cockpit.release.run import Run
from cockpit.release.turns import Turn, turns
from cockpit.release.windows import Shift

_AHEAD = 14  # days in which the next shift is looked for


class Callee(Struct, frozen=True):
    """Somebody to call, at their place in the order; `turn` is their present time on call, else the next one.

    `after` is how long one waits for those before to answer, in seconds.
    """

    contact: Contact
    place: int
    on_call: bool
    turn: Turn | None = None
    after: float = 0.0

    @property
    def ways(self) -> tuple[str, ...]:
        """How to reach them, the best way first; empty where nobody has filled that in."""
        return ways_of(self.contact)


class Purpose(Struct, frozen=True):
    """What one calls for, and whom, the first one first."""

    title: str
    callees: tuple[Callee, ...]


def ways_of(contact: Contact) -> tuple[str, ...]:
    """Return how to reach somebody, the best way first."""
    first = (contact.address,) if contact.address else ()
    return tuple(dict.fromkeys((*first, *contact.reach)))


def contacts_of(run: Run) -> tuple[Contact, ...]:
    """Return all contacts, the team's own first, as they stand in the files."""
    own = run.configuration.contacts
    names = {contact.id for contact in own}
    return (*own, *(contact for contact in run.library.contacts if contact.id not in names))


def whom_to_call(run: Run, now: float, zone: tzinfo) -> tuple[Purpose, ...]:
    """Return whom to call at `now` (epoch seconds), by purpose: who is on call first, then as the files have it.

    A blank that nobody has filled in is named only where there is nobody else.
    """
    by_purpose: dict[str, list[Contact]] = {}
    for contact in contacts_of(run):
        by_purpose.setdefault(contact.purpose.strip().casefold(), []).append(contact)
    filled = [[one for one in contacts if one.name or ways_of(one)] or contacts for contacts in by_purpose.values()]
    return tuple(_purpose(run, contacts, now, zone) for contacts in filled)


def _purpose(run: Run, contacts: list[Contact], now: float, zone: tzinfo) -> Purpose:
    found = []
    for contact in contacts:
        turn = turn_of(run.configuration.on_call, contact.id, now, zone)
        after = parse_duration(contact.after) if contact.after else 0.0
        found.append(Callee(contact, 0, turn is not None and turn.start <= now, turn, after))
    found.sort(key=lambda callee: not callee.on_call)
    return Purpose(
        contacts[0].purpose,
        tuple(
            Callee(one.contact, place, one.on_call, one.turn, one.after if place > 1 else 0.0)
            for place, one in enumerate(found, 1)
        ),
    )


def turn_of(shifts: Iterable[Shift], contact: str, now: float, zone: tzinfo) -> Turn | None:
    """Return somebody's time on call at `now`, to its last end without a gap, else the next one within two weeks."""
    own = [shift for shift in shifts if shift.contact == contact]
    found = [turn for shift in own for turn in turns(shift, now, zone, ahead=_AHEAD) if turn.end > now]
    if not found:
        return None
    first, *following = sorted(found, key=lambda turn: turn.start)
    end = first.end
    for turn in following:
        if turn.start <= end:
            end = max(end, turn.end)
    return Turn(first.start, end)


def shifts_within(run: Run, start: float, end: float, zone: tzinfo) -> tuple[tuple[Contact, Turn], ...]:
    """Return who is on call at any time in that span (epoch seconds), in the order in which their shifts begin."""
    contacts = {contact.id: contact for contact in contacts_of(run)}
    days = int((end - start) // 86400) + 2
    found = [
        (contacts[shift.contact], turn)
        for shift in run.configuration.on_call
        if shift.contact in contacts
        for turn in turns(shift, start, zone, ahead=days)
        if turn.end > start and turn.start < end
    ]
    return tuple(sorted(found, key=lambda each: (each[1].start, each[0].id)))

"""Contacts in words: the same on the command line, on the screen, and on the page for when all else is down."""

from __future__ import annotations

from cockpit.durations import short_duration
from cockpit.release.contacts import Callee, ways_of
from cockpit.release.library import Contact
from cockpit.release.turns import Turn
from cockpit.times import clock_time, day_month

_FAR = 20 * 3600.0  # seconds from which on a time is told with its day


def name_of(contact: Contact) -> str:
    """Return a contact's name, or what stands for a blank that nobody has filled in."""
    if contact.name:
        return contact.name
    return contact.id if ways_of(contact) else f"(nobody yet: {contact.hint or contact.id})"


def when_words(one: Callee, now: float, timezone: str) -> str:
    """Return when somebody is to be called: `on call until 20:00`, `on call from 03-11 08:00`, `after 15m`."""
    said = f"after {short_duration(one.after)}" if one.after else ""
    if one.on_call and one.turn is not None:
        return f"ON CALL until {_moment(one.turn.end, now, timezone)}"
    if one.turn is not None:
        return ", ".join(filter(None, (said, f"on call from {_moment(one.turn.start, now, timezone)}")))
    return said


def turn_words(turn: Turn, timezone: str) -> str:
    """Return a time on call with its days: `03-10 20:00 to 03-11 08:00`."""
    start, end = (f"{day_month(at, timezone)} {clock_time(at, timezone)}" for at in (turn.start, turn.end))
    return f"{start} to {end}"


def _moment(at: float, now: float, timezone: str) -> str:
    day = f"{day_month(at, timezone)} " if abs(at - now) >= _FAR else ""
    return f"{day}{clock_time(at, timezone)}"

"""Contests: what people wrote at the same time and not alike, with every name and what each said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cockpit.release.events import (
    ItemChallenged,
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemOverridden,
    ItemReopened,
    LaunchMoved,
    RunMigrated,
    RunRetargeted,
    RunStateChanged,
    kind_of,
)
from cockpit.release.record import Record, TextRef, Unknown
from cockpit.release.registers import Register
from cockpit.release.run import Contest, Side

TextOf = Callable[[TextRef], str | None]

# Of the run; for the others there are rules of their own: a lock outlasts an unlock, a bad mark a good one.
CONTESTABLE: Final = {
    "target": "the run's target",
    "launch": "the launch time",
    "state": "the run's state",
    "pins": "the files it flies by",
}


def text_said(record: Record, text_of: TextOf) -> str | None:
    """Return the reason or the value that an item's record carries; empty without one, None while it is not here."""
    match record.data:
        case ItemDone(value=ref) | ItemChallenged(value=ref) | ItemReopened(reason=ref):
            return text_of(ref) if ref is not None else ""
        case ItemDeferred(reason=ref) | ItemNotApplicable(reason=ref) | ItemOverridden(reason=ref):
            return text_of(ref)
        case _:
            return ""


def item_sides(register: Register, text_of: TextOf) -> tuple[Side, ...]:
    """Return the sides of a contested item."""
    return tuple(_side(record, _word(record, text_of)) for record in register.heads)


def run_contest(name: str, register: Register) -> Contest | None:
    """Return the contest over one of the run's registers, or None where there is none."""
    if len({_value(record) for record in register.heads}) < 2:
        return None
    sides = tuple(_side(record, _value(record)) for record in register.heads)
    return Contest(name, CONTESTABLE[name], sides)


def word_of(record: Record) -> str:
    """Return what a record says of its item or of the run, in a word or two."""
    return _value(record) if record.ent == "run" else record.kind.removeprefix("item.")


def _side(record: Record, said: str) -> Side:
    return Side(record.by.name, record.wall, record.host, said, record.id)


def _word(record: Record, text_of: TextOf) -> str:
    text = (text_said(record, text_of) or "").split("\n", 1)[0]
    return word_of(record) + (f" ({text})" if text else "")


def _value(record: Record) -> str:
    match record.data:
        case RunRetargeted(tag=tag, commit=commit):
            return f"{tag} at {commit[:8]}"
        case RunMigrated(digest=digest):
            return f"files {digest[:8]}"
        case LaunchMoved(launch_at=launch_at):
            return launch_at or "no time"
        case RunStateChanged(state=state):
            return state
        case Unknown():
            return "what this cockpit does not know"
        case data:
            return kind_of(data)

"""What a person is told at once, because a colleague's word has met their own."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.release.entities import ITEM_PREFIX
from cockpit.release.events import (
    ExecutionEnded,
    ExecutionStopped,
    ItemChallenged,
    ItemClaimed,
    NoteAdded,
    register_of,
)
from cockpit.release.item_filter import is_mine
from cockpit.release.narrative import note_subject
from cockpit.release.record import Actor, Record, same_person
from cockpit.release.registers import EMPTY
from cockpit.release.run import Run

_NOTE = 100  # characters of a note that are told at once
_NAMED = 3  # subjects of several notes


def notices_of(run: Run, actor: Actor, records: Iterable[Record]) -> list[str]:
    """Return what `records`, which have just arrived, mean for what `actor` wrote at the same time."""
    notices = [notice for record in records if (notice := _notice(run, actor, record))]
    return list(dict.fromkeys(notices))


def ends_of(records: Iterable[Record]) -> list[str]:
    """Return which executions have ended or stopped by `records`, which have just arrived."""
    told = []
    for record in records:
        match record.data:
            case ExecutionEnded(outcome=outcome, detail=detail):
                told.append(f"the execution has ended: {outcome}, {detail}")
            case ExecutionStopped(reason=reason):
                told.append(f"the execution has stopped: {reason}")
    return told


def agreements_of(run: Run, actor: Actor, records: Iterable[Record]) -> list[str]:
    """Return who, by `records`, which have just arrived, has said of an item what `actor` said at the same time."""
    told = []
    for record in records:
        view = run.view_of(record.ent.removeprefix(ITEM_PREFIX)) if record.ent.startswith(ITEM_PREFIX) else None
        if view is None or not view.also or record not in view.register.heads or _is_of(record, actor):
            continue
        if any(_is_of(head, actor) for head in view.register.heads):
            told.append(f'{record.by.name} said the same of "{view.item.text}" at the same time: {view.state} by both')
    return told


def notes_told(run: Run, actor: Actor, records: Iterable[Record], *, looked_at: str = "") -> str:
    """Return what colleagues have noted by `records`, which have just arrived, in one line; empty where nothing.

    Told are notes on the release and its incidents, and on the item that is looked at (its id) or that `actor` has
    claimed or written on. Of several only the subjects are named.
    """
    texts = {note.id: note.text for note in run.notes}
    told = []
    for record in records:
        if isinstance(record.data, NoteAdded) and record.id in texts and not _is_of(record, actor):
            view = run.view_of(record.ent.removeprefix(ITEM_PREFIX)) if record.ent.startswith(ITEM_PREFIX) else None
            if view is None or view.id == looked_at or is_mine(view, actor):
                told.append(record)
    if not told:
        return ""
    names = " and ".join(dict.fromkeys(record.by.name for record in told))
    subjects = list(dict.fromkeys(note_subject(record.ent, run) or "the release" for record in told))
    if len(told) == 1:
        text = " ".join((texts[told[0].id] or "(its text is not here yet)").split())
        return f"{names} noted on {subjects[0]}: {text if len(text) <= _NOTE else f'{text[:_NOTE].rstrip()} ...'}"
    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    return f"{names} wrote {len(told)} notes: on {', '.join(subjects[:_NAMED])}{more}"


def _notice(run: Run, actor: Actor, record: Record) -> str:
    register = register_of(record.kind)
    if register is None:
        return ""
    # What arrives may be one's own, from another cockpit: that one contradicts oneself must be told all the same.
    own = _is_of(record, actor)
    if isinstance(record.data, ItemChallenged):
        if own:
            return ""
        asked = run.view_of(record.ent.removeprefix("item:"))
        waits = asked is not None and asked.challenge == record
        return f'{record.by.name} asks for a second person: "{asked.item.text}"' if waits and asked else ""
    heads = run.registers.get((record.ent, register), EMPTY).heads
    if record not in heads or not any(_is_of(head, actor) for head in heads if head != record):
        return ""
    contest = next((each for each in run.contests if record.ent == "run" and each.register == register), None)
    if contest is not None:
        return f"{contest.title} is contested: {contest.told}. Say again what holds"
    view = run.view_of(record.ent.removeprefix("item:"))
    if view is None:
        return ""
    if register == "claim" and isinstance(record.data, ItemClaimed) and view.claimed_by is not None:
        if own:
            return ""
        if same_person(view.claimed_by, actor):
            return f'{record.by.name} claimed "{view.item.text}" too, after you: it is yours'
        return f'{view.claimed_by.name} claimed "{view.item.text}" before you: it is theirs'
    return f'"{view.item.text}" is contested: {view.detail}. What is said next decides' if view.sides else ""


def _is_of(record: Record, actor: Actor) -> bool:
    return same_person(record.by, actor)

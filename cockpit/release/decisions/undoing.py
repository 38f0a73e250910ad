"""Undo and redo: new events that reverse one's own last record, never an erasure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.events import (
    ItemEvent,
    ItemReopened,
    ItemUnclaimed,
    NoteAdded,
    NoteRevoked,
    register_of,
)
from cockpit.release.intents import Redo, Undo
from cockpit.release.ledger import item_entity
from cockpit.release.record import Actor, Record
from cockpit.release.registers import EMPTY, Register
from cockpit.release.run import Run


def undo(intent: Undo, context: Context) -> list[Draft]:
    """Reverse one's own last record that is not itself an undo and has not been undone."""
    context.require_run()
    record = last_undoable(context.run, context.actor, item=intent.item)
    if record is None:
        raise RefusedError("you have nothing to undo here", fix="Only your own last record can be undone", code="none")
    if intent.record and record.id != intent.record:
        raise RefusedError(
            "what you were shown is not your last record any more", fix="Look again: u shows it", code="overtaken"
        )
    if isinstance(record.data, NoteAdded):
        return [Draft(record.ent, NoteRevoked(note=record.id))]
    if not isinstance(record.data, ItemEvent):
        raise RefusedError(f"{record.kind} cannot be undone", code="not-undoable")
    register = register_of(record.kind) or ""
    heads = context.run.registers.get((record.ent, register), EMPTY)
    _refuse_if_overtaken(heads, lambda head: _restored(context.run, head).id == record.id)
    before = _replaced(context.run, record)
    reversal = before.data if before is not None and isinstance(before.data, ItemEvent) else _initial(register)
    return [Draft(record.ent, msgspec.structs.replace(reversal, undoes=record.id), heads.head_ids)]


def redo(intent: Redo, context: Context) -> list[Draft]:
    """Reverse one's own last undo, where nothing came after it."""
    context.require_run()
    last = next(_own_item_records(context.run, context.actor, intent.item), None)
    undone_id = last.data.undoes if last is not None and isinstance(last.data, ItemEvent) else ""
    undone = _find(context.run, undone_id) if undone_id else None
    if last is None or undone is None or not isinstance(undone.data, ItemEvent):
        raise RefusedError("you have nothing to redo here", fix="Redo follows an undo directly", code="none")
    heads = context.run.registers.get((last.ent, register_of(last.kind) or ""), EMPTY)
    _refuse_if_overtaken(heads, lambda head: head.id == last.id)
    return [Draft(last.ent, msgspec.structs.replace(undone.data, undoes=""), heads.head_ids)]


def last_undoable(run: Run, actor: Actor, *, item: str = "") -> Record | None:
    """Return the record that an undo by `actor` would reverse, so that it can be shown first."""
    undone = {record.data.undoes for record in run.records if isinstance(record.data, ItemEvent)}
    undone |= {record.data.note for record in run.records if isinstance(record.data, NoteRevoked)}
    for record in _own_item_records(run, actor, item):
        if record.id in undone or (isinstance(record.data, ItemEvent) and record.data.undoes):
            continue
        return record
    return None


def _own_item_records(run: Run, actor: Actor, item: str) -> Iterator[Record]:
    wanted = item_entity(item) if item else ""
    for record in reversed(run.records):
        own = record.by.name == actor.name and record.by.email == actor.email
        mine = isinstance(record.data, (ItemEvent, NoteAdded)) and own
        if mine and (not wanted or record.ent == wanted):
            yield record


def _refuse_if_overtaken(heads: Register, is_ours: Callable[[Record], bool]) -> None:
    # Also by somebody who wrote at the same time: undoing ours must not wipe out theirs.
    other = next((head for head in heads.heads if not is_ours(head)), None)
    if other is not None:
        raise RefusedError(
            f"{other.by.name} has changed it since, or at the same time",
            fix="Reopen the item instead",
            code="overtaken",
        )


def _restored(run: Run, record: Record) -> Record:
    """Return the record whose value `record` brought back, if it is an undo; else itself."""
    while isinstance(record.data, ItemEvent) and record.data.undoes:
        undone = _find(run, record.data.undoes)
        before = _replaced(run, undone) if undone is not None else None
        if before is None:
            break
        record = before
    return record


def _replaced(run: Run, record: Record) -> Record | None:
    """Return the record that `record` took the place of; None where there was none, or several that disagreed."""
    found = [other for other in run.records if other.id in record.sup]
    if len({type(other.data) for other in found}) != 1:
        return None
    return max(found, key=lambda other: other.order)


def _find(run: Run, identity: str) -> Record | None:
    return next((record for record in run.records if record.id == identity), None)


def _initial(register: str) -> ItemEvent:
    return ItemUnclaimed() if register == "claim" else ItemReopened()

"""Undo and redo: new events that reverse one's own last record, never an erasure.

One's own records are read as two stacks: what was done and not undone, and what was undone and may be redone until
one writes something else. Nothing but items and notes is undone: a sign-off, an answer at a gate, a message that was
sent and an execution have their own ways back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
from msgspec import Struct

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import Context, Draft, scope_of
from cockpit.release.entities import item_entity
from cockpit.release.events import (
    ExecutionRequested,
    GateAnswered,
    ItemEvent,
    ItemReopened,
    ItemUnclaimed,
    NoteAdded,
    NoteRevoked,
    register_of,
)
from cockpit.release.intents import Redo, Undo
from cockpit.release.origins import Find, origin, replaced
from cockpit.release.record import Actor, Event, Record, same_person
from cockpit.release.registers import EMPTY, Register
from cockpit.release.run import Run

# Nobody undoes past these: whoever presses u means the last thing they did.
FINAL: tuple[type[Event], ...] = (ExecutionRequested, GateAnswered)


class Undone(Struct, frozen=True):
    """A record that was undone, and the undo."""

    record: Record
    undo: Record


def undo(intent: Undo, context: Context) -> list[Draft]:
    """Reverse one's own last record that is not itself an undo and has not been undone."""
    done, _ = _stacks(context.run, context.actor, intent.item)
    context.require_open(done[-1].ent if done else "")
    if not done:
        raise RefusedError("you have nothing to undo here", fix="Only your own last record can be undone", code="none")
    record = done[-1]
    _require_shown(intent.record, record)
    if isinstance(record.data, GateAnswered):
        raise RefusedError(
            "your last record is an answer at a pause point: it is not undone, answer again",
            fix="cockpit gate PHASE --answer no-go --as ROLE; of one item: cockpit item undo ITEM",
            code="not-undoable",
        )
    if isinstance(record.data, FINAL):
        raise RefusedError(
            "your last record cannot be undone: what executes is not taken back",
            fix="Abort it, or go the other way: cockpit execution status; of one item: cockpit item undo ITEM",
            code="not-undoable",
        )
    if isinstance(record.data, NoteAdded):
        return [Draft(record.ent, NoteRevoked(note=record.id), scope=scope_of(record.ent))]
    find = finder(context.run)
    heads = _heads(context.run, record)
    ours = origin(record, find).id
    _refuse_if_overtaken(heads, context.actor, lambda head: origin(head, find).id == ours)
    before = replaced(record, find)
    restored = before.data if before is not None and isinstance(before.data, ItemEvent) else _initial(record)
    return [Draft(record.ent, msgspec.structs.replace(restored, undoes=record.id, redoes=""), heads.head_ids)]


def redo(intent: Redo, context: Context) -> list[Draft]:
    """Bring back what one has undone last; each further redo goes on, until one has written something else."""
    _, undone = _stacks(context.run, context.actor, intent.item)
    context.require_open(undone[-1].record.ent if undone else "")
    if not undone:
        raise RefusedError(
            "you have nothing to redo here",
            fix="Redo follows your own undo, before you write anything else",
            code="none",
        )
    record, reversal = undone[-1].record, undone[-1].undo
    _require_shown(intent.record, record)
    if isinstance(record.data, NoteAdded):
        again = NoteAdded(text=record.data.text, redoes=record.id)
        return [Draft(record.ent, again, scope=scope_of(record.ent))]
    find = finder(context.run)
    heads = _heads(context.run, record)
    left = origin(reversal, find).id
    _refuse_if_overtaken(heads, context.actor, lambda head: origin(head, find).id == left)
    return [Draft(record.ent, msgspec.structs.replace(record.data, undoes="", redoes=record.id), heads.head_ids)]


def last_undoable(run: Run, actor: Actor, *, item: str = "") -> Record | None:
    """Return the record that an undo by `actor` would reverse, so that it can be shown first."""
    done, _ = _stacks(run, actor, item)
    return done[-1] if done and not isinstance(done[-1].data, FINAL) else None


def last_redoable(run: Run, actor: Actor, *, item: str = "") -> Record | None:
    """Return the record that a redo by `actor` would bring back, so that it can be shown first."""
    _, undone = _stacks(run, actor, item)
    return undone[-1].record if undone else None


def finder(run: Run) -> Find:
    """Return a look-up of the run's records by id."""
    by_id = {record.id: record for record in run.records}
    return by_id.get


def _stacks(run: Run, actor: Actor, item: str) -> tuple[list[Record], list[Undone]]:
    """Return what `actor` did and did not undo, and what they undid, each the last one last."""
    done: list[Record] = []
    undone: list[Undone] = []
    for record in _own_records(run, actor, item):
        data = record.data
        reversed_id = data.note if isinstance(data, NoteRevoked) else getattr(data, "undoes", "")
        redone_id = getattr(data, "redoes", "")
        if reversed_id:
            target = next((one for one in reversed(done) if one.id == reversed_id), None)
            if target is not None:
                done.remove(target)
                undone.append(Undone(target, record))
            continue
        if redone_id:
            undone = [one for one in undone if one.record.id != redone_id]
        else:
            undone.clear()
        done.append(record)
    return done, undone


def _own_records(run: Run, actor: Actor, item: str) -> Iterator[Record]:
    wanted = item_entity(item) if item else ""
    own: dict[Actor, bool] = {}  # few people write many records
    for record in run.records:
        if isinstance(record.data, (ItemEvent, NoteAdded, NoteRevoked, *FINAL)) and wanted in {"", record.ent}:
            if record.by not in own:
                own[record.by] = same_person(record.by, actor)
            if own[record.by]:
                yield record


def _heads(run: Run, record: Record) -> Register:
    return run.registers.get((record.ent, register_of(record.kind) or ""), EMPTY)


def _require_shown(shown: str, record: Record) -> None:
    if shown and record.id != shown:
        raise RefusedError(
            "what you were shown is not your last record any more", fix="Look again before you answer", code="overtaken"
        )


def _refuse_if_overtaken(heads: Register, actor: Actor, is_ours: Callable[[Record], bool]) -> None:
    # Also by somebody who wrote at the same time: undoing ours must not wipe out theirs.
    other = next((head for head in heads.heads if not is_ours(head)), None)
    if other is not None:
        who = "you have" if same_person(other.by, actor) else f"{other.by.name} has"
        raise RefusedError(
            f"{who} changed it since, or at the same time",
            fix="Say what holds now: tick it, reopen it, defer it",
            code="overtaken",
        )


def _initial(record: Record) -> ItemEvent:
    return ItemUnclaimed() if register_of(record.kind) == "claim" else ItemReopened()

"""What has happened to one item: its own records, and each rollback that has suspended what was said of it."""

from __future__ import annotations

from cockpit.release.entities import item_entity
from cockpit.release.events import ItemDone, ItemObserved, RunStateChanged, register_of
from cockpit.release.narrative import sentence
from cockpit.release.record import Record
from cockpit.release.run import ItemView, Run


def story_of(view: ItemView, run: Run) -> tuple[Record, ...]:
    """Return the records that tell of an item, in timeline order; what only renews an observation is not among them."""
    entity, bound = item_entity(view.id), view.item.binds in {"commit", "release"}
    closes = view.sensing is not None and view.sensing.closes
    stands, found = False, []
    own = {record.id for record in view.history}
    for record in run.records:
        if record.id in own:
            found.append(record)
        if record.ent == entity:
            if register_of(record.kind) == "state":
                stands = isinstance(record.data, ItemDone)
            elif closes and isinstance(record.data, ItemObserved):
                stands = record.data.state == "ok"
        elif bound and stands and is_rollback(record):
            found.append(record)
    return tuple(found)


def is_rollback(record: Record) -> bool:
    """Whether the run was rolled back by this record."""
    return isinstance(record.data, RunStateChanged) and record.data.state == "rolled-back"


def story_sentence(record: Record, run: Run) -> str:
    """Return what happened, as part of an item's story."""
    said = sentence(record, run)
    return f"{said}: that suspends it" if is_rollback(record) else said

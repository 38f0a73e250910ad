"""What an undo or a redo brought back: whose word it is that an item shows, and since when."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cockpit.release.events import ItemClaimed, ItemEvent, register_of
from cockpit.release.record import Record

Find = Callable[[str], Record | None]  # by id; None where it is not here (yet)


def origin(record: Record, find: Find) -> Record:
    """Return the record whose value `record` brought back, where it is an undo or a redo; else itself."""
    seen = {record.id}
    while (before := _brought_back(record, find)) is not None and before.id not in seen:
        seen.add(before.id)
        record = before
    return record


def replaced(record: Record, find: Find) -> Record | None:
    """Return the record that `record` took the place of; None where there was none, or several that disagreed."""
    found = [other for each in record.sup if (other := find(each)) is not None and _same_register(other, record)]
    claims = [other for other in found if isinstance(other.data, ItemClaimed)]
    if claims:  # the earliest holds, whoever let go of another one meanwhile
        return min(claims, key=lambda other: other.order)
    if len({type(other.data) for other in found}) != 1:
        return None
    return max(found, key=lambda other: other.order)


def _brought_back(record: Record, find: Find) -> Record | None:
    data = record.data
    if not isinstance(data, ItemEvent):
        return None
    before: Record | None = None
    if data.redoes:
        before = find(data.redoes)
    elif data.undoes:
        undone = find(data.undoes)
        before = replaced(undone, find) if undone is not None and _same_register(undone, record) else None
    # Nobody may put words into somebody else's mouth by calling them an undo.
    is_same = before is not None and _same_register(before, record) and _bare(before) == _bare(record)
    return before if is_same else None


def _same_register(one: Record, other: Record) -> bool:
    return one.ent == other.ent and register_of(one.kind) == register_of(other.kind)


def _bare(record: Record) -> object:
    data = record.data
    return msgspec.structs.replace(data, undoes="", redoes="") if isinstance(data, ItemEvent) else data

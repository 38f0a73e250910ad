"""What of a long flight nobody asks for who wants to know how it stands: written over, and spoken of by nothing.

Such records count, and stand in histories and timelines; they are only fetched when one of those is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import overload

from msgspec import Struct

from cockpit.release.entities import ITEM_PREFIX
from cockpit.release.events import ItemObserved, register_of
from cockpit.release.record import Order, Record
from cockpit.release.timeline import timeline_order

_TALKATIVE = (ITEM_PREFIX, "probe:")  # entities that are written again and again; of others all is looked at


class Aside(Struct, frozen=True):
    """What is known of the records that are set aside, without fetching them; see `Settled`."""

    ids: tuple[str, ...]
    overwritten: tuple[str, ...]
    awaited: tuple[str, ...]
    latest: Order


class Settled:
    """Records that are known by their ids, and fetched where they are needed.

    `latest` is the order of the last one of all that there were when these were set aside, held or not; `overwritten`
    are ids of held ones that one of these has replaced, `awaited` of causes that were not there. All had come in the
    order of their clocks, causes before effects.
    """

    def __init__(self, aside: Aside, fetch: Callable[[], Iterable[Record]]) -> None:
        self.aside = aside
        self.ids = frozenset(aside.ids)
        self._fetch = fetch

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """They themselves, in no order."""
        return tuple(record for record in self._fetch() if record.id in self.ids)


class Timeline(Sequence[Record]):
    """Records in timeline order of which the settled ones are fetched when somebody looks; the first is at hand."""

    def __init__(self, held: Iterable[Record], settled: Settled) -> None:
        self.held = tuple(held)
        self._settled = settled

    @cached_property
    def _whole(self) -> tuple[Record, ...]:
        return tuple(timeline_order([*self._settled.records, *self.held]))

    def ids(self) -> list[str]:
        """Return the ids, in no order, without fetching anything."""
        return [*self._settled.aside.ids, *(record.id for record in self.held)]

    def of(self, entity: str) -> Sequence[Record]:
        """Return an entity's history: no mere renewals of what was seen."""
        return _History(self, entity)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        if index == 0 and self.held:
            return self.held[0]
        return self._whole[index]

    def __len__(self) -> int:
        return len(self.held) + len(self._settled.ids)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._whole)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._whole == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of all that is compared by what it holds


class _History(Sequence[Record]):
    def __init__(self, timeline: Timeline, entity: str) -> None:
        self._timeline = timeline
        self._entity = entity

    @cached_property
    def _whole(self) -> tuple[Record, ...]:
        return tuple(record for record in self._timeline if record.ent == self._entity and not is_renewal(record))

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Record, ...]: ...
    def __getitem__(self, index: int | slice) -> Record | tuple[Record, ...]:
        return self._whole[index]

    def __len__(self) -> int:
        return len(self._whole)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._whole == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def ids_of(records: Sequence[Record]) -> list[str]:
    """Return the ids of records, in no order."""
    return records.ids() if isinstance(records, Timeline) else [record.id for record in records]


def is_renewal(record: Record) -> bool:
    """Whether it only says that what an observer saw holds still."""
    return isinstance(record.data, ItemObserved) and record.data.renewal


def settle(held: Sequence[Record]) -> tuple[set[str], set[str]]:
    """Return the ids of those, of a run's records in timeline order, that only histories and timelines show.

    And of the others those that one of them has replaced. The first of a kind stays, so that what is told in the order
    of its beginnings is told in the same one.
    """
    replaced = {(record.ent, register_of(record.kind), other) for record in held for other in record.sup}
    begun: set[tuple[str, str, str]] = set()
    last_words = {(one.ent, one.data.observer): one.id for one in held if isinstance(one.data, ItemObserved)}
    found: set[str] = set()
    named: set[str] = set()
    for record in held:
        data = record.data
        register = register_of(record.kind)
        named.update(_named(record))
        if not record.ent.startswith(_TALKATIVE):
            continue
        if isinstance(data, ItemObserved):
            marks = [(record.ent, data.observer, "")]
            marks += [(record.ent, data.observer, "ok")] if data.state == "ok" else []
            over = data.renewal and last_words[record.ent, data.observer] != record.id
        else:
            marks = [(record.ent, "", register or "")]
            over = register is not None and (record.ent, register, record.id) in replaced and not _named(record)
        if over and begun.issuperset(marks):
            found.add(record.id)
        begun.update(marks)
    by_id = {record.id: record for record in held if record.id in named}
    found -= named | {other for record in by_id.values() for other in record.sup}
    aside = [record for record in held if record.id in found]
    written = {(record.ent, register_of(record.kind), other) for record in aside for other in record.sup}
    return found, {
        record.id
        for record in held
        if record.id not in found and (record.ent, register_of(record.kind), record.id) in written
    }


def _named(record: Record) -> set[str]:
    """Return the ids that a record speaks of beside those it replaces."""
    names = (getattr(record.data, name, "") for name in ("undoes", "redoes", "answers"))
    return {name for name in names if name}

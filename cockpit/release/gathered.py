"""What has been taken in of a run and its service: every record once, in order, by entity and by register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.release.events import (
    REGISTERS,
    EvidenceAttached,
    EvidencePurged,
    ItemMoved,
    ItemObserved,
    NoteAdded,
    NoteRevoked,
)
from cockpit.release.record import Order, Record, in_order
from cockpit.release.registers import EMPTY, Register, RegisterCell, RegisterKey
from cockpit.release.settled import Aside, Settled, Timeline, settle
from cockpit.release.timeline import Causes, causal_order, timeline_order

_LOT = 256  # records that are gone through one after another while they are still in the processor's cache


class Gathered:
    """Records in any order; what is told of them does not depend on it.

    Those that are `settled` are fetched when one of them is asked for, or when something arrives that came before.
    """

    def __init__(self, held: Iterable[Record] = (), settled: Settled | None = None) -> None:
        self.records: dict[str, Record] = {}
        self.by_entity: dict[str, list[Record]] = {}
        self.remarks: list[Record] = []
        self.purged: set[str] = set()  # blobs
        self.taken_back: set[tuple[str, str]] = set()  # (entity, note)
        self.moved: dict[tuple[str, str], str] = {}  # by entity, and the record whose word is stale by it
        self.last_words: dict[str, dict[str, Record]] = {}  # by entity and observer
        self.held_by: dict[str, frozenset[str]] = {}
        self._attachments: dict[str, list[Record]] = {}  # by entity
        self._cells: dict[RegisterKey, RegisterCell] = {}
        self._ordered: list[Record] | None = []
        self._latest: Order | None = None
        self._awaited: set[str] = set()  # causes that are not here
        self._in_order = True  # everything came in timeline order, so that each part of it is in order, too
        self._settled: Settled | None = None
        self._timeline: Timeline | None = None
        self.add(held, overwritten=settled.aside.overwritten if settled is not None else ())
        if settled is not None:
            self._settled = settled
            self._latest, self._awaited = settled.aside.latest, set(settled.aside.awaited)

    def __len__(self) -> int:
        return len(self.records) + (len(self._settled.ids) if self._settled is not None else 0)

    def add(self, records: Iterable[Record], *, overwritten: Iterable[str] = ()) -> list[Record]:
        """Take in records; return those that were new, in the order of their clocks.

        `overwritten` are ids of those that something has replaced which is not among them.
        """
        fresh = {record.id: record for record in records}
        for known in (self.records.keys(), self._settled.ids if self._settled is not None else frozenset[str]()):
            if not known.isdisjoint(fresh.keys()):
                fresh = {identity: record for identity, record in fresh.items() if identity not in known}
        arrived = in_order(fresh.values())
        if arrived:
            if self._settled is not None and not self._follow(arrived):
                self._bring_back(self._settled)
            if self.records:
                self.records.update(fresh)
            else:
                self.records = fresh
            causes = Causes()
            for start in range(0, len(arrived), _LOT):
                lot = arrived[start : start + _LOT]
                causes.take(lot)
                self._enter(lot, overwritten)
            self._put_in_order(arrived, causes)
        return arrived

    def find(self, identity: str) -> Record | None:
        """Return a record by its id, or None where it is not here."""
        if self._settled is not None and identity in self._settled.ids:
            self._bring_back(self._settled)
        return self.records.get(identity)

    def history(self, entity: str) -> Sequence[Record]:
        """Return an entity's records in timeline order, without mere renewals."""
        timeline = self.timeline()
        return timeline.of(entity) if isinstance(timeline, Timeline) else tuple(self.told_of(entity))

    def told_of(self, entity: str) -> list[Record]:
        """Return the same without what is settled."""
        return self.in_order(self.by_entity.get(entity, []))

    def attached_to(self, entity: str) -> list[Record]:
        """Return what evidence is attached to an entity, in timeline order."""
        attached = self._attachments.get(entity, [])
        if self._in_order or not attached:
            return attached
        return [record for record in self.told_of(entity) if isinstance(record.data, EvidenceAttached)]

    def aside(self) -> Aside | None:
        """Return what may be settled; None where things came out of order, so that all is looked at, or some is."""
        if self._settled is not None or not self._in_order or self._ordered is None or self._latest is None:
            return None
        ids, overwritten = settle(self._ordered)
        return Aside(tuple(sorted(ids)), tuple(sorted(overwritten)), tuple(sorted(self._awaited)), self._latest)

    def register(self, entity: str, register: str) -> Register:
        """Return the present heads of a register; empty where nobody has written it."""
        cell = self._cells.get((entity, register))
        return cell.value() if cell is not None else EMPTY

    def registers(self) -> dict[RegisterKey, Register]:
        """Return all registers as they stand."""
        return {key: cell.value() for key, cell in self._cells.items()}

    def timeline(self) -> Sequence[Record]:
        """Return all records in timeline order."""
        if self._ordered is None:
            self._ordered = timeline_order(self.records.values())
        if self._settled is None:
            return self._ordered
        if self._timeline is None:
            self._timeline = Timeline(self._ordered, self._settled)
        return self._timeline

    def in_order(self, records: list[Record]) -> list[Record]:
        """Return some of these records, as they were taken in, in timeline order."""
        return records if self._in_order else timeline_order(records)

    def of_entities(self, prefix: str) -> dict[str, list[Record]]:
        """Return the records of all entities that begin so, in timeline order."""
        return {
            entity: self.in_order(records) for entity, records in self.by_entity.items() if entity.startswith(prefix)
        }

    def _follow(self, arrived: list[Record]) -> bool:
        """Whether they come after all that is here, in time and cause."""
        last = self._latest is None or arrived[0].order > self._latest
        return (
            last and causal_order(arrived)[0] is arrived and self._awaited.isdisjoint(record.id for record in arrived)
        )

    def _bring_back(self, settled: Settled) -> None:
        """Hold all again, as where nothing had been set aside."""
        vars(self).update(vars(Gathered([*settled.records, *self.records.values()])))

    def _put_in_order(self, arrived: list[Record], causes: Causes) -> None:
        # The usual case, events after all others that caused none of them, must not sort everything again.
        inner = causes.put_first(arrived)
        last = self._latest is None or arrived[0].order > self._latest
        expected = bool(self._awaited) and not self._awaited.isdisjoint(record.id for record in arrived)
        if last and self._ordered is not None and not expected:
            self._ordered += inner
            self._in_order = self._in_order and inner is arrived
        else:
            self._ordered = None
            self._in_order = False
        self._timeline = None
        self._latest = arrived[-1].order if self._latest is None else max(self._latest, arrived[-1].order)
        if self._awaited:
            self._awaited.difference_update(record.id for record in arrived)
        aside = self._settled.ids if self._settled is not None else ()
        self._awaited.update(cause for cause in causes.missing() if cause not in self.records and cause not in aside)

    def _enter(self, arrived: list[Record], overwritten: Iterable[str]) -> None:
        # One pass with local names, most frequent first: a long flight has 100,000 of them.
        by_entity, registers, cells = self.by_entity, REGISTERS, self._cells
        for record in arrived:
            entity, register = record.ent, registers.get(record.kind)
            known = by_entity.get(entity)
            if register is not None:
                cell = cells.get((entity, register))
                if cell is None:
                    cell = cells[entity, register] = RegisterCell(overwritten)
                cell.add(record)
                if known is None:
                    known = by_entity[entity] = []
                known.append(record)
                continue
            data = record.data
            if isinstance(data, ItemObserved):
                self._keep_observation(record, data)
                if data.renewal:
                    continue
            if known is None:
                known = by_entity[entity] = []
            known.append(record)
            if isinstance(data, ItemMoved):
                # Of several the same one everywhere, whichever came first.
                moved = entity, data.record
                self.moved[moved] = max(self.moved.get(moved, ""), data.moved)
            elif isinstance(data, NoteAdded):
                self.remarks.append(record)
            elif isinstance(data, EvidenceAttached):
                self._attachments.setdefault(entity, []).append(record)
            elif isinstance(data, NoteRevoked):
                self.taken_back.add((entity, data.note))
            elif isinstance(data, EvidencePurged):
                self.purged.update(data.blobs)

    def _keep_observation(self, record: Record, data: ItemObserved) -> None:
        words = self.last_words.setdefault(record.ent, {})
        last = words.get(data.observer)
        if last is None or record.order > last.order:
            words[data.observer] = record
        if data.state == "ok":
            self.held_by[record.ent] = self.held_by.get(record.ent, frozenset()) | {data.observer}

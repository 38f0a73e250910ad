"""What has been taken in of a run and its service: every record once, in order, by entity and by register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from cockpit.release.events import REGISTERS, EvidencePurged, ItemMoved, ItemObserved, NoteAdded, NoteRevoked
from cockpit.release.record import Order, Record, in_order
from cockpit.release.registers import EMPTY, Register, RegisterCell, RegisterKey
from cockpit.release.timeline import causal_order, timeline_order


class Gathered:
    """Records in any order; what is told of them does not depend on it."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.by_entity: dict[str, list[Record]] = {}
        self.remarks: list[Record] = []
        self.purged: set[str] = set()  # blobs
        self.taken_back: set[tuple[str, str]] = set()  # (entity, note)
        self.moved: dict[tuple[str, str], str] = {}  # by entity, and the record whose word is stale by it
        self.last_words: dict[str, dict[str, Record]] = {}  # by entity and observer
        self.held_by: dict[str, frozenset[str]] = {}
        self._cells: dict[RegisterKey, RegisterCell] = {}
        self._ordered: list[Record] | None = []
        self._latest: Order | None = None
        self._awaited: set[str] = set()  # causes that are not here
        self._in_order = True  # everything came in timeline order, so that each part of it is in order, too

    def add(self, records: Iterable[Record]) -> list[Record]:
        """Take in records; return those that were new, in the order of their clocks."""
        fresh = {record.id: record for record in records if record.id not in self.records}
        arrived = in_order(fresh.values())
        if arrived:
            self.records.update(fresh)
            self._put_in_order(arrived)
            self._enter(arrived)
        return arrived

    def register(self, entity: str, register: str) -> Register:
        """Return the present heads of a register; empty where nobody has written it."""
        cell = self._cells.get((entity, register))
        return cell.value() if cell is not None else EMPTY

    def registers(self) -> dict[RegisterKey, Register]:
        """Return all registers as they stand."""
        return {key: cell.value() for key, cell in self._cells.items()}

    def timeline(self) -> list[Record]:
        """Return all records in timeline order."""
        if self._ordered is None:
            self._ordered = timeline_order(self.records.values())
        return self._ordered

    def in_order(self, records: list[Record]) -> list[Record]:
        """Return some of these records, as they were taken in, in timeline order."""
        return records if self._in_order else timeline_order(records)

    def of_entities(self, prefix: str) -> dict[str, list[Record]]:
        """Return the records of all entities that begin so, in timeline order."""
        return {
            entity: self.in_order(records) for entity, records in self.by_entity.items() if entity.startswith(prefix)
        }

    def _put_in_order(self, arrived: list[Record]) -> None:
        # The usual case, events after all others that caused none of them, must not sort everything again.
        inner, outside = causal_order(arrived)
        last = self._latest is None or arrived[0].order > self._latest
        expected = bool(self._awaited) and not self._awaited.isdisjoint(record.id for record in arrived)
        if last and self._ordered is not None and not expected:
            self._ordered += inner
            self._in_order = self._in_order and inner is arrived
        else:
            self._ordered = None
            self._in_order = False
        self._latest = arrived[-1].order if self._latest is None else max(self._latest, arrived[-1].order)
        if self._awaited:
            self._awaited.difference_update(record.id for record in arrived)
        self._awaited.update(cause for cause in outside if cause not in self.records)

    def _enter(self, arrived: list[Record]) -> None:
        # One pass with local names, most frequent first: a long flight has 100,000 of them.
        by_entity, registers = self.by_entity, REGISTERS
        written: defaultdict[RegisterKey, list[Record]] = defaultdict(list)
        for record in arrived:
            entity, data = record.ent, record.data
            register = registers.get(record.kind)
            if register is not None:
                written[entity, register].append(record)
            elif isinstance(data, ItemObserved):
                self._keep_observation(record, data)
                if data.renewal:
                    continue
            known = by_entity.get(entity)
            if known is None:
                known = by_entity[entity] = []
            known.append(record)
            if register is not None:
                continue
            if isinstance(data, ItemMoved):
                # Of several the same one everywhere, whichever came first.
                moved = entity, data.record
                self.moved[moved] = max(self.moved.get(moved, ""), data.moved)
            elif isinstance(data, NoteAdded):
                self.remarks.append(record)
            elif isinstance(data, NoteRevoked):
                self.taken_back.add((entity, data.note))
            elif isinstance(data, EvidencePurged):
                self.purged.update(data.blobs)
        for key, records in written.items():
            cell = self._cells.get(key)
            if cell is None:
                cell = self._cells[key] = RegisterCell()
            cell.add(records)

    def _keep_observation(self, record: Record, data: ItemObserved) -> None:
        words = self.last_words.setdefault(record.ent, {})
        last = words.get(data.observer)
        if last is None or record.order > last.order:
            words[data.observer] = record
        if data.state == "ok":
            self.held_by[record.ent] = self.held_by.get(record.ent, frozenset()) | {data.observer}

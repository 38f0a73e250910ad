"""Registers: values whose concurrent writers are kept side by side until someone decides.

The fold is order-independent: any order of the same records gives the same heads and the same winner.
"""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.record import Record

RegisterKey = tuple[str, str]  # (entity, register)


class Register(Struct, frozen=True):
    """The heads of one register, the winner first; more than one head is contested."""

    heads: tuple[Record, ...] = ()

    @property
    def winner(self) -> Record | None:
        """The current value's record: the head that is greatest in the total order."""
        return self.heads[0] if self.heads else None

    @property
    def contested(self) -> bool:
        """Whether people wrote at the same time, none having seen the other."""
        return len(self.heads) > 1

    @property
    def head_ids(self) -> tuple[str, ...]:
        """The ids that a new value lists as superseded."""
        return tuple(sorted(record.id for record in self.heads))


EMPTY = Register()


class RegisterCell:
    """The records of one register, gathered in any order; `value()` is their current heads."""

    __slots__ = ("_heads", "_records", "_superseded")

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        self._superseded: set[str] = set()
        self._heads: Register | None = EMPTY

    def add(self, record: Record) -> None:
        """Take in a record; the same id twice changes nothing."""
        self._records[record.id] = record
        self._superseded.update(record.sup)
        self._heads = None

    def value(self) -> Register:
        """Return the heads: records that no record of this register supersedes."""
        if self._heads is None:
            heads = [record for identity, record in self._records.items() if identity not in self._superseded]
            heads.sort(key=lambda record: record.order, reverse=True)
            self._heads = Register(tuple(heads))
        return self._heads

    def find(self, identity: str) -> Record | None:
        """Return the record of that id, superseded or not."""
        return self._records.get(identity)

    def __len__(self) -> int:
        return len(self._records)

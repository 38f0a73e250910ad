"""Registers: values whose concurrent writers are kept side by side until someone decides.

The fold is order-independent: any order of the same records gives the same heads and the same winner.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

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

    __slots__ = ("_heads", "_superseded", "_value")

    def __init__(self, superseded: Iterable[str] = ()) -> None:
        self._heads: dict[str, Record] = {}
        self._superseded = set(superseded)
        self._value: Register | None = EMPTY

    def add(self, records: Iterable[Record]) -> None:
        """Take in records; the same id twice changes nothing."""
        fresh = list(records)
        superseded = self._superseded
        superseded.update(chain.from_iterable([record.sup for record in fresh]))
        heads = {identity: record for identity, record in self._heads.items() if identity not in superseded}
        heads.update({record.id: record for record in fresh if record.id not in superseded})
        self._heads = heads
        self._value = None

    def value(self) -> Register:
        """Return the heads: records that no record of this register supersedes."""
        if self._value is None:
            heads = sorted(self._heads.values(), key=lambda record: record.order, reverse=True)
            self._value = Register(tuple(heads))
        return self._value

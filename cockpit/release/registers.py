"""Registers: values whose concurrent writers are kept side by side until someone decides.

The fold is order-independent: any order of the same records gives the same heads and the same winner.
"""

from __future__ import annotations

from collections.abc import Iterable

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
        self._superseded = set(superseded)  # ids of which no head has gone: most of them have not come yet
        self._value: Register | None = EMPTY

    def add(self, record: Record) -> None:
        """Take in a record that was not here before."""
        heads = self._heads
        for identity in record.sup:
            if heads.pop(identity, None) is None:
                self._superseded.add(identity)
        if record.id not in self._superseded:
            heads[record.id] = record
        self._value = None

    def value(self) -> Register:
        """Return the heads: records that no record of this register supersedes."""
        if self._value is None:
            heads = sorted(self._heads.values(), key=lambda record: record.order, reverse=True)
            self._value = Register(tuple(heads))
        return self._value

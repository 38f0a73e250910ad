"""What the checks of every kind of file share: complaining at a place, and a few forms that come up everywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from cockpit.content.names import duration_complaint
from cockpit.content.one_of import ONE_OF
from cockpit.content.problems import quoted
from cockpit.content.schema import did_you_mean
from cockpit.content.strict_yaml import Document, Step

T = TypeVar("T")


class Review(ABC, Generic[T]):
    """One pass over a loaded document that complains where something stands that cannot be meant.

    `where` are the keys and indices that lead to a value; an empty message is no complaint.
    """

    def __init__(self, document: Document[T]) -> None:
        self.document = document
        self.value = document.value

    @abstractmethod
    def check(self) -> None:
        """Complain of everything in the document that cannot be meant."""

    def complain(self, message: str, *where: Step) -> None:
        """Keep a complaint about the value at `where`."""
        if message:
            self.document.problems.add(*self.document.positions.of(*where), message)

    def complain_of_key(self, message: str, *where: Step) -> None:
        """Keep a complaint about the key that names the value at `where`."""
        if message:
            self.document.problems.add(*self.document.positions.of_key(*where), message)

    def place(self, *where: Step) -> str:
        """Return path:line:column of the value at `where`."""
        line, column = self.document.positions.of(*where)
        return f"{self.document.problems.path}:{line}:{column}"

    def filled(self, text: str, *where: Step) -> None:
        """Complain of an empty text."""
        if not text.strip():
            self.complain("an empty text: write what is to be read here", *where)

    def distinct(self, ids: Sequence[str], key: str, *where: Step) -> None:
        """Complain of each entry in the list at `where` whose `key` an earlier one has."""
        seen: set[str] = set()
        for index, each in enumerate(ids):
            if each in seen:
                self.complain(f"the {key} {quoted(each)} stands twice here: write another", *where, index, key)
            seen.add(each)

    def durations(self, value: object, keys: Sequence[str], *where: Step) -> None:
        """Complain of durations among the attributes `keys` of `value` that do not parse."""
        for key in keys:
            self.complain(duration_complaint(getattr(value, key)), *where, key)

    def at_least(self, value: object, least: int, keys: Sequence[str], *where: Step) -> None:
        """Complain of numbers among the attributes `keys` of `value` that are too small."""
        for key in keys:
            if getattr(value, key) < least:
                self.complain(f"{getattr(value, key)} is too small: write {least} or more", *where, key)

    def exactly_one(self, value: Struct, *where: Step) -> None:
        """Complain unless exactly one of the keys that say what kind of thing `value` is is given."""
        keys = ONE_OF[type(value)]
        given = [key for key in keys if getattr(value, key)]
        if not given:
            self.complain(f"nothing is named here to go by: add one of {', '.join(keys)}", *where)
        for key in given[1:]:
            self.complain_of_key(f"{given[0]} and {key} exclude each other: keep one", *where, key)

    def known(self, name: str, names: Collection[str], kind: str, *where: Step) -> None:
        """Complain of a `name` that is none of `names`."""
        if name not in names:
            listed = f"known are {', '.join(list(names)[:20])}" if names else f"no {kind} is written here yet"
            self.complain(f"there is no {kind} {quoted(name)}{did_you_mean(name, names)}: {listed}", *where)

"""An event as the fold sees it: who, when, after what, and the decoded data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from msgspec import Raw, Struct

HybridTime = tuple[int, int]  # (milliseconds since the epoch, counter)
Order = tuple[HybridTime, str, int, str]


class Actor(Struct, frozen=True, omit_defaults=True, gc=False):
    """Who did it, as they said; `key` is the fingerprint of a verified signing key, or None for a mere claim."""

    name: str
    email: str = ""
    key: str | None = None


class TextRef(Struct, frozen=True, gc=False):
    """Free text kept as a salted blob beside the event: the blob's sha256 and its size in bytes."""

    sha256: str
    size: int


class Event(Struct, frozen=True, omit_defaults=True, gc=False):
    """Base of all event data; `kind` and `register` are class facts, told by `release.events`."""


class Unknown(Event, frozen=True):
    """An event of a kind or version that this cockpit does not know: kept, shown, never dropped."""

    raw: Raw = Raw(b"{}")


class Record(Struct, frozen=True, gc=False):
    """One stored event; `id` is the sha256 of its exact bytes, `sup` the ids of the heads it replaces."""

    id: str
    w: str
    s: int
    prev: str | None
    h: HybridTime
    wall: str
    by: Actor
    host: str
    stream: str
    kind: str
    ent: str
    sup: tuple[str, ...]
    data: Event

    @property
    def order(self) -> Order:
        """The total order that picks a winner among concurrent heads."""
        return (self.h, self.w, self.s, self.id)

    @property
    def run(self) -> str:
        """The id of the run that it is of; of what belongs to no run it is none that a run has."""
        return self.stream.rpartition("/")[2]


def same_name(one: str, other: str) -> bool:
    """Whether two names are one person's: in other letter cases, widths or blanks it is no other name."""
    return one == other or _bare(one) == _bare(other)


def same_person(one: Actor, other: Actor) -> bool:
    """Whether two are one person, as far as is known: the names are one's, and there are no two different addresses."""
    if one == other:
        return True
    alike = not one.email or not other.email or one.email.casefold() == other.email.casefold()
    return alike and same_name(one.name, other.name)


@lru_cache(maxsize=1024)
def _bare(name: str) -> str:
    if not name.isascii():
        from unicodedata import category, normalize  # most names need none of it

        name = "".join(letter for letter in normalize("NFKC", name) if category(letter) != "Cf")
    return " ".join(name.casefold().split())


def in_order(records: Iterable[Record]) -> list[Record]:
    """Return records in the order of their clocks (`Record.order`)."""
    # Floats are told apart much faster than tuples are; the few that are the same one are put in order after that.
    found = list(records)
    try:
        rough = list(map(float, [record.h[0] for record in found]))
    except OverflowError:  # a forged clock may hold any number, and not every one is a float
        return sorted(found, key=lambda record: record.order)
    places = sorted(range(len(found)), key=rough.__getitem__)
    result = [found[place] for place in places]
    if len(set(rough)) == len(result):
        return result
    groups = groupby(result, key=lambda record: float(record.h[0]))
    return [record for _, group in groups for record in sorted(group, key=lambda record: record.order)]

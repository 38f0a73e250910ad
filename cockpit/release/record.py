"""An event as the fold sees it: who, when, after what, and the decoded data."""

from __future__ import annotations

from msgspec import Raw, Struct

HybridTime = tuple[int, int]  # (milliseconds since the epoch, counter)


class Actor(Struct, frozen=True, omit_defaults=True):
    """Who did it, as they said; `key` is the fingerprint of a verified signing key, or None for a mere claim."""

    name: str
    email: str = ""
    key: str | None = None


class TextRef(Struct, frozen=True):
    """Free text kept as a salted blob beside the event: the blob's sha256 and its size in bytes."""

    sha256: str
    size: int


class Event(Struct, frozen=True, omit_defaults=True):
    """Base of all event data; `kind` and `register` are class facts, told by `release.events`."""


class Unknown(Event, frozen=True):
    """An event of a kind or version that this cockpit does not know: kept, shown, never dropped."""

    raw: Raw = Raw(b"{}")


class Record(Struct, frozen=True):
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
    def order(self) -> tuple[HybridTime, str, int, str]:
        """The total order that picks a winner among concurrent heads."""
        return (self.h, self.w, self.s, self.id)

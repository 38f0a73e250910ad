"""Words that repeat from event to event, held once."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cockpit.release.record import Actor, Record


class Sharing:
    """Gives records that come one by one the very words that those before them have.

    Each is read by itself, with writer, host, stream, kind and all anew: half of what it takes in memory, for good.
    """

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._actors: dict[Actor, Actor] = {}
        self._last: dict[tuple[str, str], str] = {}  # the id of a writer's last event in a stream, which the next names

    def share(self, records: Iterable[Record]) -> list[Record]:
        """Return equal records."""
        return [self._shared(record) for record in records]

    def clear(self) -> None:
        """Forget them all: another run is in focus."""
        self._words.clear()
        self._actors.clear()
        self._last.clear()

    def _shared(self, record: Record) -> Record:
        words = self._words.setdefault
        last = self._last.get((record.w, record.stream))
        shared = replace(
            record,
            w=words(record.w, record.w),
            prev=last if last == record.prev else record.prev,
            by=self._actors.setdefault(record.by, record.by),
            host=words(record.host, record.host),
            stream=words(record.stream, record.stream),
            kind=words(record.kind, record.kind),
            ent=words(record.ent, record.ent),
        )
        self._last[shared.w, shared.stream] = shared.id
        return shared

"""A run's ledger from its journals: read whole, or from where a former start had come.

A long flight is read at every start by who only wants to know how it stands. What one start has found to be over is
set aside in a file beside the journals, which the next one goes on from: derived, of this clone alone, and lost
without harm. It counts as long as the journals begin as they did, and for the very code that wrote it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.codec import to_records
from cockpit.errors import CockpitError
from cockpit.parsed import code_of
from cockpit.release.entities import RUN
from cockpit.release.events import EvidenceAttached
from cockpit.release.ledger import Ledger
from cockpit.release.record import Record, TextRef
from cockpit.release.settled import Aside, Settled
from cockpit.store import files
from cockpit.store.envelope import Stored, decode_payloads
from cockpit.store.location import StoreLocation
from cockpit.store.reader import Bookmark, JournalReader
from cockpit.store.store import Store

TextOf = Callable[[TextRef], str | None]
Seen = Callable[[list[Stored]], None]  # is told of events as they are read, in lots

LONG = 2000  # events, from which on it is worth its while
MANY = 500  # events, after which what was set aside is set aside anew
_DIGEST = 32  # bytes of a SHA-256
_SHORT = 4096  # bytes of a text that is kept with them
_MOST = 8  # files that are kept, for so many runs
_ROOMS = ("", "release", "store")  # the rooms whose code decides what stays in view


def load_whole(store: Store, streams: Sequence[str], text_of: TextOf, seen: Seen) -> Ledger:
    """Return a ledger of these streams, which the store follows from here on; `seen` is told of its events."""
    records: list[Record] = []

    def take(events: list[Stored]) -> None:
        seen(events)
        records.extend(to_records(events))

    # File by file: 100,000 events that are let go together take longer to free, and twice the memory.
    store.follow(streams, take)
    ledger = Ledger(text_of)
    ledger.add(records)
    return ledger


class _Kept(Struct, frozen=True, array_like=True):
    streams: tuple[str, ...]
    marks: tuple[Bookmark, ...]
    aside: Aside
    held: tuple[tuple[str, bytes, str | None], ...]  # ids, payloads and signatures
    texts: dict[str, str]  # what the held ones name, by hash: each lies in a file of its own


class _Resumed(Struct):
    aside: Aside
    texts: dict[str, str]
    held: list[Stored]
    reader: JournalReader
    rest: list[Stored]  # what has come since


class Checkpoints:
    """What former starts on this clone have set aside, a file for each run; `writes` not where all is read-only."""

    def __init__(self, location: StoreLocation, *, writes: bool = True, long: int = LONG, many: int = MANY) -> None:
        self._location = location
        self._directory = location.checkpoints
        self._writes = writes
        self._long = long
        self._many = many
        self._known: dict[tuple[str, ...], _Resumed | None] = {}

    def load(self, store: Store, streams: Sequence[str], text_of: TextOf, seen: Seen) -> Ledger:
        """Do as `load_whole` does, but for events that nobody asks for: these are read when somebody does."""
        found = self._resumed(tuple(streams))
        if found is not None:
            found.rest += store.resume(found.reader, found.held)
            if len(found.rest) < self._many:
                root = self._location.root
                settled = Settled(found.aside, lambda: to_records(JournalReader(root, streams).poll()))
                ledger = Ledger(_known(found.texts, text_of), held=to_records(found.held), settled=settled)
                ledger.add(to_records(found.rest))
                seen(found.held + found.rest)
                return ledger
        events: list[Stored] = []
        ledger = load_whole(store, streams, text_of, events.extend)
        seen(events)
        if self._writes and len(ledger) >= self._long:
            with contextlib.suppress(OSError, CockpitError):
                self._keep(store, tuple(streams), ledger, events, text_of)
        return ledger

    def about_run(self, streams: Sequence[str]) -> list[Stored] | None:
        """Return the events of the run itself that these streams hold; None where they must be looked for."""
        found = self._resumed(tuple(streams))
        return [one for one in found.held + found.rest if one.envelope.ent == RUN] if found is not None else None

    def _resumed(self, streams: tuple[str, ...]) -> _Resumed | None:
        if streams not in self._known:
            self._known[streams] = self._resume(streams)
        return self._known[streams]

    def _resume(self, streams: tuple[str, ...]) -> _Resumed | None:
        kept = self._read(streams)
        if kept is None:
            return None
        try:
            held = decode_payloads(kept.held)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        seen = [*kept.aside.ids, *(one.id for one in held)]
        seen += [f"{one.id} {one.signature}" for one in held if one.signature is not None]
        reader = JournalReader.resumed(self._location.root, streams, kept.marks, seen)
        return _Resumed(kept.aside, kept.texts, held, reader, reader.poll()) if reader is not None else None

    def _read(self, streams: tuple[str, ...]) -> _Kept | None:
        try:
            written = memoryview(self._path(streams).read_bytes())
            body = written[_DIGEST:]
            if written[:_DIGEST] != _digest(body):
                return None
            kept = msgspec.msgpack.decode(body, type=_Kept)
        except (OSError, msgspec.MsgspecError, UnicodeError):
            return None
        return kept if kept.streams == streams else None

    def _keep(
        self, store: Store, streams: tuple[str, ...], ledger: Ledger, events: list[Stored], text_of: TextOf
    ) -> None:
        aside, marks = ledger.aside(), store.bookmarks()
        if aside is None or marks is None or not code_of(*_ROOMS):
            return
        ids = frozenset(aside.ids)
        held = [one for one in events if one.id not in ids]
        sealed = tuple((one.id, one.payload, one.signature) for one in held)
        texts = _short_texts(to_records(held), text_of, of=self._blobs())
        body = msgspec.msgpack.encode(_Kept(streams, tuple(marks), aside, sealed, texts))
        place = self._location
        for directory in (place.temporary, self._directory):
            files.make_directories(directory, below=place.common, share=place.share)
        path = self._path(streams)
        files.write_whole(path, _digest(body) + body, temporary=place.temporary, share=place.share)
        if not texts.keys() <= self._blobs():
            path.unlink(missing_ok=True)  # one was purged meanwhile
        for old in sorted(self._directory.iterdir(), key=lambda each: each.stat().st_mtime)[:-_MOST]:
            old.unlink(missing_ok=True)

    def _blobs(self) -> frozenset[str]:
        try:
            with os.scandir(self._location.evidence) as entries:
                return frozenset(entry.name for entry in entries)
        except FileNotFoundError:
            return frozenset()

    def _path(self, streams: Sequence[str]) -> Path:
        return self._directory / hashlib.sha256("\n".join(streams).encode()).hexdigest()[:32]


def _known(texts: Mapping[str, str], text_of: TextOf) -> TextOf:
    """Look among these first."""

    def find(ref: TextRef) -> str | None:
        text = texts.get(ref.sha256)
        return text_of(ref) if text is None else text

    return find


def _short_texts(records: Iterable[Record], text_of: TextOf, *, of: frozenset[str]) -> dict[str, str]:
    """Return the short texts that records name and that are among some, by their hashes."""
    named: dict[str, TextRef] = {}
    for record in records:
        if not isinstance(record.data, EvidenceAttached):
            values = [value for value in msgspec.structs.astuple(record.data) if isinstance(value, TextRef)]
            named.update((ref.sha256, ref) for ref in values if ref.size <= _SHORT)
    found = ((sha256, text_of(ref)) for sha256, ref in named.items() if sha256 in of)
    return {sha256: text for sha256, text in found if text is not None}


def _digest(body: bytes | memoryview) -> bytes:
    """Return what tells a whole file of this very code from any other."""
    digest = hashlib.sha256(code_of(*_ROOMS).encode() + b"\0")
    digest.update(body)
    return digest.digest()

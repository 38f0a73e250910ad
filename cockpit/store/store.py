"""The store as a session uses it: append, poll, publish."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw

from cockpit.errors import NotSavedError, RefusedError
from cockpit.store import files
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import VERSION, By, Envelope, Stored, encode_payload, event_id
from cockpit.store.evidence import EvidenceStore
from cockpit.store.layout import FORMAT, require_known_format
from cockpit.store.location import StoreLocation, require_access
from cockpit.store.reader import Bookmark, JournalFault, JournalReader, list_streams
from cockpit.store.writer import JournalWriter

if TYPE_CHECKING:
    from cockpit.store.branch import CommitResult, StateBranch
    from cockpit.store.forgetting import Forgotten
    from cockpit.store.published import Published
    from cockpit.store.remote import StateRemote
    from cockpit.store.sync import Synchroniser

Sign = Callable[[bytes], str]


class Store:
    """One process's view of a repository's state, and its only writer; safe between threads.

    The store keeps envelopes and does not look into them; `evidence` holds the blobs that events name.
    """

    def __init__(
        self,
        location: StoreLocation,
        *,
        clock: HybridClock,
        writer: JournalWriter,
        host: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.evidence = EvidenceStore(
            location,
            lambda sha256: self._published.evidence(sha256),  # noqa: PLW0108 - it is made when it is asked
            require_writable=self._require_writable,
        )
        self._location = location
        self._clock = clock
        self._writer = writer
        self._host = host
        self._now = now
        self._reader = JournalReader(location.root)
        self._accessible = False
        self._format_path = str(location.format)
        self._known_format: files.Identity | None = None  # of the file that states a format we can write
        self._appending = threading.Lock()
        self._reading = threading.Lock()

    @classmethod
    def open(
        cls,
        location: StoreLocation,
        *,
        clock: HybridClock,
        writer_id: str,
        host: str,
        now: Callable[[], float] = time.time,
    ) -> Store:
        """Return the store at `location`; nothing is written before the first event.

        `writer_id` is 32 random hex digits of this process start; `now` is in seconds since the epoch.
        """
        return cls(location, clock=clock, writer=JournalWriter(location, writer_id), host=host, now=now)

    @functools.cached_property
    def _branch(self) -> StateBranch:
        from cockpit.store.branch import StateBranch  # who only looks hardly ever needs what is published

        return StateBranch(self._location, host=self._host, now=self._now)

    @functools.cached_property
    def _published(self) -> Published:
        from cockpit.store.published import Published  # who has all texts here never needs it

        return Published(self._location)

    @property
    def location(self) -> StoreLocation:
        """Where this store lies."""
        return self._location

    @property
    def writer_id(self) -> str:
        """The id that this process's events carry."""
        return self._writer.writer

    def share_places(self) -> None:
        """In a repository that several users share, make the places of running processes for all of them to write.

        Raises OSError where they are another user's and not shared.
        """
        place = self._location
        if not place.share:
            return
        ours = (place.run / "presence", place.run / "asks", place.locks, place.temporary, place.root / "executions")
        for directory in ours:
            files.make_directories(directory, below=place.common, share=place.share)
        for path in (place.samples, place.run / "watcher.log"):
            with contextlib.suppress(FileExistsError):
                os.close(files.create(path, share=place.share))

    def read_only_because(self) -> RefusedError | None:
        """Return why nothing can be appended here (an unknown format, another user's store), or None."""
        try:
            self._require_writable()
        except RefusedError as error:
            return error
        return None

    def append(
        self,
        stream: str,
        kind: str,
        ent: str,
        sup: Sequence[str],
        d: bytes,
        *,
        by: By,
        wall: str,
        x_raw: Mapping[str, str] | None = None,
        sign: Sign | None = None,
    ) -> Stored:
        """Store a new event and return it; it is on the disk by then, and `poll` will not return it.

        `d` is the data as JSON; `sign` gets the exact payload bytes and returns the signature to store beside them.
        Raises NotSavedError, RefusedError (`read-only`, `not-writable`, `bad-stream`), ValueError for a `d` that is
        no JSON, and whatever `sign` raises; nothing is stored then.
        """
        try:
            msgspec.json.decode(d)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise ValueError(f"the data of a {kind!r} event is no JSON: {error}") from error

        def seal(sequence: int, previous: str | None) -> Stored:
            envelope = Envelope(
                v=VERSION,
                w=self._writer.writer,
                s=sequence,
                prev=previous,
                h=self._clock.tick(),
                wall=wall,
                by=by,
                host=self._host,
                stream=stream,
                kind=kind,
                ent=ent,
                sup=tuple(sup),
                d=Raw(d),
                x_raw=UNSET if x_raw is None else dict(x_raw),
            )
            payload = encode_payload(envelope)
            signature = None if sign is None else sign(payload)
            return Stored(event_id(payload), envelope, signature, payload)

        with self._appending:
            self._require_writable()
            self._state_format()
            return self._writer.append(stream, seal)

    def load(self, streams: Iterable[str] | None = None) -> list[Stored]:
        """Return every event of these streams, or of all, and follow them from here on."""
        events: list[Stored] = []
        self.follow(streams, events.extend)
        return events

    def follow(self, streams: Iterable[str] | None, take: Callable[[list[Stored]], None]) -> None:
        """Hand what `load` returns to `take`, a file's events at a time, so that they need not all be held at once."""
        with self._reading:
            self._reader = JournalReader(self._location.root, streams)
            for events in self._reader.by_file():
                take(self._ingest(events))

    def resume(self, reader: JournalReader, held: Iterable[Stored]) -> list[Stored]:
        """Follow what a reader follows that goes on from bookmarks; return what has come since, `held` came before."""
        with self._reading:
            self._reader = reader
            self._ingest(list(held))
            return self._ingest(reader.poll())

    def bookmarks(self) -> list[Bookmark] | None:
        """Return how far the followed streams have been read; None where anything is wrong with them."""
        with self._reading:
            return self._reader.bookmarks()

    def poll(self) -> list[Stored]:
        """Return what others appended to the followed streams since the last `load` or `poll`."""
        with self._reading:
            fresh = self._ingest(self._reader.poll())
        return [event for event in fresh if event.envelope.w != self._writer.writer]

    def faults(self) -> list[JournalFault]:
        """Return what was wrong with the journals as they were last read."""
        with self._reading:
            return self._reader.faults()

    def streams(self) -> list[str]:
        """Return the streams that have events here, sorted."""
        return list_streams(self._location.root)

    def commit(self, message: str) -> CommitResult:
        """Publish what is local to the state ref; raises RefusedError or GitError. The events are safe either way."""
        self._require_writable()
        return self._branch.commit(message)

    def prune(self) -> Forgotten:
        """Remove what only histories hold that a purge has left behind; raises RefusedError or GitError."""
        self._require_writable()
        return self._branch.prune()

    def restore_missing(self) -> list[str]:
        """Bring in other writers' journals that the state ref holds, as after a clone; return the paths written."""
        self._require_writable()
        return self._branch.restore_missing(own_writer=self._writer.writer)

    def synchroniser(self, remote: StateRemote, *, now: Callable[[], float] = time.time) -> Synchroniser:
        """Return what exchanges this store's state with a remote."""
        from cockpit.store.sync import Synchroniser

        return Synchroniser(self._location, self._branch, remote, own_writer=self.writer_id, host=self._host, now=now)

    def close(self) -> None:
        """Let go of the journal files."""
        with self._appending:
            self._writer.close()

    def _ingest(self, events: list[Stored]) -> list[Stored]:
        self._clock.ingest_all([event.envelope.h for event in events])
        return events

    def _require_writable(self) -> None:
        if not self._accessible:
            require_access(self._location)
            self._accessible = True
        mark = files.identity(self._format_path)
        if mark is not None and mark == self._known_format:
            return  # looked at for every event, and hardly ever another one
        stated = self._stated_format()
        if stated is not None:
            require_known_format(stated)
        self._known_format = mark

    def _stated_format(self) -> bytes | None:
        try:
            return self._location.format.read_bytes()
        except FileNotFoundError:
            return self._published.format()

    def _state_format(self) -> None:
        if self._known_format is not None:
            return
        place = self._location
        try:
            files.make_directories(place.temporary, below=place.common, share=place.share)
            files.write_whole(place.format, FORMAT, temporary=place.temporary, share=place.share)
        except OSError as error:
            raise NotSavedError(
                f"the event was not saved: {place.format}: {error.strerror}",
                fix="Make room on that disk or mend its permissions, then do it again",
            ) from error

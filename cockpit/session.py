"""The one writer of a process: an intent becomes a decision, the decision events, the events a new `Run`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from cockpit.codec import encode_data, to_records
from cockpit.collection import collector_paused
from cockpit.errors import ConfigurationError, NotFoundError, RefusedError
from cockpit.loading import Seen, TextOf, load_whole
from cockpit.release.configuration import Signing as SigningSettings
from cockpit.release.events import SignOffGiven, SignOffRevoked, kind_of
from cockpit.release.ledger import Ledger, Pinned, Pins
from cockpit.release.record import Actor, Event, Record, TextRef, same_name
from cockpit.release.run import Run, Verdict
from cockpit.store.envelope import By, Stored
from cockpit.store.store import Store
from cockpit.times import rfc3339

if TYPE_CHECKING:
    from cockpit.release.intents import Intent

SERVICE_STREAM = "_service"
# Fields of events that hold text as it was met.
_FREE_WORDS = ("actual", "detail", "expected", "reason", "trouble", "version_seen")
Load = Callable[[Store, Sequence[str], TextOf, Seen], Ledger]
_LOOK_AGAIN = 2.0  # seconds between looks for texts that have not arrived yet


class Signer(Protocol):
    """What signs the bytes of a sign-off or its revocation: a key, known by its fingerprint."""

    fingerprint: str

    def sign(self, payload: bytes) -> str:
        """Return the signature of these bytes; whatever it raises, nothing is stored then."""


class Seals(Protocol):
    """What tells the worth of the signatures that stored sign-offs carry."""

    def keep(self, events: Iterable[Stored]) -> None:
        """Take in stored events."""

    def clear(self) -> None:
        """Forget them all."""

    def due(self) -> bool:
        """Whether there are verdicts that have been given too long ago."""

    def verdicts(self, signing: SigningSettings, stream: str, roles: Mapping[str, str]) -> Mapping[str, Verdict]:
        """Return the verdicts on these records, each of a role, or of none."""


def _by_shape(text: str) -> str:
    from cockpit.redact import redacted

    return redacted(text, {})


class Asked(NamedTuple):
    """What a person was looking at when asked for an answer; `commit` is empty where the answer is of no version."""

    run: str
    name: str
    commit: str = ""


class Session:
    """Everything a process does to the shared state goes through here; safe to call from any thread.

    `focus` chooses the run; `run` is its present snapshot; `act` writes; `poll` takes in what others wrote.
    """

    def __init__(
        self,
        store: Store,
        actor: Actor,
        *,
        now: Callable[[], float],
        readonly: bool = False,
        redact: Callable[[str], str] = _by_shape,
        parse_pins: Callable[[Mapping[str, str], Pins], Pinned] | None = None,
        seals: Seals | None = None,
        load: Load = load_whole,
    ) -> None:
        self._store = store
        self._redact = redact
        self._parse_pins = parse_pins
        self._seals = seals
        self._load = load
        self.actor = actor
        self._readonly = readonly
        self.past = ""  # which time is looked at in place of now, in words; while one is, nothing is written
        self.doubt = ""  # why it is not clear who the actor is; until it is, nothing is written
        self._now = now
        self._lock = threading.RLock()
        self._publishing = threading.RLock()
        self._subscribers: list[Callable[[Run, list[Record]], None]] = []
        self._texts: dict[str, str] = {}
        self._missing: set[str] = set()
        self._missing_due = 0.0
        self._ledger = Ledger(self.text)
        self._pinned: Pinned | None = None
        self._pins_read: Pins | None = None
        self.pins_trouble = ""  # why the run is still shown by older files than those it was migrated to
        self._run_id = ""
        self._run_stream = ""
        self._service_stream = ""
        self._run: Run | None = None

    @property
    def readonly(self) -> bool:
        """Whether nothing may be written now."""
        return self._readonly or bool(self.past)

    @readonly.setter
    def readonly(self, readonly: bool) -> None:
        self._readonly = readonly

    def require_writing(self) -> None:
        """Refuse where nothing may be written (`past`, `readonly`)."""
        if self.past:
            raise RefusedError(
                f"what is shown is the past, {self.past}: nothing can be written there",
                fix="Esc goes back to now",
                code="past",
            )
        if self._readonly:
            raise RefusedError("this cockpit is read-only", fix="Start it without --readonly", code="readonly")

    @property
    def writer(self) -> str:
        """The id of this process among all writers."""
        return self._store.writer_id

    @property
    def store(self) -> Store:
        """The store beneath, for what is not an event: commits, locks, places."""
        return self._store

    @property
    def run(self) -> Run:
        """The present snapshot."""
        if self._run is None:
            raise RefusedError("no service is in focus", code="no-run")
        return self._run

    @property
    def run_pinned(self) -> Pinned:
        """The files that the run in focus flies by."""
        if self._pinned is None:
            raise RefusedError("no service is in focus", code="no-run")
        return self._pinned

    def focus(self, run_id: str, pinned: Pinned) -> Run:
        """Turn to a run of the pinned configuration's service and environment; an empty id is the service alone."""
        with self._lock:
            configuration = pinned.configuration
            prefix = f"{configuration.service}/{configuration.environment.name}"
            self._run_id, self._pinned = run_id, pinned
            self._pins_read, self.pins_trouble = None, ""
            self._run_stream = f"{prefix}/{run_id}" if run_id else ""
            self._service_stream = f"{prefix}/{SERVICE_STREAM}"
            if self._seals is not None:
                self._seals.clear()
            streams = [self._service_stream, *([self._run_stream] if run_id else [])]
            with collector_paused():
                self._ledger = self._load(self._store, streams, self.text, self._keep_seals)
                self._refresh()
        self._publish([])
        return self.run

    def keep_pins(self) -> None:
        """Stay with the files of now whatever arrives: what executes by them is not changed under way."""
        self._parse_pins = None

    def pins(self) -> Pins | None:
        """Return which files the run flies by; None where none is in focus."""
        with self._lock:
            return self._ledger.pins()

    def pins_before(self) -> Pins | None:
        """Return which files it flew by before it was last migrated; None where it never was."""
        with self._lock:
            return self._ledger.pins_before()

    def identify(self, name: str) -> None:
        """Let somebody say who they are; what is written from now on is theirs."""
        with self._lock:
            if name != self.actor.name:
                self.actor = Actor(name, self.actor.email if same_name(name, self.actor.name) else "")
            self.doubt = ""

    def require_identity(self) -> None:
        """Refuse where it is not clear who acts (`who`)."""
        if self.doubt:
            raise RefusedError(
                f"it is not clear who you are: {self.doubt}", fix="Say so, or start with --by NAME", code="who"
            )

    def subscribe(self, callback: Callable[[Run, list[Record]], None]) -> None:
        """Call `callback` with each new snapshot and the records that made it, in whatever thread that happens."""
        self._subscribers.append(callback)

    def act(self, intent: Intent, *, signer: Signer | None = None, asked: Asked | None = None) -> list[Record]:
        """Carry out an intent; what is returned is on the disk. A `signer` signs sign-offs and revocations among it.

        Raises RefusedError or NotFoundError where it cannot be granted, also where another release flies by now than
        what a person was `asked` of, NotSavedError where the disk refuses.
        """
        news: list[Record] = []
        written: list[Record] = []
        try:
            with self._lock:
                self.require_writing()
                self.require_identity()
                # Not to decide on a state that a colleague has changed a moment ago.
                news = self._take_in()
                if news:
                    self._refresh()
                if asked is not None:
                    require_still_asked(asked, self.run)
                try:
                    self._write(intent, written, signer)
                finally:
                    if written:
                        self._refresh()
        finally:
            # Whatever became of the intent, what others wrote has been taken in and must be told.
            if news or written:
                self._publish(news + written)
        return written

    def poll(self) -> list[Record]:
        """Take in what other processes wrote, and texts that were missing; return what records were new."""
        with self._lock:
            new = self._take_in()
            changed = bool(new) or self._texts_arrived() or len(self._store.faults()) != self.run.bad_lines
            if changed:
                self._refresh()
            elif self._run is not None and self._seals is not None and self._seals.due():
                # A key expires, and the list of signers moves, without anybody writing anything.
                again = self._sealed(self._run)
                changed = again.verdicts != self._run.verdicts
                self._run = again
        if changed:
            self._publish(new)
        return new

    def text(self, ref: TextRef) -> str | None:
        """Return the free text behind a reference, or None while its blob is not here."""
        known = self._texts.get(ref.sha256)
        if known is None and ref.sha256 not in self._missing:
            known = self._read_text(ref.sha256)
            if known is None:
                self._missing.add(ref.sha256)
        return known

    def _read_text(self, sha256: str) -> str | None:
        try:
            found = self._store.evidence.find(sha256)
        except NotFoundError:
            return None
        if found is None:
            return None
        self._texts[sha256] = text = found.content.decode("utf-8", "replace")
        return text

    def _texts_arrived(self) -> bool:
        # Each look for a blob that is nowhere costs a git command, so not at every poll.
        if not self._missing or self._now() < self._missing_due:
            return False
        self._missing_due = self._now() + _LOOK_AGAIN
        arrived = {sha256 for sha256 in tuple(self._missing) if self._read_text(sha256) is not None}
        if arrived:
            self._missing -= arrived
            self._ledger.forget_views()
        return bool(arrived)

    def _write(self, intent: Intent, written: list[Record], signer: Signer | None) -> None:
        # Who only looks needs none of what people may do.
        from cockpit.release.decisions.context import Context
        from cockpit.release.decisions.registry import decide

        context = Context(
            run=self.run,
            actor=self.actor,
            now=rfc3339(self._now()),
            seal=self._seal,
            redact=self._redact,
            writer=self.writer,
        )
        for draft in decide(intent, context):
            stream = self._run_stream if draft.scope == "run" and self._run_stream else self._service_stream
            key = signer if isinstance(draft.data, (SignOffGiven, SignOffRevoked)) else None
            stored = self._store.append(
                stream=stream,
                kind=kind_of(draft.data),
                ent=draft.ent,
                sup=draft.sup,
                d=encode_data(self._masked(draft.data)),
                by=By(self.actor.name, self.actor.email, key.fingerprint if key is not None else self.actor.key),
                wall=context.now,
                sign=key.sign if key is not None else None,
            )
            written += self._ledger.add(self._records([stored]))

    def _records(self, events: list[Stored]) -> list[Record]:
        self._keep_seals(events)
        return to_records(events)

    def _keep_seals(self, events: list[Stored]) -> None:
        if self._seals is not None:
            self._seals.keep(events)

    def masked(self, text: str) -> str:
        """Return text with the secrets masked that this process knows of."""
        return self._redact(text)

    def _masked(self, data: Event) -> Event:
        """Take secrets out of what an event says in words of its own, such as a probe's detail."""
        words = {name: getattr(data, name, None) for name in _FREE_WORDS}
        changed = {name: self._redact(text) for name, text in words.items() if isinstance(text, str) and text}
        return msgspec.structs.replace(data, **changed) if changed else data

    def _seal(self, text: str | bytes) -> TextRef:
        # The blob reaches the disk before the event that names it; one whose event is then refused lies there unused.
        # Bytes are files that must stay as they are, such as the pinned ones: whoever hands them over masks them.
        text = self._redact(text) if isinstance(text, str) else text
        ref = self._store.evidence.put_text(text) if isinstance(text, str) else self._store.evidence.put(text)
        return TextRef(ref.sha256, ref.size)

    def _take_in(self) -> list[Record]:
        wanted = {self._run_stream, self._service_stream}
        arrived = [stored for stored in self._store.poll() if stored.envelope.stream in wanted]
        return self._ledger.add(self._records(arrived)) if arrived else []

    def _turn_to_pins(self) -> None:
        """Fly by the files that the run was migrated to, as soon as all of them are here."""
        pins = self._ledger.pins()
        if self._parse_pins is None or self._pinned is None or pins is None or pins == self._pins_read:
            return
        if pins.digest != self._pinned.digest:
            texts = {path: text for path, ref in pins.pins.items() if (text := self.text(ref)) is not None}
            if len(texts) < len(pins.pins):
                self.pins_trouble = "the files that it was migrated to are not all here yet"
                return
            try:
                self._pinned = self._parse_pins(texts, pins)
            except ConfigurationError as error:
                self._pins_read = pins
                self.pins_trouble = f"this cockpit cannot read the files that it was migrated to: {error}"
                return
        self._pins_read, self.pins_trouble = pins, ""

    def _refresh(self) -> None:
        self._turn_to_pins()
        if self._pinned is not None:
            run = self._ledger.snapshot(self._run_id, self._pinned, bad_lines=len(self._store.faults()))
            self._run = self._sealed(run)

    def _sealed(self, run: Run) -> Run:
        """Return the run with what its sign-offs' signatures are worth here and now; nothing of it is folded."""
        if self._seals is None or not run.signed:
            return run
        roles = {given.record: given.role for each in run.signed.values() for given in each}
        # Whoever may sign for anything may take anything back.
        roles |= {given.revocation: "" for each in run.signed.values() for given in each if given.revocation}
        found = self._seals.verdicts(run.configuration.signing, self._run_stream, roles)
        return msgspec.structs.replace(run, verdicts=MappingProxyType(dict(found)))

    def _publish(self, records: list[Record]) -> None:
        # One at a time, each with the snapshot of that moment: the last one told is never an older one.
        with self._publishing:
            for subscriber in self._subscribers:
                subscriber(self.run, records)


def require_still_asked(asked: Asked, run: Run) -> None:
    """Refuse what was asked of another release, or of another version, than flies by now."""
    if run.id != asked.run:
        raise RefusedError(
            f"that was asked of {asked.name}, and {run.name} flies by now", fix="Look at that, and decide there",
            code="overtaken",
        )  # fmt: skip
    if asked.commit and run.commit != asked.commit:
        raise RefusedError(
            f"that was asked of the commit {asked.commit[:12]}, and {run.tag or run.name} flies by now",
            fix="Look at that, and decide again", code="overtaken",
        )  # fmt: skip

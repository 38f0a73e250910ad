"""Who has the cockpit open on other clones: one short-lived ref a clone on the state's remote, never an event.

The ref's commit has no parent and no files: what it says stands in its message, which one `for-each-ref` reads for all
clones at once. It is overwritten while people come, go and look around, and deleted with the last of them.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from cockpit.errors import CockpitError
from cockpit.patterns import pattern
from cockpit.release.live import Presence
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase
from cockpit.store.remote import RemoteError, StateRemote, Trouble

FORGOTTEN_AFTER = 600.0  # seconds without a sign of life
_NOT_SOONER = 15.0  # seconds between two signs of life, unless something has changed
_ALIVE = 40.0  # seconds after which a sign of life is due: every one is an object in every clone
_CHANGE_SETTLES = 2.0  # seconds between two changes: nobody follows a cursor across the world
_CLEARED_AFTER = 86400.0  # seconds after which anybody takes away what a killed watcher left behind
_AFTER_COLLISION = 5.0
_AFTER_TROUBLE = 60.0
_AFTER_REFUSAL = 600.0
_PATIENCE = {
    Trouble.REJECTED: _AFTER_COLLISION,
    Trouble.REFUSED: _AFTER_REFUSAL,
    Trouble.AUTH: _AFTER_REFUSAL,
}
_MOST_PEOPLE = 20  # of one clone: more is not a team but garbage
_LARGEST = 16 * 1024  # bytes of one clone's word
_CLONE = pattern(r"[0-9a-f]{32}")


_Known = tuple[tuple[str, str, str, str], ...]


class Word(Struct, frozen=True):
    """What one clone says: who is there, at that clone's own time (epoch seconds)."""

    clone: str
    at: float
    people: tuple[Presence, ...]


class Heard(Struct, frozen=True):
    """One clone as we hear it: its last word's object id, when we first saw that, and how late its clock is at most."""

    oid: str
    word: Word
    first_seen: float
    lag: float | None = None  # seconds that our clock is ahead of its; None until it has spoken while we listened

    @property
    def seen(self) -> float:
        """When word of it last came, by our own clock."""
        said = self.word.at if self.lag is None else self.word.at + self.lag
        return min(said, self.first_seen)


def clone_id(location: StoreLocation, host: str) -> str:
    """Return what tells this clone from all others, also from a copy of itself."""
    status = location.common.stat()
    told = f"{host}\0{location.common}\0{status.st_dev}\0{status.st_ino}"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]


class PeopleElsewhere:
    """Hears of those on other clones from what was fetched last; for one thread."""

    def __init__(self, location: StoreLocation, clone: str) -> None:
        self._objects = ObjectDatabase(location)
        self._clone = clone
        self._heard: dict[str, Heard] = {}

    def others(self, now: float) -> tuple[Presence, ...]:
        """Return who is on other clones, or was until a moment ago, in order of arrival; by one git command."""
        present: dict[str, Heard] = {}
        for oid, word in self._words():
            heard = self._hear(self._heard.get(word.clone), oid, word, now)
            other = present.get(word.clone)
            if other is None or other.seen < heard.seen:
                present[word.clone] = heard
        self._heard = present
        found = [
            msgspec.structs.replace(one, seen=heard.seen, remote=True)
            for heard in present.values()
            if heard.word.clone != self._clone and now - heard.seen <= FORGOTTEN_AFTER
            for one in heard.word.people[:_MOST_PEOPLE]
        ]
        return tuple(sorted(found, key=lambda one: (one.since, one.writer)))

    def long_gone(self, now: float) -> list[Heard]:
        """Return those clones' last words that nobody will ever follow up."""
        self.others(now)
        return [
            heard
            for heard in self._heard.values()
            if heard.word.clone != self._clone and now - heard.seen > _CLEARED_AFTER
        ]

    @staticmethod
    def _hear(before: Heard | None, oid: str, word: Word, now: float) -> Heard:
        if before is None:
            return Heard(oid, word, now)
        if before.oid == oid:
            return before
        # Clocks differ from machine to machine; the quickest word tells by how much at most.
        late = now - word.at
        return Heard(oid, word, now, late if before.lag is None else min(before.lag, late))

    def _words(self) -> list[tuple[str, Word]]:
        # Whatever the remote is called: those of one that is not asked any more are forgotten in time.
        form = "--format=%(objectname) %(objecttype) %(contents:size) %(contents)%00"
        listed = self._objects.run("for-each-ref", form, "refs/cockpit/remotes/*/presence/*")
        found = []
        for entry in listed.out.split(b"\0"):
            oid, _, rest = entry.strip().partition(b" ")
            kind, _, rest = rest.partition(b" ")
            _, _, text = rest.partition(b" ")
            if kind == b"commit" and len(text) <= _LARGEST:
                word = _understood(text)
                if word is not None:
                    found.append((oid.decode("ascii", "replace"), word))
        return found


def _understood(text: bytes) -> Word | None:
    try:
        word = msgspec.json.decode(text, type=Word)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return word if _CLONE.fullmatch(word.clone) else None


class RemotePresence:
    """This clone's own word on a remote, and those of the others; for one thread.

    Nothing it does raises: presence is worth no trouble of its own. `trouble` says what is in its way, or is empty.
    """

    def __init__(self, location: StoreLocation, remote: StateRemote, clone: str) -> None:
        self.remote = remote
        self.trouble = ""
        self._objects = ObjectDatabase(location)
        self._elsewhere = PeopleElsewhere(location, clone)
        self._clone = clone
        self._told: _Known | None = None
        self._cleared = False
        self._told_at = 0.0
        self._not_before = 0.0

    def due(self, presences: Sequence[Presence], now: float) -> bool:
        """Whether there is something to tell now."""
        if self.remote.names.presence is None or now < self._not_before:
            return False
        known = _known(presences)
        if self._told is None:
            return bool(known)
        since = now - self._told_at
        if known == self._told:
            wait = _ALIVE
        elif _coarse(known) == _coarse(self._told):
            wait = _NOT_SOONER
        else:
            wait = _CHANGE_SETTLES
        # A clock that was set back must not silence us.
        return bool(known or self._told) and not 0 <= since < wait

    def publish(self, presences: Sequence[Presence], now: float) -> None:
        """Tell who is here on this clone, unless it was told a moment ago; nobody takes the word back."""
        if not self.due(presences, now):
            return
        known = _known(presences)
        try:
            self._push(presences, now) if known else self._delete()
        except RemoteError as error:
            self._not_before = now + _PATIENCE.get(error.trouble, _AFTER_TROUBLE)
            self.trouble = str(error)
        except (CockpitError, OSError) as error:
            self._not_before = now + _AFTER_TROUBLE
            self.trouble = str(error)
        else:
            self._told, self._told_at, self.trouble = known, now, ""
            self._clear_away(now)

    def withdraw(self, now: float) -> None:
        """Say that nobody is here any more."""
        self._not_before = 0.0
        self._told_at = min(self._told_at, now - _CHANGE_SETTLES)
        self.publish((), now)

    def others(self, now: float) -> tuple[Presence, ...]:
        """Return who is on other clones, as last fetched; those not heard of for ten minutes are left out."""
        return self._elsewhere.others(now)

    @property
    def _ref(self) -> str:
        return f"{self.remote.names.presence}/{self._clone}"

    def _push(self, presences: Sequence[Presence], now: float) -> None:
        import json  # who only looks sends nothing

        people = [one for one in presences if one.kind == "screen"][:_MOST_PEOPLE]
        word = msgspec.to_builtins(Word(self._clone, now, tuple(people)))
        tree = self._objects.output("hash-object", "-t", "tree", "-w", "--stdin", stdin=b"").decode().strip()
        # ASCII alone: no encoding that git is configured for can change it.
        commit = self._objects.write_commit(tree, (), json.dumps(word, ensure_ascii=True))
        self.remote.push(f"+{commit}:{self._ref}")

    def _clear_away(self, now: float) -> None:
        """Delete, once, what others left behind long ago; only where it still says what we have read."""
        if self._cleared:
            return
        self._cleared = True
        for heard in self._elsewhere.long_gone(now):
            ref = f"{self.remote.names.presence}/{heard.word.clone}"
            with contextlib.suppress(RemoteError):
                self.remote.push(f":{ref}", options=[f"--force-with-lease={ref}:{heard.oid}"])

    def _delete(self) -> None:
        try:
            self.remote.push(f":{self._ref}")
        except RemoteError as error:
            # It may never have been there, or somebody has cleared it away.
            if error.trouble not in {Trouble.REJECTED, Trouble.OTHER, Trouble.REFUSED}:
                raise


def _known(presences: Sequence[Presence]) -> _Known:
    """Return what is worth telling anew when it changes."""
    return tuple((one.name, one.host, one.writer, one.looking_at) for one in presences if one.kind == "screen")


def _coarse(known: _Known) -> _Known:
    """Return the same by page alone: an item under a cursor is nothing to hurry for."""
    return tuple((name, host, writer, place.partition(":")[0]) for name, host, writer, place in known)

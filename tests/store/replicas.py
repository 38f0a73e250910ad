"""Clones in memory: the store's own merge, union rule and fold, on trees that are dictionaries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Raw

from cockpit.codec import encode_data, to_record
from cockpit.release.entities import item_entity
from cockpit.release.events import EvidencePurged, ItemDeferred, ItemDone, ItemReopened, kind_of
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.record import Event, TextRef
from cockpit.release.run import Run
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import (
    VERSION,
    BadLine,
    By,
    Envelope,
    Stored,
    decode_line,
    encode_line,
    encode_payload,
    event_id,
)
from cockpit.store.layout import FORMAT, FORMAT_PATH, JournalName, evidence_path
from cockpit.store.merge import merge_trees
from cockpit.store.union import next_step
from tests.release.support import PINNED, RUN_ID

STREAM = f"shop/live/{RUN_ID}"
ITEMS = ("k", "n")
EVENTS: tuple[Event, ...] = (ItemDone(), ItemReopened(), ItemDeferred(reason=TextRef("0" * 64, 1)))
Tree = dict[str, bytes]


class History:
    """Commits by id, wherever they are: a tree and its parents."""

    def __init__(self) -> None:
        self._commits: dict[str, tuple[Tree, tuple[str, ...]]] = {}

    def commit(self, tree: Tree, parents: Sequence[str]) -> str:
        identity = hashlib.sha256(repr((sorted(tree.items()), tuple(parents), len(self._commits))).encode()).hexdigest()
        self._commits[identity] = (dict(tree), tuple(parents))
        return identity

    def tree(self, commit: str | None) -> Tree:
        return {} if commit is None else self._commits[commit][0]

    def descends(self, commit: str | None, ancestor: str) -> bool:
        waiting = [] if commit is None else [commit]
        while waiting:
            one = waiting.pop()
            if one == ancestor:
                return True
            waiting += self._commits[one][1]
        return False


class Remote:
    """A bare repository: one ref that moves forward only, or is deleted."""

    def __init__(self) -> None:
        self.tip: str | None = None


class Replica:
    """One clone: its journals, its ref, and the process that writes; `skew` is how wrong its clock is, in ms."""

    def __init__(self, name: str, history: History, *, skew: int, start: int) -> None:
        self.name = name
        self.tip: str | None = None
        self.journals: Tree = {}
        self._history = history
        self._wall = start + skew
        self._starts = 0
        self.restart()

    def restart(self) -> None:
        """Be a new process, with a writer id and a clock of its own."""
        self._starts += 1
        self._become(hashlib.md5(f"{self.name}{self._starts}".encode(), usedforsecurity=False).hexdigest(), 0, None)

    def _become(self, writer: str, sequence: int, last: str | None) -> None:
        self._writer, self._sequence, self._last = writer, sequence, last
        self._clock = HybridClock(lambda: self._wall)
        for stored in self._stored():
            self._clock.ingest(stored.envelope.h)

    def copy_of(self, other: Replica) -> None:
        """Be a copied `.git` directory whose process goes on as the same writer."""
        self.tip, self.journals = other.tip, dict(other.journals)
        self._become(other._writer, other._sequence, other._last)

    def take_in(self, other: Replica) -> None:
        """Have all that another clone has, as a plain copy of its journals would."""
        self.journals = merge_trees(self.journals, other.journals).tree

    def note(self, text: str) -> str:
        """Keep a text as evidence; return its hash."""
        data = text.encode()
        sha256 = hashlib.sha256(data).hexdigest()
        self.journals[evidence_path(sha256)] = data
        return sha256

    def purge(self, sha256: str) -> str:
        """Forget a piece of evidence for good; return the event's id."""
        self.journals.pop(evidence_path(sha256), None)
        return self._append("evidence", EvidencePurged(blobs=(sha256,)), ())

    def write(self, item: str, data: Event, *, wait: int) -> str:
        """Record something on an item, on top of what is known here; return the event's id."""
        self._wall += wait
        heads = self.run().registers.get((item_entity(item), "state"))
        return self._append(item_entity(item), data, heads.head_ids if heads is not None else ())

    def _append(self, entity: str, data: Event, sup: tuple[str, ...]) -> str:
        self._sequence += 1
        envelope = Envelope(
            v=VERSION, w=self._writer, s=self._sequence, prev=self._last, h=self._clock.tick(), wall="",
            by=By(self.name, ""), host=self.name, stream=STREAM, kind=kind_of(data), ent=entity, sup=sup,
            d=Raw(encode_data(data)),
        )  # fmt: skip
        payload = encode_payload(envelope)
        self._last = event_id(payload)
        path = JournalName(STREAM, self._writer, 1).path
        self.journals[path] = self.journals.get(path, b"") + encode_line(payload, None)
        return self._last

    def fetch(self, remote: Remote) -> str | None:
        """Look at the remote, commit what is here, and unite: as an exchange does before it pushes."""
        theirs = remote.tip
        local = merge_trees(self._history.tree(self.tip), self.journals | {FORMAT_PATH: FORMAT}).tree
        if self.journals and local != self._history.tree(self.tip):
            self.tip = self._history.commit(local, [self.tip] if self.tip else [])
        if theirs is None:
            return None
        ours, their_tree = self._history.tree(self.tip), self._history.tree(theirs)
        united = merge_trees(ours, their_tree).tree
        step = next_step(
            ours=self.tip, theirs=theirs, united_is_theirs=united == their_tree, united_is_ours=united == ours,
            theirs_is_ancestor=lambda: self._history.descends(self.tip, theirs),
        )  # fmt: skip
        if step == "adopt":
            self.tip = theirs
        elif step == "join":
            self.tip = self._history.commit(united, [theirs, *([self.tip] if self.tip else [])])
        self.journals = {path: data for path, data in united.items() if path != FORMAT_PATH}
        for stored in self._stored():
            self._clock.ingest(stored.envelope.h)
        return theirs

    def push(self, remote: Remote, seen: str | None) -> bool:
        """Publish, unless somebody was quicker since we looked."""
        if remote.tip != seen:
            return False
        if self.tip is not None:
            assert seen is None or self._history.descends(self.tip, seen), "a push never throws anything away"
            remote.tip = self.tip
        return True

    def run(self) -> Run:
        """Return what this clone shows."""
        ledger = Ledger(lambda _: None)
        ledger.add([to_record(stored) for stored in self._stored()])
        return ledger.snapshot(RUN_ID, PINNED)

    def digest(self) -> str:
        return state_digest(self.run())

    def _stored(self) -> list[Stored]:
        journals = [data for path, data in self.journals.items() if path.startswith("journal/")]
        lines = [line for data in journals for line in data.split(b"\n")[:-1]]
        decoded = [decode_line(line) for line in lines]
        return [one for one in decoded if not isinstance(one, BadLine)]

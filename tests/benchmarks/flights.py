"""A long flight on the disk, as its writers would have left it: what the benchmarks replay."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import msgspec

from cockpit.bootstrap import open_workspace
from cockpit.codec import encode_data
from cockpit.content.shipped import shipped_directory
from cockpit.release.entities import item_entity
from cockpit.release.events import (
    ItemClaimed,
    ItemDone,
    ItemReopened,
    ItemUnclaimed,
    NoteAdded,
    ProbeChanged,
    kind_of,
    register_of,
)
from cockpit.release.record import Event, TextRef
from cockpit.store.envelope import VERSION, By, Envelope, encode_line, encode_payload, event_id
from cockpit.store.layout import JournalName
from cockpit.store.location import StoreLocation
from cockpit.store.writer import SEGMENT_BYTES
from cockpit.workspace import Options, Workspace
from tests.store.support import git

WRITERS = 40
_CONFIGURATION = """\
service: shop
environment: {name: live, production: true}
checklists: [production-deployment]
probes:
  up: {http: "http://127.0.0.1:9/health"}
"""
_START = 1_800_000_000_000


def open_flight(directory: Path) -> Workspace:
    """Return a workspace with an open run of the shipped checklist, in a new repository."""
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main", "--template=")
    git(directory, "config", "user.name", "Ana")
    git(directory, "config", "user.email", "ana@example.org")
    (directory / "cockpit.yaml").write_text(_CONFIGURATION)
    (directory / "checklists").mkdir()
    for path in shipped_directory().glob("production-deployment.yaml"):
        (directory / "checklists" / path.name).write_bytes(path.read_bytes())
    git(directory, "add", ".")
    git(directory, "commit", "-q", "-m", "v1")
    git(directory, "tag", "v1")
    workspace = open_workspace(Options(repo=directory))
    workspace.open_run("v1", tag="", launch_at="")
    return workspace


class Scribe:
    """Writes journals of many writers, event after event, each superseding what stands; nothing is synced."""

    def __init__(self, location: StoreLocation, stream: str, items: list[str]) -> None:
        self._location = location
        self._stream = stream
        self._items = items
        self._dice = random.Random(7)
        self._heads: dict[tuple[str, str], str] = {}
        self._chains: dict[int, tuple[int, str | None]] = {}
        self._segments: dict[int, int] = {}
        self._lines: dict[int, list[bytes]] = {}

    def write(self, count: int) -> None:
        """Write so many events: three quarters ticks, claims and their reversals, the rest notes and probes."""
        for number in range(count):
            writer = self._dice.randrange(WRITERS)
            ent, data = self._choose()
            kind = kind_of(data)
            register = register_of(kind)
            head = self._heads.get((ent, register)) if register is not None else None
            sequence, previous = self._chains.get(writer, (0, None))
            payload = encode_payload(
                Envelope(
                    v=VERSION,
                    w=f"{writer + 0xF00:032x}",
                    s=sequence + 1,
                    prev=previous,
                    h=(_START + number * 1000, 0),
                    wall="2027-01-15T08:00:00.000Z",
                    by=By(f"Person {writer % 10}", f"p{writer % 10}@example.org"),
                    host=f"host{writer % 5}",
                    stream=self._stream,
                    kind=kind,
                    ent=ent,
                    sup=(head,) if head else (),
                    d=msgspec.Raw(encode_data(data)),
                )
            )
            identity = event_id(payload)
            if register is not None:
                self._heads[ent, register] = identity
            self._chains[writer] = (sequence + 1, identity)
            self._lines.setdefault(writer, []).append(encode_line(payload, None))
            if len(self._lines[writer]) * len(payload) > SEGMENT_BYTES:
                self._flush(writer)
        for writer in tuple(self._lines):
            self._flush(writer)

    def _choose(self) -> tuple[str, Event]:
        roll, item = self._dice.random(), item_entity(self._dice.choice(self._items))
        if roll < 0.4:
            return item, ItemDone(value=self._text() if roll < 0.1 else None)
        if roll < 0.55:
            return item, ItemReopened(reason=self._text())
        if roll < 0.75:
            return item, ItemClaimed() if roll < 0.65 else ItemUnclaimed()
        if roll < 0.8:
            return item, NoteAdded(text=self._text())
        return "probe:up", ProbeChanged(state="down", previous="ok", detail="status 503", observer="host1")

    def _text(self) -> TextRef:
        """Keep a text of 120 bytes as evidence."""
        content = f"{self._dice.getrandbits(400):0120x}"
        blob = b'{"salt":"%032x","type":"text"}\n%s' % (self._dice.getrandbits(128), content.encode())
        sha256 = hashlib.sha256(blob).hexdigest()
        self._location.evidence.mkdir(parents=True, exist_ok=True)
        (self._location.evidence / sha256).write_bytes(blob)
        return TextRef(sha256, len(content))

    def _flush(self, writer: int) -> None:
        self._segments[writer] = segment = self._segments.get(writer, 0) + 1
        path = self._location.root / JournalName(self._stream, f"{writer + 0xF00:032x}", segment).path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(self._lines.pop(writer)))


def extend(workspace: Workspace, events: int) -> None:
    """Add so many events of other people's to the workspace's run."""
    run = workspace.run
    stream = f"{run.service}/{run.environment}/{run.id}"
    Scribe(workspace.store.location, stream, list(run.items)).write(events)

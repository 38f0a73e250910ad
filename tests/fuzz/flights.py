"""Flights to break: scenes' repositories with the journals that real sessions wrote into them."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from cockpit.runs import parse_pins
from cockpit.session import Session
from cockpit.store.clock import HybridClock
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from cockpit.workspace import Workspace
from tests.tui import moments
from tests.tui.scenes import ANA, HOST, NOW, Scene, build_repository

MOMENTS: Mapping[str, Callable[[Scene], None]] = {
    "red": moments.red,
    "signed": moments.signed,
    "messaged": moments.messaged,
    "cared": moments.cared,
    "held": moments.held,
    "done": moments.done,
}
_WRITERS = 1 << 32


class Flight:
    """One scene and the journals in it, by their path; `lay` puts others in their place."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.location = StoreLocation.of(scene.repo)
        self.journals = {
            path.relative_to(self.location.root).as_posix(): path.read_bytes()
            for path in sorted(self.location.journal.rglob("*.jsonl"))
        }
        self.run_id = scene.run.id
        self.pinned = scene.session.run_pinned
        self.stream = f"{scene.run.service}/{scene.run.environment}/{scene.run.id}"
        self._starts = _WRITERS

    def lay(self, journals: Mapping[str, bytes], *, location: StoreLocation | None = None) -> None:
        """Put these journals into the store, and no others."""
        place = location or self.location
        shutil.rmtree(place.journal, ignore_errors=True)
        for name, data in journals.items():
            path = place.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def open_store(self) -> Store:
        """Open the store as a process of its own."""
        self._starts += 1
        return Store.open(
            self.location, clock=HybridClock(lambda: round(NOW * 1000)), writer_id=f"{self._starts:032x}", host=HOST,
            now=lambda: NOW,
        )  # fmt: skip

    def open_workspace(self) -> Workspace:
        """Open the run as a screen would that was started now."""
        store = self.open_store()
        session = Session(store, ANA, now=lambda: NOW, parse_pins=parse_pins)
        session.focus(self.run_id, self.pinned)
        work = self.scene.workspace
        workspace = Workspace(root=work.root, git=work.git, store=store, session=session, trust=work.trust, runs={})
        workspace.host = HOST
        return workspace


@contextlib.contextmanager
def flights(place: Path, names: Mapping[str, Callable[[Scene], None]] = MOMENTS) -> Iterator[dict[str, Flight]]:
    """Fly each moment in a repository of its own below `place`; the user's state lies there meanwhile, too."""
    template = place / "template"
    build_repository(template)
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_STATE_DIR", str(place / "state"))
        patch.setenv("LC_ALL", "C.UTF-8")
        for name, moment in names.items():
            scene = Scene(place / name, template)
            with contextlib.chdir(scene.repo):
                moment(scene)
            found[name] = Flight(scene)
        yield found

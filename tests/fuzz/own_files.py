"""The small files that cockpits leave for one another and for later: damaged, they cost a convenience, and no start."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from cockpit.health.beats import Beat, beat_path, write_beat
from cockpit.layouts import Layout, LayoutStore, Taste
from cockpit.preferences import read_preferences
from cockpit.presence import PresenceFile, presence_directory
from cockpit.release.live import Presence
from cockpit.seen import SeenStore
from cockpit.store.sync_status import SyncStatus, write_status
from cockpit.tui.app import CockpitApp
from cockpit.watch.asks import ProbeNow, ask, take_asks
from tests.fuzz.flights import flights
from tests.fuzz.mutate import json_bytes, mutated, mutated_value, nested
from tests.fuzz.target import Target, command, require
from tests.fuzz.unsafe import hostile_in
from tests.fuzz.walk import press
from tests.tui import moments
from tests.tui.moments import RED, live
from tests.tui.painted import lines
from tests.tui.scenes import ANA, NOW

_LOOKS = (
    ("status",), ("status", "--json"), ("doctor",), ("timeline",), ("report", "--json"), ("execution", "status"),
    ("probes",), ("trust", "--show"), ("sync",), ("driver", "show", "--json"), ("release", "list", "--json"),
    ("rollback", "v2.4.0", "--plan", "--json"), ("contacts",), ("probes", "beat", "api"), ("item", "evidence", "x"),
    ("note", "hello"), ("freeze", "check"),
)  # fmt: skip
_KEYMAP = b"checklist.claim: C\nlogs.pause: [p, space]\neverywhere.help: F2\n"
_SETTINGS = b"theme: dark\nmouse: true\nglyphs: ascii\n"
_APP = 0.2  # of the inputs are looked at in the app


class Left(NamedTuple):
    """What lies there instead, by path (None: a directory, or nothing), the commands that look, the app's pages."""

    files: tuple[tuple[str, bytes | None], ...]
    looks: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...]


class OwnFiles(Target[Left]):
    """Everything beside the journals in the store, and in the user's own directories."""

    name = "files"
    seconds = 20.0

    def open(self) -> None:
        self._stack = contextlib.ExitStack()
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("XDG_CONFIG_HOME", str(self.place / "config"))
        # With a rollback under way, whose worker is gone.
        (self.flight,) = self._stack.enter_context(flights(self.place, {"running": moments.running_now})).values()
        self.store = self.flight.location.root
        self._leave()
        self.roots = {"store": self.store, "state": self.place / "state", "config": self.place / "config"}
        self.seeds = {
            f"{name}/{path.relative_to(root).as_posix()}": path.read_bytes()
            for name, root in self.roots.items()
            for path in sorted(root.rglob("*"))
            if path.is_file() and "journal" not in path.relative_to(root).parts
        }

    def close(self) -> None:
        self._stack.close()

    def _leave(self) -> None:
        """Let the parts themselves write what they leave."""
        scene, run = self.flight.scene, self.flight.run_id
        location = self.flight.location
        with contextlib.chdir(scene.repo):
            for look in (("status",), ("trust",), ("doctor",)):
                command(*look)
        layouts = LayoutStore(scene.repo)
        layouts.keep_layout(run, ANA.name, Layout("logs", "app", "left", True, "error"))
        layouts.keep_taste(ANA.name, Taste("dark", True))
        SeenStore(scene.repo).mark(run, ANA.name, scene.run.records, NOW - 60)
        write_status(location, SyncStatus("synced", "origin", "ssh://x", NOW, NOW, ahead=1, behind=2))
        write_beat(beat_path(location.root, "production", "api"), Beat(NOW, True, "done", 9.0))
        ask(location.run / "asks", ProbeNow("api"))
        entry = PresenceFile(
            presence_directory(location), Presence("Ben", "there", "f" * 32, "screen", NOW - 9, "logs")
        )
        kept = entry._path.read_bytes()
        entry.close()
        entry._path.write_bytes(kept)
        place = location.run / "executions"
        (place / "5eed0001").mkdir(parents=True, exist_ok=True)
        config = self.place / "config" / "cockpit"
        config.mkdir(parents=True)
        (config / "keymap.yaml").write_bytes(_KEYMAP)
        (config / "config.yaml").write_bytes(_SETTINGS)

    def make(self, dice: Random) -> Left:
        files: list[tuple[str, bytes | None]] = []
        # A blob of evidence is one of many, and looked at by its hash.
        rooms = sorted({name.rpartition("/")[0] for name in self.seeds})
        for _ in range(dice.choice((1, 1, 2, 4))):
            room = dice.choice(rooms)
            name = dice.choice([name for name in sorted(self.seeds) if name.rpartition("/")[0] == room])
            files.append((name, None if dice.random() < 0.1 else _damaged(dice, self.seeds[name])))
        keys = tuple(dice.choice("1234567890?:") for _ in range(3)) if dice.random() < _APP else ()
        return Left(tuple(files), (dice.choice(_LOOKS), dice.choice(_LOOKS)), keys)

    def check(self, made: Left) -> None:
        for root in self.roots.values():
            for path in sorted(root.rglob("*"), reverse=True):
                if "journal" not in path.relative_to(root).parts:
                    path.unlink() if path.is_file() or path.is_symlink() else path.rmdir()
        for name, data in {**self.seeds, **dict(made.files)}.items():
            room, _, rest = name.partition("/")
            path = self.roots[room] / rest
            path.parent.mkdir(parents=True, exist_ok=True)
            if data is None:
                path.mkdir()
            else:
                path.write_bytes(data)
        self.flight.lay(self.flight.journals)
        with contextlib.chdir(self.flight.scene.repo), _somebody_here(presence_directory(self.flight.location)):
            for look in made.looks:
                status, out, err = command(*look)
                require("Traceback" not in out + err, err)
                require(status < 2 or out or err, f"exit status {status} without a word")
            take_asks(self.flight.location.run / "asks")
            if made.keys:
                asyncio.run(self._look(made))

    async def _look(self, made: Left) -> None:
        repo = self.flight.scene.repo
        workspace = self.flight.open_workspace()
        app = CockpitApp(
            workspace, now=lambda: NOW, feeding=False, seen=SeenStore(repo), layouts=LayoutStore(repo),
            preferences=read_preferences(),
        )  # fmt: skip
        app.set_reactive(CockpitApp.live, live(RED))
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            for key in made.keys:
                await press(pilot, key)
                for line in lines(app):
                    require(not hostile_in(line), f"after {key}: {line!r}")
        require(app.return_code in {0, None}, f"the app ended with {app.return_code}")
        workspace.store.close()


def _damaged(dice: Random, data: bytes) -> bytes:
    roll = dice.random()
    if roll < 0.15:
        return dice.choice((b"", b"\0" * 99, b"[]", b"null", b"{}", nested(dice), b'{"x":' + b"[" * 5000, b"\xff\xfe"))
    if roll < 0.6:
        with contextlib.suppress(ValueError):
            document = json.loads(data)
            for _ in range(dice.choice((1, 1, 2))):
                document = mutated_value(dice, document)
            return json_bytes(document)
    return mutated(dice, data)


@contextlib.contextmanager
def _somebody_here(directory: Path) -> Iterator[None]:
    """Hold the locks of whoever is present, as processes that are alive do."""
    held = []
    for path in directory.glob("*.json") if directory.is_dir() else ():
        with contextlib.suppress(OSError):
            held.append(os.open(path, os.O_RDWR))
            fcntl.flock(held[-1], fcntl.LOCK_EX)
    try:
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)
        shutil.rmtree(directory, ignore_errors=True)

"""Two laptops: two clones of one release, and the bare repository between them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.shop import COCKPIT
from tests.journeys.terminal import Terminal
from tests.tui.scenes import build_repository

QUIET = """\
service: shop
environment: {name: production, production: true}
state_remote: none
"""
_CONFIGURATION = """\
service: shop
environment: {name: production, production: true}
state_remote: origin
"""


def _git(directory: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=directory, check=True, capture_output=True)


class Clone:
    """One laptop, and who sits at it."""

    def __init__(self, root: Path, name: str, remote: Path) -> None:
        self.name = name
        self.repository = root / name
        _git(root, "clone", "--quiet", str(remote), name)
        self.environment = {"COCKPIT_STATE_DIR": str(root / f"state-{name}")}

    @property
    def command(self) -> list[str]:
        """The command line of the full-screen app."""
        return [*COCKPIT, "--repo", str(self.repository), "--by", self.name]

    def open(self, terminal: Terminal, *, size: tuple[int, int] = (80, 24)) -> None:
        """Open the full-screen app, and wait for its first screen."""
        terminal.start(self.command, size=size, environment=self.environment)
        terminal.wait_for(r"\A shop  PROD ")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a headless command with `--json`."""
        return subprocess.run(
            [*self.command, "--json", *arguments],
            env={**os.environ, **self.environment}, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip

    def ask(self, *arguments: str) -> Any:
        """Return what a headless command prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def item(self, identity: str) -> Mapping[str, Any]:
        """Return an item as `cockpit status` tells of it."""
        items: list[Mapping[str, Any]] = self.ask("status")["items"]
        return next(item for item in items if item["id"] == identity)


def quiet_clone(root: Path) -> Clone:
    """Return the clone of one who flies alone: an open run, nothing to look at, no remote."""
    build_repository(root / "seed", QUIET)
    clone = Clone(root, "ana", root / "seed")
    clone.ask("release", "open", "v2.4.1")
    return clone


class TwoClones:
    """Ana's and Ben's clones of a release that Ana has opened and published."""

    def __init__(self, root: Path) -> None:
        seed = root / "seed"
        build_repository(seed, _CONFIGURATION)
        self.remote = root / "remote.git"
        _git(root, "clone", "--quiet", "--bare", str(seed), str(self.remote))
        self.ana = Clone(root, "ana", self.remote)
        self.ben = Clone(root, "ben", self.remote)
        self.ana.ask("release", "open", "v2.4.1")
        self.ana.ask("sync")

"""A small real repository with a configuration, for tests of what lies above the rooms."""

from __future__ import annotations

import secrets
from pathlib import Path

from cockpit.pinning import read_work_tree
from cockpit.release.ledger import Pinned
from cockpit.release.record import Actor
from cockpit.session import Session
from cockpit.store.clock import HybridClock
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from tests.store.support import git

NOW = 1_800_000_000.0
RUN_ID = "spring-0a1b2c3d"

CONFIGURATION = """\
service: shop
environment: {name: live, production: true}
checklists: [short]
"""
CHECKLIST = """\
id: short
title: Short
phases:
  - id: day
    title: Day
    pause_point: true
    sections:
      - id: before
        title: Before
        items:
          - {id: day/before/look, text: Look, killer: true}
          - {id: day/before/listen, text: Listen}
"""
LOOK, LISTEN = "day/before/look", "day/before/listen"


class Moments:
    """A clock that a test moves, in epoch seconds."""

    def __init__(self, at: float = NOW) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def milliseconds(self) -> int:
        return round(self.at * 1000)


def make_shop(directory: Path, configuration: str = CONFIGURATION) -> Path:
    """Return a repository whose tag v0 has no configuration, and whose tag v1 has one."""
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main", "--template=")
    git(directory, "config", "user.name", "Ana")
    git(directory, "config", "user.email", "ana@example.org")
    git(directory, "commit", "-q", "--allow-empty", "-m", "v0")
    git(directory, "tag", "v0")
    (directory / "cockpit.yaml").write_text(configuration)
    (directory / "checklists").mkdir()
    (directory / "checklists" / "short.yaml").write_text(CHECKLIST)
    git(directory, "add", ".")
    git(directory, "commit", "-q", "-m", "v1")
    git(directory, "tag", "v1")
    return directory


def pinned_in(repository: Path) -> Pinned:
    """Return what the work tree's files say."""
    return read_work_tree(repository).pinned


def start_session(
    repository: Path, name: str = "Ana", *, clock: Moments | None = None, readonly: bool = False
) -> Session:
    """Return a session as a new process would start it, not yet in focus."""
    clock = clock or Moments()
    store = Store.open(
        StoreLocation.of(repository),
        clock=HybridClock(clock.milliseconds),
        writer_id=secrets.token_hex(16),
        host="h1",
    )
    return Session(store, Actor(name, f"{name.lower()}@example.org"), now=clock, readonly=readonly)

"""What the store's tests share: real repositories, and stores opened as several processes would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By, Stored
from cockpit.store.location import StoreLocation
from cockpit.store.store import Sign, Store

STREAM = "shop/production/spring-0a1b2c3d"
REF = "refs/cockpit/state"
ANA = By("Ana", "ana@example.org")
NOW = 1_800_000_000_000
_starts = count(1)


def git(directory: Path, *arguments: str, check: bool = True) -> str:
    """Run git as a user would and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_AUTHOR_NAME": "U", "GIT_AUTHOR_EMAIL": "u@example.org"}
    environment |= {"GIT_COMMITTER_NAME": "U", "GIT_COMMITTER_EMAIL": "u@example.org"}
    done = subprocess.run(
        ["git", *arguments], cwd=directory, capture_output=True, text=True, check=False, env=environment
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.strip()


def make_repository(directory: Path, *options: str) -> Path:
    """Return a repository with two tagged commits."""
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main", "--template=", *options)
    for version in ("v1", "v2"):
        (directory / "app.txt").write_text(version)
        git(directory, "add", ".")
        git(directory, "commit", "-q", "-m", version)
        git(directory, "tag", version)
    return directory


def start(location: StoreLocation, writer: int | None = None, *, at: int = NOW) -> Store:
    """Return a store as a new process would open it; `at` stands still."""
    writer_id = f"{next(_starts) if writer is None else writer:032x}"
    return Store.open(location, clock=HybridClock(lambda: at), writer_id=writer_id, host="h1")


def tick(
    store: Store, number: int = 0, *, stream: str = STREAM, sup: Sequence[str] = (), sign: Sign | None = None
) -> Stored:
    """Append one event."""
    data = f'{{"n":{number}}}'.encode()
    return store.append(stream, "item.done", "dd/verify", sup, data, by=ANA, wall="2027-01-15T08:00:00Z", sign=sign)


def ids(events: Sequence[Stored]) -> set[str]:
    """Return the ids of events."""
    return {event.id for event in events}


def journal_files(location: StoreLocation) -> list[Path]:
    """Return every journal file."""
    return sorted(location.journal.rglob("*.jsonl"))


def published(location: StoreLocation, revision: str = REF) -> dict[str, bytes]:
    """Return the tree of the state ref."""
    paths = git(location.common, "ls-tree", "-r", "--full-tree", "--name-only", revision).splitlines()
    where = f"--git-dir={location.common}"
    return {
        path: subprocess.run(
            ["git", where, "cat-file", "blob", f"{revision}:{path}"], capture_output=True, check=True
        ).stdout
        for path in paths
    }

"""A writer that is killed: every event it acknowledged is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader
from tests.store.support import REF, git, ids, published, start, tick

WRITER = """
import sys
from pathlib import Path
from cockpit.store.location import StoreLocation
from tests.store.support import start, tick
import secrets

store = start(StoreLocation(Path(sys.argv[1])), int(secrets.token_hex(16), 16))
streams = ["shop/production/_service", "shop/production/spring-0a1b2c3d"]
number = 0
while True:
    number += 1
    print(tick(store, number, stream=streams[number % 2]).id, flush=True)
    if len(sys.argv) > 2:
        store.commit("n")
        print("committed", flush=True)
"""


def kill_after(location: StoreLocation, lines: int, delay: float, *more: str) -> list[str]:
    """Run a writer, kill it some time after it has printed `lines`, and return all that it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(location.common), *more], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline().strip() for _ in range(lines)]
        time.sleep(delay)
        child.kill()
        return said + [line.strip() for line in child.stdout if line.endswith("\n")]


def check_rounds(location: StoreLocation, rounds: int, seed: int) -> None:
    dice = random.Random(seed)
    acknowledged: set[str] = set()
    reader = JournalReader(location.root)
    seen: set[str] = set()
    for _ in range(rounds):
        acknowledged |= set(kill_after(location, dice.randrange(1, 60), dice.random() * 0.01))
        seen |= ids(reader.poll())
        assert acknowledged <= seen
    assert ids(JournalReader(location.root).poll()) == seen
    assert all("no whole line" in fault.reason for fault in reader.faults())


def test_every_acknowledged_event_outlives_sigkill(location: StoreLocation) -> None:
    check_rounds(location, 10, seed=1)


@pytest.mark.full
def test_every_acknowledged_event_outlives_many_sigkills(location: StoreLocation) -> None:
    check_rounds(location, 60, seed=2)


@pytest.mark.full
def test_a_commit_that_is_killed_leaves_a_ref_that_the_next_one_continues(
    location: StoreLocation, repository: Path
) -> None:
    dice = random.Random(3)
    acknowledged: set[str] = set()
    for _ in range(30):
        said = kill_after(location, dice.randrange(2, 6), dice.random() * 0.06, "commit")
        acknowledged |= {line for line in said if line != "committed"}
        lock = location.common / f"{REF}.lock"
        if lock.exists():
            lock.unlink()  # what remove_stale_lock does after a minute
        store = start(location)
        event = tick(store)
        store.commit("after the crash")
        store.close()
        acknowledged.add(event.id)
        git(repository, "fsck", "--strict", "--connectivity-only")
    tree = published(location)
    for path, data in tree.items():
        if path.startswith("journal/"):
            target = location.root / path
            assert target.read_bytes().startswith(data)
    store = start(location)
    assert acknowledged <= ids(store.load())
    store.close()

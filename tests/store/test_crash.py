"""A writer that is killed: every event it acknowledged is there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from cockpit.codec import named_blobs
from cockpit.store.doctor.examine import examine
from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader
from tests.journeys.terminal import wait_until
from tests.store.support import REF, git, ids, journal_files, published, start, tick

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
    lock = location.common / f"{REF}.lock"
    for _ in range(30):
        said = kill_after(location, dice.randrange(2, 6), dice.random() * 0.06, "commit")
        acknowledged |= {line for line in said if line != "committed"}
        wait_until(lambda: not lock.exists(), "the git that outlives the writer to let go of the ref")
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


# A writer as a session is one: a note with its text, a tick, now and then a commit; segments are short, so that many
# begin. What is printed is what the user is told.
BUSY = """
import random, secrets, sys
from pathlib import Path
from cockpit.store import writer
from cockpit.store.location import StoreLocation
from tests.store.support import ANA, STREAM, start, tick

writer.SEGMENT_BYTES = 2048
dice = random.Random(sys.argv[2])
store = start(StoreLocation.of(Path(sys.argv[1])), int(secrets.token_hex(16), 16))
print("started", flush=True)
while True:
    text = store.evidence.put_text("x" * dice.randrange(5000))
    data = b'{"text":{"sha256":"%s","size":%d}}' % (text.sha256.encode(), text.size)
    note = store.append(STREAM, "note.added", "run", (), data, by=ANA, wall="2027-01-15T08:00:00Z")
    print("event", note.id, flush=True)
    print("text", text.sha256, flush=True)
    print("event", tick(store, stream="shop/production/_service").id, flush=True)
    if dice.random() < 0.3:
        print("commit", store.commit("now and then").commit, flush=True)
"""


def kill_two(repository: Path, dice: random.Random) -> set[tuple[str, str]]:
    """Run two writers at once, kill both at random, and return what they acknowledged."""
    command = [sys.executable, "-c", BUSY, str(repository)]
    with ExitStack() as stack:
        children = [
            stack.enter_context(subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, text=True))
            for seed in (dice.random(), dice.random())
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "started\n"
            time.sleep(dice.random() * 0.12)
        for child in children:
            time.sleep(dice.random() * 0.02)
            child.kill()
        said = [line for child in children for line in (child.stdout or ()) if line.endswith("\n")]
    return {(kind, value) for kind, value in (line.split() for line in said)}


def check_busy_rounds(location: StoreLocation, rounds: int, seed: int) -> None:
    repository, dice = location.common.parent, random.Random(seed)
    told: set[tuple[str, str]] = set()
    for number in range(rounds):
        told |= kill_two(repository, dice)
        here = ids(JournalReader(location.root).poll())
        assert {value for kind, value in told if kind == "event"} <= here
        if number % 20 == 19:
            found = examine(location, named=named_blobs, host="h1", mend=True)
            assert found.well, found
    found = examine(location, named=named_blobs, host="h1", mend=True, now=lambda: time.time() + 7200)
    assert found.well, found
    assert examine(location, named=named_blobs, host="h1", mend=True).findings == ()
    store = start(location)
    store.commit("after all crashes")
    assert {value for kind, value in told if kind == "event"} <= ids(store.load())
    for kind, value in told:
        if kind == "text":
            store.evidence.get(value)
    tree = published(location)
    assert all(
        tree[path.relative_to(location.root).as_posix()] == path.read_bytes()
        for path in journal_files(location)
        if path.stat().st_size
    )
    history = set(git(repository, "rev-list", REF).split())
    assert {value for kind, value in told if kind == "commit"} <= history
    assert len(told) > rounds
    git(repository, "fsck", "--strict")


def test_writers_that_note_and_commit_lose_nothing_when_killed(location: StoreLocation) -> None:
    check_busy_rounds(location, 5, seed=4)


@pytest.mark.full
def test_two_hundred_rounds_of_killed_writers_lose_nothing(location: StoreLocation) -> None:
    check_busy_rounds(location, 200, seed=5)

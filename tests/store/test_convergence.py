"""Any interleaving of clones, offline spells and wrong clocks ends in one tree and one digest, with nothing lost."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cockpit.release.record import Event
from cockpit.store.location import StoreLocation
from cockpit.store.remote import StateRemote
from cockpit.store.store import Store
from tests.store.replicas import EVENTS, ITEMS, History, Remote, Replica
from tests.store.support import NOW, REF, STREAM, git, ids, make_repository, published, start, tick

DAY = 86_400_000
WHO = st.integers(0, 2)


class Clones(RuleBasedStateMachine):
    """Three clones and a remote; a push may come long after its fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.remote = Remote()
        self.written: set[str] = set()
        self.kept: set[str] = set()
        self.purged: set[str] = set()
        self.seen: dict[int, str | None] = {}

    @initialize(skews=st.lists(st.integers(-DAY, DAY), min_size=3, max_size=3))
    def begin(self, skews: list[int]) -> None:
        self.replicas = [
            Replica(name, self.history, skew=skew, start=NOW) for name, skew in zip("abc", skews, strict=True)
        ]

    @rule(who=WHO, item=st.sampled_from(ITEMS), event=st.sampled_from(EVENTS), wait=st.integers(0, 5000))
    def write(self, who: int, item: str, event: Event, wait: int) -> None:
        self.written.add(self.replicas[who].write(item, event, wait=wait))

    @rule(who=WHO)
    def note(self, who: int) -> None:
        self.kept.add(self.replicas[who].note(f"note {len(self.kept)}"))

    @rule(who=WHO, which=st.integers(0, 5))
    def purge(self, who: int, which: int) -> None:
        for sha256 in sorted(self.kept)[which : which + 1]:
            self.purged.add(sha256)
            self.written.add(self.replicas[who].purge(sha256))

    @rule(who=WHO)
    def fetch(self, who: int) -> None:
        self.seen[who] = self.replicas[who].fetch(self.remote)

    @rule(who=WHO)
    def push(self, who: int) -> None:
        if who in self.seen:
            self.replicas[who].push(self.remote, self.seen.pop(who))

    @rule(who=WHO)
    def restart(self, who: int) -> None:
        self.replicas[who].restart()

    @rule()
    def delete_the_remote(self) -> None:
        self.remote.tip = None

    @rule(source=WHO, copy=WHO)
    def copy_the_git_directory(self, source: int, copy: int) -> None:
        """From here on two processes write as one: equivocation. What the copy had is carried over first."""
        if source != copy:
            self.seen.pop(copy, None)
            self.replicas[source].take_in(self.replicas[copy])
            self.replicas[copy].copy_of(self.replicas[source])

    @invariant()
    def what_is_superseded_is_never_shown(self) -> None:
        for replica in getattr(self, "replicas", []):
            run = replica.run()
            superseded = {each for record in run.records for each in record.sup}
            for register in run.registers.values():
                assert superseded.isdisjoint(register.head_ids)

    def teardown(self) -> None:
        if not hasattr(self, "replicas"):
            return
        for _ in range(3):
            for replica in self.replicas:
                while not replica.push(self.remote, replica.fetch(self.remote)):
                    pass
        trees = [self.history.tree(replica.tip) for replica in self.replicas]
        assert trees[0] == trees[1] == trees[2] == self.history.tree(self.remote.tip)
        assert len({replica.tip for replica in self.replicas} | {self.remote.tip}) == 1
        there = {path.removeprefix("evidence/") for path in trees[0] if path.startswith("evidence/")}
        assert there == self.kept - self.purged
        assert len({replica.digest() for replica in self.replicas}) == 1
        assert {record.id for record in self.replicas[0].run().records} == self.written


Clones.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestClones = pytest.mark.full(Clones.TestCase)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(25))
def test_real_clones_converge(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    make_repository(tmp_path / "seed")
    git(tmp_path, "clone", "-q", "--bare", "seed", "remote.git")
    bare = tmp_path / "remote.git"
    places = []
    for name in ("a", "b", "c"):
        git(tmp_path, "clone", "-q", "remote.git", name)
        places.append(StoreLocation.of(tmp_path / name))
    stores = [start(place, at=NOW + chance.randint(-DAY, DAY)) for place in places]
    written: set[str] = set()
    for number in range(30):
        who = chance.randrange(3)
        match chance.choice(("write", "write", "write", "sync", "sync", "commit", "restart", "gc", "delete", "away")):
            case "write":
                written.add(tick(stores[who], number).id)
            case "sync":
                exchange(stores[who])
            case "commit":
                stores[who].commit("by itself")
            case "restart":
                stores[who].close()
                stores[who] = start(places[who], at=NOW + chance.randint(-DAY, DAY))
            case "gc":
                git(chance.choice([bare, places[who].common]), "gc", "-q", "--prune=now")
            case "delete":
                git(bare, "update-ref", "-d", REF)
            case "away":
                hidden = bare.rename(tmp_path / "hidden.git")
                exchange(stores[who])
                hidden.rename(bare)
    for _ in range(2):
        for store in stores:
            exchange(store)
    if written:
        tips = {git(place, "rev-parse", REF) for place in (bare, *(place.common for place in places))}
        assert len(tips) == 1
        assert published(places[0]) == published(places[1]) == published(places[2])
    for place in places:
        assert ids(start(place).load([STREAM])) == written
        subprocess.run(["git", "fsck", "--strict"], cwd=place.common, check=True, capture_output=True)


def exchange(store: Store) -> None:
    remote = StateRemote.of(store.location)
    assert remote is not None
    store.synchroniser(remote).exchange()

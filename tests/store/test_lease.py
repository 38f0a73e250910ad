"""The lease on real remotes: who gets it, who is told, and what a break does to whoever had it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.store.keeper import LeaseKeeper
from cockpit.store.lease import Lease, LeaseHeldError, LeaseHolder, RemoteLease
from cockpit.store.location import StoreLocation
from cockpit.store.remote import RemoteError, StateRemote, Trouble
from cockpit.times import epoch, rfc3339
from tests.execution.flight import wait_until
from tests.store.support import git

NOW = epoch("2027-01-15T08:00:00Z")


class Clock:
    """Epoch seconds that go on only when told."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository that all clones can reach."""
    directory = tmp_path / "remote.git"
    git(tmp_path, "init", "-q", "--bare", str(directory))
    return directory


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def join(tmp_path: Path, remote: Path, clock: Clock) -> Callable[..., RemoteLease]:
    """Clone the remote, and return the lease as that clone sees it."""

    def join(name: str, *, branch: str = "") -> RemoteLease:
        git(tmp_path, "clone", "-q", str(remote), name)
        location = StoreLocation.of(tmp_path / name)
        found = StateRemote.of(location, branch=branch)
        assert found is not None
        return RemoteLease(location, found, "shop", "live", now=clock)

    return join


def holder(nonce: str, owner: str = "Ana") -> LeaseHolder:
    return LeaseHolder(owner, "h1", 7, rfc3339(NOW), "v1", "rollback to v1", nonce, execution="0a1b2c3d")


def oid(lease: RemoteLease) -> str:
    """Return which commit the remote has for it."""
    seen = lease.read()
    assert seen is not None
    return seen.oid


def refs(remote: Path) -> list[str]:
    return git(remote, "for-each-ref", "--format=%(refname)").splitlines()


def test_one_has_it_until_it_is_given_back_and_the_other_is_told_who(
    join: Callable[..., RemoteLease], remote: Path, clock: Clock
) -> None:
    here, there = join("ana"), join("ben")
    held = here.acquire(holder("a"))
    assert refs(remote) == ["refs/cockpit/lease/shop/live"]
    with pytest.raises(LeaseHeldError) as refused:
        there.acquire(holder("b", "Ben"))
    assert refused.value.code == "leased"
    assert "Ana on h1 since 2027-01-15T08:00:00.000Z: rollback to v1" in refused.value.what
    assert [lease.holder for lease in (there.tracked(), there.read()) if lease] == [held.holder] * 2
    clock.at += 30
    held = here.renew(held)
    assert oid(there) == held.oid
    assert here.release(held)
    assert refs(remote) == []
    assert here.tracked() is None
    assert there.acquire(holder("b", "Ben")).nonce == "b"
    assert not here.release(held), "what is another's by now is left alone"
    assert refs(remote) == ["refs/cockpit/lease/shop/live"]


def test_two_alike_in_all_but_the_nonce_are_two(join: Callable[..., RemoteLease]) -> None:
    """Git answers "up to date" to whoever pushes the very object that is there."""
    here, there = join("ana"), join("ben")
    for number in range(5):  # within one second, by which commits are dated, in most of them
        held = here.acquire(holder(f"a{number}"))
        with pytest.raises(LeaseHeldError):
            there.acquire(holder(f"b{number}"))
        assert here.release(held)


def test_a_lease_goes_stale_and_stays_held(join: Callable[..., RemoteLease], clock: Clock) -> None:
    here, there = join("ana"), join("ben")
    held = here.acquire(holder("a"))
    clock.at += 599
    assert not held.stale(clock.at)
    clock.at += 1
    with pytest.raises(LeaseHeldError, match=r"not seen for 10m, it is STALE.*unlock --lease"):
        there.acquire(holder("b"))
    here.renew(held)
    seen = there.read()
    assert seen is not None
    assert not seen.stale(clock.at)


def test_a_holder_whose_clock_is_ahead_goes_stale_by_what_others_have_watched(
    join: Callable[..., RemoteLease], clock: Clock, tmp_path: Path
) -> None:
    here, there = join("ana"), join("ben")
    clock.at += 86400
    held = here.acquire(holder("a"))
    clock.at -= 86400
    seen = there.read()
    assert seen is not None
    assert not seen.stale(clock.at)
    known = tmp_path / "ben" / ".git" / "refs/cockpit/remotes/origin/lease/shop/live"
    before = time.time() - 601
    os.utime(known, (before, before))
    for again in (there.tracked(), there.read()):
        assert again is not None
        assert again.stale(clock.at)
    here.renew(held)
    seen = there.read()
    assert seen is not None
    assert not seen.stale(clock.at)


def test_what_cannot_be_read_is_nobodys_to_take(join: Callable[..., RemoteLease], remote: Path) -> None:
    here = join("ana")
    tree = git(remote, "hash-object", "-w", "-t", "tree", "/dev/null")
    git(remote, "update-ref", here.ref, git(remote, "commit-tree", "-m", "by hand", tree))
    with pytest.raises(LeaseHeldError) as refused:
        here.acquire(holder("a"))
    assert refused.value.code == "no-lease"
    seen = here.read()
    assert seen is not None
    assert (seen.holder, seen.stale(NOW)) == (None, True)
    assert here.remove_exactly(seen)
    assert here.acquire(holder("a")).nonce == "a"


def test_an_answer_that_was_lost_leaves_ours_known_for_ours(join: Callable[..., RemoteLease]) -> None:
    here = join("ana")
    here.acquire(holder("a"))
    assert here.acquire(holder("a2"), ours={"a"}).nonce == "a2"
    assert not here.release_if({"a"})
    assert here.release_if({"a2", "a"})


def test_a_break_removes_what_was_seen_and_no_later_heartbeat(join: Callable[..., RemoteLease], clock: Clock) -> None:
    here, there = join("ana"), join("ben")
    held = here.acquire(holder("a"))
    seen = there.read()
    assert seen is not None
    clock.at += 30
    held = here.renew(held)
    assert not there.remove_exactly(seen)
    assert there.remove_exactly(held)
    with pytest.raises(RemoteError) as lost:
        here.renew(held)
    assert lost.value.trouble is Trouble.REJECTED


def test_a_remote_that_forwards_only_and_deletes_nothing_will_do(
    join: Callable[..., RemoteLease], remote: Path, clock: Clock
) -> None:
    git(remote, "config", "receive.denyNonFastForwards", "true")
    git(remote, "config", "receive.denyDeletes", "true")
    here, there = join("ana"), join("ben")
    held = here.acquire(holder("a"))
    clock.at += 30
    held = here.renew(held)
    assert here.release(held)
    assert there.read() is None
    assert there.acquire(holder("b")).nonce == "b"
    with pytest.raises(LeaseHeldError):
        here.acquire(holder("a2"))


def test_the_lease_has_a_branch_where_the_state_has_one(join: Callable[..., RemoteLease], remote: Path) -> None:
    here = join("ana", branch="cockpit-state")
    held = here.acquire(holder("a"))
    assert refs(remote) == ["refs/heads/cockpit-state-lease/shop/live"]
    assert here.release(held)


def race(here: RemoteLease, there: RemoteLease, number: int) -> None:
    """Let both try at once; exactly one must have it, and the other must know whose it is."""
    barrier = threading.Barrier(2)
    got: list[Lease] = []
    told: list[str] = []

    def contend(lease: RemoteLease, who: str) -> None:
        barrier.wait()
        try:
            got.append(lease.acquire(holder(f"{who}{number}", who)))
        except LeaseHeldError as error:
            told.append(error.lease.nonce)

    threads = [threading.Thread(target=contend, args=each) for each in ((here, "ana"), (there, "ben"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1, (got, told)
    assert told == [got[0].nonce]
    assert here.release(got[0])


def test_of_two_at_once_one_gets_it(join: Callable[..., RemoteLease]) -> None:
    here, there = join("ana"), join("ben")
    for number in range(4):
        race(here, there, number)


@pytest.mark.full
def test_of_two_at_once_one_gets_it_every_time(join: Callable[..., RemoteLease]) -> None:
    here, there = join("ana"), join("ben")
    for number in range(50):
        race(here, there, number)


class Told:
    """What a keeper told of."""

    def __init__(self) -> None:
        self.held: list[Lease] = []
        self.reconciled: list[LeaseHolder | None] = []


@contextmanager
def keeping(
    lease: RemoteLease, mine: LeaseHolder, held: Lease | None, *, patience: float = 20.0
) -> Iterator[tuple[LeaseKeeper, Told]]:
    told = Told()
    keeper = LeaseKeeper(
        lease, mine, held, on_held=told.held.append, on_reconciled=told.reconciled.append, every=0.05,
        patience=patience,
    )  # fmt: skip
    keeper.start()
    try:
        yield keeper, told
    finally:
        keeper.pause()


def test_a_keeper_renews_and_gives_back(join: Callable[..., RemoteLease], remote: Path) -> None:
    here = join("ana")
    mine = holder("a")
    with keeping(here, mine, here.acquire(mine)) as (keeper, told):
        wait_until(lambda: len(told.held) > 2)
        assert keeper.refusal() == ""
        assert keeper.finish(over=True)
    assert refs(remote) == []


def test_a_stopped_execution_keeps_its_lease_and_says_so(join: Callable[..., RemoteLease]) -> None:
    here, there = join("ana"), join("ben")
    mine = holder("a")
    with keeping(here, mine, here.acquire(mine)) as (keeper, _):
        assert not keeper.finish(over=False, state="stopped")
    with pytest.raises(LeaseHeldError, match="rollback to v1, stopped"):
        there.acquire(holder("b"))


def test_a_break_fences_whoever_had_it(join: Callable[..., RemoteLease]) -> None:
    here, there = join("ana"), join("ben")
    mine = holder("a")
    with keeping(here, mine, here.acquire(mine)) as (keeper, told):
        wait_until(lambda: told.held)
        wait_until(lambda: (seen := there.read()) is not None and there.remove_exactly(seen))
        theirs = there.acquire(holder("b", "Ben"))
        wait_until(keeper.refusal)
        assert "its lease was broken" in keeper.refusal()
        assert keeper.finish(over=True)
    assert oid(there) == theirs.oid, "whoever was fenced leaves the next holder's alone"


def test_one_who_slept_looks_before_the_next_step(join: Callable[..., RemoteLease], clock: Clock) -> None:
    here, there = join("ana"), join("ben")
    mine = holder("a")
    held = here.acquire(mine)
    keeper = LeaseKeeper(here, mine, held, every=30.0, patience=20.0)
    keeper.start()
    wait_until(lambda: (seen := there.read()) is not None and seen.oid != held.oid)
    seen = there.read()
    assert seen is not None
    clock.at += 700  # the lid was closed
    assert there.remove_exactly(seen)
    assert "its lease was broken" in keeper.refusal()
    keeper.pause()


def test_an_unreachable_remote_stops_nothing_and_is_reconciled(
    join: Callable[..., RemoteLease], remote: Path, tmp_path: Path
) -> None:
    here = join("ana")
    remote.rename(tmp_path / "gone.git")
    with pytest.raises(RemoteError) as offline:
        here.acquire(holder("a"))
    assert offline.value.trouble is Trouble.OFFLINE
    with keeping(here, holder("a"), None) as (keeper, told):
        assert keeper.refusal() == ""
        assert told.reconciled == []
        (tmp_path / "gone.git").rename(remote)
        wait_until(lambda: told.held)
        assert told.reconciled == [None]
        assert keeper.finish(over=True)
    assert refs(remote) == []


def test_one_who_went_on_without_it_is_told_of_another(join: Callable[..., RemoteLease]) -> None:
    here, there = join("ana"), join("ben")
    theirs = there.acquire(holder("b", "Ben"))
    with keeping(here, holder("a"), None) as (keeper, told):
        wait_until(lambda: told.reconciled)
        assert told.reconciled == [theirs.holder]
        assert keeper.refusal() == "", "a person has said that they go on"
        assert not keeper.finish(over=True)
    assert oid(there) == theirs.oid

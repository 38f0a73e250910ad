"""Forgetting: what journals say is purged is in no union, no ref, no history and no directory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.codec import named_blobs
from cockpit.errors import NotFoundError
from cockpit.store.doctor.examine import examine
from cockpit.store.evidence import EvidenceRef
from cockpit.store.location import StoreLocation
from cockpit.store.merge import merge_trees
from cockpit.store.purge import purged_blobs, purged_in
from cockpit.store.remote import StateRemote
from cockpit.store.store import Store
from cockpit.store.sync import Exchange
from tests.store.support import ANA, REF, STREAM, git, published, start, tick

pytestmark = pytest.mark.full

A, B = "a" * 64, "b" * 64
BRANCH = "cockpit-state"  # of branches alone a remote can keep the history
JOURNAL = f"journal/s/p/_service/{0xA:032x}.1.jsonl"


def line(kind: str, blobs: object, s: int = 1) -> bytes:
    payload = {"v": 1, "w": f"{0xA:032x}", "s": s, "kind": kind, "d": {"blobs": blobs}}
    return (
        json.dumps({"b": json.dumps(payload, separators=(",", ":")), "g": None}, separators=(",", ":")).encode() + b"\n"
    )


def purge(store: Store, *refs: EvidenceRef) -> None:
    data = json.dumps({"blobs": [ref.sha256 for ref in refs]}).encode()
    store.append(
        "shop/production/_service", "evidence.purged", "evidence", (), data, by=ANA, wall="2027-01-15T08:00:00Z"
    )


def test_only_whole_lines_of_purges_with_real_hashes_count() -> None:
    assert purged_blobs([line("evidence.purged", [A, "short", B])]) == {A, B}
    assert purged_blobs([line("evidence.purged", [A])[:-1]]) == frozenset()
    assert purged_blobs([line("note.added", [A])]) == frozenset()
    assert (
        purged_blobs(
            [line("evidence.purged", A), line("evidence.purged", [7]), b'evidence.purged\n{"b":"evidence.purged"}\n']
        )
        == frozenset()
    )
    quoted = json.dumps({"v": 1, "kind": "note.added", "d": {"text": '"kind":"evidence.purged"', "blobs": [A]}})
    assert purged_blobs([json.dumps({"b": quoted, "g": None}).encode() + b"\n"]) == frozenset()


blob_trees = st.fixed_dictionaries(
    {},
    optional={
        f"evidence/{A}": st.just(b"a"),
        f"evidence/{B}": st.just(b"b"),
        JOURNAL: st.lists(st.sampled_from([[A], [B], []])).map(
            lambda each: b"".join(line("evidence.purged", blobs, s) for s, blobs in enumerate(each, 1))
        ),
    },
)


@given(blob_trees, blob_trees, blob_trees)
def test_a_union_with_purges_is_the_same_whoever_makes_it(
    a: dict[str, bytes], b: dict[str, bytes], c: dict[str, bytes]
) -> None:
    def union(ours: dict[str, bytes], theirs: dict[str, bytes]) -> dict[str, bytes]:
        return merge_trees(ours, theirs).tree

    assert union(a, b) == union(b, a)
    assert union(a, union(b, c)) == union(union(a, b), c)
    assert union(a, union(a, b)) == union(a, b)
    whole = union(a, b)
    assert not {f"evidence/{sha256}" for sha256 in purged_in(whole)} & whole.keys()


def everything(repository: Path) -> str:
    """Every object that the repository still has, with the names of those that are reachable."""
    return git(repository, "cat-file", "--batch-check", "--batch-all-objects")


@pytest.mark.parametrize("packed", [False, True])
def test_a_purged_blob_is_nowhere_in_the_clone_any_more(
    location: StoreLocation, repository: Path, packed: bool
) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", "kept by nothing but the reflog")
    git(repository, "reset", "-q", "--hard", "v2")
    dangling = git(repository, "commit-tree", "-m", "kept by nothing at all", "v1^{tree}")
    store = start(location)
    secret, other = store.evidence.put_text("password: hunter2"), store.evidence.put_text("kept")
    event = tick(store)
    store.commit("with the secret")
    oid = git(repository, "rev-parse", f"{REF}:evidence/{secret.sha256}")
    tick(store)
    store.commit("more history")
    if packed:
        git(repository, "gc", "-q")
    purge(store, secret)
    assert store.commit("purge").moved
    assert f"evidence/{secret.sha256}" not in published(location)
    assert git(repository, "rev-list", "--count", REF) == "1"
    assert not (location.evidence / secret.sha256).exists()
    forgotten = store.prune()
    assert (forgotten.trouble, forgotten.objects > 0) == ("", True)
    assert oid not in everything(repository)
    assert dangling in everything(repository)
    assert git(repository, "rev-parse", "HEAD@{1}^{commit}")
    with pytest.raises(NotFoundError):
        store.evidence.get(secret.sha256)
    assert store.evidence.get(other.sha256).content == b"kept"
    assert event.id in {each.id for each in start(location).load()}
    assert store.prune().objects == 0
    tick(store)
    assert store.commit("and on").moved
    assert git(repository, "rev-list", "--count", REF) == "2"
    store.close()
    git(repository, "fsck", "--strict")
    assert examine(location, named=named_blobs, host="h1", mend=True).findings == ()


def test_a_clone_that_learns_of_a_purge_forgets_too(location: StoreLocation, tmp_path: Path) -> None:
    store = start(location)
    secret = store.evidence.put_text("password: hunter2")
    tick(store)
    store.commit("with the secret")
    git(tmp_path, "clone", "-q", str(location.common.parent), "clone")
    clone = StoreLocation.of(tmp_path / "clone")
    git(clone.common, "fetch", "-q", "origin", f"+{REF}:{REF}")
    other = start(clone)
    other.restore_missing()
    assert (clone.evidence / secret.sha256).exists()
    own = tick(other)
    other.commit("own")
    oid = git(clone.common, "rev-parse", f"{REF}:evidence/{secret.sha256}")
    derived = clone.checkpoints / "of it"
    derived.parent.mkdir()
    derived.write_text("password: hunter2")
    # The journal of the purge arrives; the union of trees and the next commit do the rest.
    purge(store, secret)
    store.close()
    for path in location.journal.rglob("*.jsonl"):
        target = clone.root / path.relative_to(location.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert other.commit("learnt").moved
    other.close()
    assert f"evidence/{secret.sha256}" not in published(clone)
    assert not (clone.evidence / secret.sha256).exists()
    assert not derived.exists()
    found = examine(clone, named=named_blobs, host="h1", mend=True)
    assert [finding.code for finding in found.findings] == ["abandoned-history"]
    assert found.well
    assert oid not in everything(tmp_path / "clone")
    assert own.id in {each.id for each in start(clone).load()}
    git(clone.common, "fsck", "--strict")


def test_the_doctor_drops_what_was_purged_and_came_back(location: StoreLocation, repository: Path) -> None:
    store = start(location)
    secret = store.evidence.put_text("password: hunter2")
    tick(store)
    old = store.commit("with the secret").commit
    blob = (location.evidence / secret.sha256).read_bytes()
    purge(store, secret)
    store.commit("purge")
    store.close()
    git(repository, "update-ref", REF, str(old))  # as after an older cockpit's sync
    (location.evidence / secret.sha256).write_bytes(blob)
    assert not examine(location, named=named_blobs, host="h1", mend=False).well
    found = examine(location, named=named_blobs, host="h1", mend=True)
    assert found.well
    assert f"evidence/{secret.sha256}" not in published(location)
    assert not (location.evidence / secret.sha256).exists()
    assert examine(location, named=named_blobs, host="h1", mend=True).findings == ()


def test_an_event_names_a_purged_blob_without_being_a_fault(location: StoreLocation) -> None:
    store = start(location)
    ref = store.evidence.put_text("secret")
    data = b'{"text":{"sha256":"%s","size":%d}}' % (ref.sha256.encode(), ref.size)
    store.append(STREAM, "note.added", "run", (), data, by=ANA, wall="2027-01-15T08:00:00Z")
    purge(store, ref)
    store.commit("purged before it was ever published")
    store.close()
    assert examine(location, named=named_blobs, host="h1", mend=True).findings == ()


def clone_of(remote: Path, name: str) -> StoreLocation:
    git(remote.parent, "clone", "-q", f"file://{remote}", name)  # by path it would copy what nothing reaches, too
    return StoreLocation.of(remote.parent / name)


def exchange(store: Store, *, branch: str = "") -> Exchange:
    remote = StateRemote.of(store.location, branch=branch)
    assert remote is not None
    done = store.synchroniser(remote).exchange()
    assert done.status.state == "synced", done.status.reason
    return done


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    return tmp_path / "remote.git"


def reachable(place: Path) -> str:
    return git(place, "rev-list", "--objects", REF)


def test_a_purge_goes_through_every_clone_and_its_remote(remote: Path) -> None:
    ana, ben, cleo = (clone_of(remote, name) for name in ("ana", "ben", "cleo"))
    stores = [start(ana), start(ben), start(cleo)]
    here, there, elsewhere = stores
    secret = here.evidence.put_text("password: hunter2")
    events = [tick(here)]
    for store in stores:
        exchange(store)
    oid = git(ana.common, "rev-parse", f"{REF}:evidence/{secret.sha256}")
    assert all(oid in reachable(place) for place in (remote, ana.common, ben.common, cleo.common))
    purge(here, secret)
    # Ben wrote meanwhile, and his history still holds the blob.
    events.append(tick(there))
    there.commit("ben")
    assert exchange(here).sent
    assert oid not in reachable(remote)
    exchange(there)
    events.append(tick(elsewhere))
    for store in (elsewhere, here, there, elsewhere):
        exchange(store)
    places = [remote, ana.common, ben.common, cleo.common]
    assert len({git(place, "rev-parse", REF) for place in places}) == 1
    assert all(oid not in reachable(place) for place in places)
    for store in stores:
        assert not (store.location.evidence / secret.sha256).exists()
        assert {event.id for event in events} <= {event.id for event in store.load()}
        store.close()
        found = examine(store.location, named=named_blobs, host="h1", mend=True)
        assert found.well, found
        assert oid not in everything(store.location.common)
        git(store.location.common, "fsck", "--strict")
    late = start(clone_of(remote, "late"))
    exchange(late)
    assert oid not in everything(late.location.common)


def test_a_remote_that_keeps_its_history_stays_in_step_and_is_told_of(remote: Path) -> None:
    git(remote, "config", "receive.denyNonFastForwards", "true")
    store, other = start(clone_of(remote, "ana")), start(clone_of(remote, "ben"))
    secret = store.evidence.put_text("password: hunter2")
    tick(store)
    exchange(store, branch=BRANCH)
    exchange(other, branch=BRANCH)
    purge(store, secret)
    done = exchange(store, branch=BRANCH)
    assert "still holds what was purged" in done.kept
    assert "receive.denyNonFastForwards" in done.kept
    later = tick(other)
    for each in (other, store, other):
        assert exchange(each, branch=BRANCH).kept == ""
    assert later.id in {event.id for event in store.load()}
    assert f"evidence/{secret.sha256}" not in published(store.location)
    tips = {git(each.location.common, "rev-parse", REF) for each in (store, other)}
    assert tips == {git(remote, "rev-parse", BRANCH)}
    store.close()
    other.close()

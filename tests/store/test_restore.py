"""A clone that has fetched the state ref gets its journals."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from tests.store.support import REF, git, ids, journal_files, start, tick


@pytest.fixture
def clone(location: StoreLocation, tmp_path: Path) -> StoreLocation:
    git(tmp_path, "clone", "-q", str(location.common.parent), "clone")
    return StoreLocation.of(tmp_path / "clone")


def fetch(clone: StoreLocation) -> None:
    git(clone.common, "fetch", "-q", "--no-tags", "origin", f"+{REF}:{REF}")


def test_a_fresh_clone_reads_what_was_published(location: StoreLocation, clone: StoreLocation) -> None:
    store = start(location)
    ref = store.evidence.put_text("why")
    events = [tick(store), tick(store, stream="shop/production/_service")]
    store.commit("one")
    assert start(clone).restore_missing() == []
    fetch(clone)
    other = start(clone)
    assert other.load() == []
    assert len(other.restore_missing()) == 2
    assert ids(other.poll()) == ids(events)
    assert other.evidence.get(ref.sha256).content == b"why"
    assert clone.format.read_bytes() == b"1\n"
    assert other.restore_missing() == []
    assert not other.commit("nothing of ours").moved
    store.close()


def test_journals_that_grew_elsewhere_grow_here(location: StoreLocation, clone: StoreLocation) -> None:
    store, other = start(location), start(clone)
    tick(store)
    store.commit("one")
    fetch(clone)
    other.restore_missing()
    other.load()
    own = tick(other)
    later = tick(store)
    store.commit("two")
    fetch(clone)
    [path] = other.restore_missing()
    assert store.writer_id in path
    assert ids(other.poll()) == {later.id}
    assert own.id in ids(start(clone).load())
    assert other.commit("own").moved
    store.close()
    other.close()


def test_the_journal_of_a_living_process_is_never_replaced(location: StoreLocation) -> None:
    alive = start(location)
    tick(alive, 1)
    [path] = journal_files(location)
    first = path.read_bytes()
    tick(alive, 2)
    bystander = start(location)
    bystander.commit("two events")
    path.write_bytes(first)
    inode = path.stat().st_ino
    assert bystander.restore_missing() == alive.restore_missing() == []
    assert (path.read_bytes(), path.stat().st_ino) == (first, inode)
    alive.close()
    assert len(bystander.restore_missing()) == 1
    assert path.read_bytes().startswith(first)
    assert path.read_bytes() != first


def test_ones_own_journal_is_left_to_its_writer(location: StoreLocation) -> None:
    store = start(location)
    tick(store)
    store.commit("one")
    store.close()
    journal_files(location)[0].unlink()
    assert store.restore_missing() == []
    assert len(start(location).restore_missing()) == 1


def test_a_higher_published_format_makes_the_clone_read_only(location: StoreLocation, clone: StoreLocation) -> None:
    store = start(location)
    tick(store)
    store.commit("one")
    store.close()
    fetch(clone)
    other = start(clone)
    tick(other)
    other.close()
    oid = git(clone.common, "hash-object", "-w", str(_write(clone.common / "two", b"2\n")))
    tree = git(clone.common, "ls-tree", REF).replace(git(clone.common, "rev-parse", f"{REF}:FORMAT"), oid)
    made = git(clone.common, "commit-tree", "-m", "newer", _make_tree(clone, tree))
    git(clone.common, "update-ref", REF, made)
    assert len(other.restore_missing()) == 1
    refusal = other.read_only_because()
    assert refusal is not None
    assert refusal.code == "read-only"
    assert len(other.load()) == 2


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _make_tree(location: StoreLocation, listing: str) -> str:
    import subprocess

    done = subprocess.run(
        ["git", "mktree"], cwd=location.common, input=listing, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_hostile_paths_in_a_published_tree_touch_nothing(location: StoreLocation, tmp_path: Path) -> None:
    oid = git(location.common, "hash-object", "-w", str(_write(tmp_path / "x", b"x\n")))
    inner = _make_tree(location, f"100644 blob {oid}\t{0xA:032x}.1.jsonl\n100644 blob {oid}\t.git\n")
    for name in ("..", ".git", "journal", "FORMAT", "evidence"):
        inner = _make_tree(location, f"040000 tree {inner}\t{name}\n100644 blob {oid}\tkept\n120000 blob {oid}\tlink\n")
        made = git(location.common, "commit-tree", "-m", "hostile", inner)
        git(location.common, "update-ref", REF, made)
        before = sorted(path for path in tmp_path.rglob("*") if ".git" not in path.parts)
        store = start(location)
        assert store.restore_missing() == []
        tick(store)
        assert store.commit("goes on").moved
        assert not store.commit("and rests").moved
        assert sorted(path for path in tmp_path.rglob("*") if ".git" not in path.parts) == before
        assert "kept" in git(location.common, "ls-tree", "--full-tree", "--name-only", REF).split()
        store.close()


def test_evidence_comes_along_and_a_forged_blob_does_not(location: StoreLocation, clone: StoreLocation) -> None:
    store = start(location)
    refs = [store.evidence.put_text(f"text {number}") for number in range(45)]
    tick(store)
    store.commit("one")
    store.close()
    fetch(clone)
    other = start(clone)
    other.restore_missing()
    git(clone.common, "update-ref", "-d", REF)
    assert [other.evidence.get(ref.sha256).content for ref in refs] == [b"text %d" % n for n in range(45)]
    assert not list(clone.temporary.iterdir())

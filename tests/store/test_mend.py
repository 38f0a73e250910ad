"""What crashes leave behind in the repository, and how the next commit puts it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from tests.store.support import REF, git, journal_files, published, start, tick


@pytest.fixture
def store(location: StoreLocation) -> Store:
    """A store with three commits."""
    store = start(location)
    for number in range(3):
        tick(store, number)
        store.commit(f"commit {number}")
    store.close()
    return store


def whole(location: StoreLocation) -> bool:
    """Whether the ref holds all that the journals hold."""
    tree = published(location)
    return all(
        tree[path.relative_to(location.root).as_posix()] == path.read_bytes() for path in journal_files(location)
    )


def empty(location: StoreLocation, oid: str) -> None:
    """Make an object's file empty, as a crash without fsync does."""
    path = location.common / "objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(b"")


@pytest.mark.parametrize("content", [b"", b"\0" * 41, b"12ab"])
def test_an_empty_ref_is_set_back_from_the_reflog(
    location: StoreLocation, repository: Path, store: Store, content: bytes
) -> None:
    tip = git(repository, "rev-parse", REF)
    (location.common / REF).write_bytes(content)
    result = store.commit("mend")
    assert "was broken" in result.mended[0]
    assert result.commit == git(repository, "rev-parse", REF) == tip
    assert whole(location)
    git(repository, "gc", "-q")


def test_an_empty_ref_without_a_reflog_falls_back_on_the_packed_one(
    location: StoreLocation, repository: Path, store: Store
) -> None:
    tip = git(repository, "rev-parse", REF)
    git(repository, "pack-refs", "--all")
    (location.common / REF).parent.mkdir(parents=True, exist_ok=True)
    (location.common / REF).write_bytes(b"")
    (location.common / "logs" / REF).unlink()
    assert store.commit("mend").commit == tip
    assert git(repository, "rev-parse", REF) == tip


def test_an_empty_ref_and_nothing_else_starts_anew_from_the_journals(
    location: StoreLocation, repository: Path, store: Store
) -> None:
    (location.common / REF).write_bytes(b"")
    (location.common / "logs" / REF).write_bytes(b"\0" * 200)
    result = store.commit("mend")
    assert result.moved
    assert "anew" in result.mended[0]
    assert git(repository, "log", "--format=%P", REF) == ""
    assert whole(location)
    git(repository, "gc", "-q")
    assert not store.commit("again").mended


@pytest.mark.parametrize("what", ["{ref}", "{ref}^{{tree}}", "{ref}:journal", "{ref}:{journal}"])
def test_an_empty_object_is_replaced(location: StoreLocation, repository: Path, what: str) -> None:
    writer = start(location)
    tick(writer, 0)
    writer.commit("one")
    tick(writer, 1)
    before = writer.commit("two").commit
    writer.close()
    journal = journal_files(location)[0].relative_to(location.root).as_posix()
    empty(location, git(repository, "rev-parse", what.format(ref=REF, journal=journal)))
    result = start(location).commit("mend")
    assert "was broken" in result.mended[0]
    assert result.commit != before
    assert whole(location)
    assert not start(location).commit("again").moved
    git(repository, "fsck", "--strict")
    git(repository, "gc", "-q", "--prune=now")


def test_an_empty_object_left_by_a_commit_that_never_was_is_replaced(location: StoreLocation, repository: Path) -> None:
    writer = start(location)
    tick(writer, 0)
    writer.close()
    [path] = journal_files(location)
    oid = git(repository, "hash-object", "-w", str(path))
    empty(location, oid)
    assert start(location).commit("one").moved
    assert whole(location)
    git(repository, "fsck", "--strict")


def test_a_deleted_ref_is_made_again(location: StoreLocation, repository: Path, store: Store) -> None:
    git(repository, "update-ref", "-d", REF)
    assert store.commit("again").moved
    assert whole(location)

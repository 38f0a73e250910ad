"""Commits to the state ref, in real repositories of every shape."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from cockpit.errors import GitError, RefusedError
from cockpit.store.layout import JournalName
from cockpit.store.location import StoreLocation
from cockpit.store.lock import FileLock, Held
from cockpit.store.objects import LARGEST, Entry, ObjectDatabase
from cockpit.store.ref import StateRef
from tests.store.support import REF, STREAM, git, ids, journal_files, make_repository, published, start, tick


def local(location: StoreLocation) -> dict[str, bytes]:
    """The tree that the local files make."""
    paths = [*journal_files(location), *location.evidence.glob("*"), location.format]
    return {path.relative_to(location.root).as_posix(): path.read_bytes() for path in paths}


def test_a_commit_publishes_journals_evidence_and_format(location: StoreLocation, repository: Path) -> None:
    store, other = start(location), start(location)
    store.evidence.put(b"photo")
    tick(store)
    tick(other, stream="shop/production/_service")
    first = store.commit("Ana: first\n\nlines")
    assert first.moved
    assert first.commit == git(repository, "rev-parse", REF)
    assert published(location) == local(location)
    tick(store)
    second = other.commit("second")
    assert published(location) == local(location)
    assert git(repository, "log", "--format=%H %P", REF) == f"{second.commit} {first.commit}\n{first.commit}"
    assert git(repository, "log", "-1", "--format=%B", str(first.commit)) == "Ana: first\n\nlines"
    assert len(git(repository, "reflog", "show", REF).splitlines()) == 2
    assert list(location.temporary.iterdir()) == []
    store.close()
    other.close()


def test_nothing_new_makes_no_commit(location: StoreLocation) -> None:
    store = start(location)
    assert store.commit("empty").commit is None
    tick(store)
    done = store.commit("one")
    assert store.commit("again") == start(location).commit("and again")
    assert store.commit("again").commit == done.commit
    assert not store.commit("again").moved
    store.close()


def test_an_unfinished_line_is_not_published(location: StoreLocation) -> None:
    store = start(location)
    tick(store)
    store.close()
    [path] = journal_files(location)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"b":"{')
    store.commit("torn")
    assert published(location)[path.relative_to(location.root).as_posix()] == whole
    assert not start(location).commit("again").moved


def test_the_user_sees_nothing_of_it(location: StoreLocation, repository: Path) -> None:
    git(repository, "config", "core.splitIndex", "true")
    git(repository, "config", "commit.gpgSign", "true")
    (repository / "app.txt").write_text("changed and staged")
    git(repository, "add", ".")
    (repository / "app.txt").write_text("changed again")
    before = (git(repository, "status", "--porcelain=v2", "--branch"), (repository / ".git" / "index").read_bytes())
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-commit", "reference-transaction", "post-index-change", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {repository}/hook-ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    names = set(os.listdir(repository / ".git"))
    store = start(location)
    tick(store)
    assert store.commit("unseen").moved
    store.close()
    assert not (repository / "hook-ran").exists()
    assert (repository / ".git" / "index").read_bytes() == before[1]
    assert set(os.listdir(repository / ".git")) - names == {"cockpit"}
    assert git(repository, "-c", "core.hooksPath=/dev/null", "status", "--porcelain=v2", "--branch") == before[0]
    assert "cockpit" not in git(repository, "branch", "--all")


@pytest.mark.parametrize(
    "options",
    [["--object-format=sha256"], *(pytest.param(more, marks=pytest.mark.full) for more in (["--shared=group"], []))],
)
def test_every_kind_of_repository_will_do(tmp_path: Path, options: list[str]) -> None:
    repository = make_repository(tmp_path / "r", *options)
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "v1")
    git(tmp_path, "init", "-q", "--bare", *options, "bare.git")
    git(tmp_path, "init", "-q", *options, "unborn")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    super_ = make_repository(tmp_path / "super", *options)
    git(super_, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")
    for place in (
        tmp_path / "linked",
        tmp_path / "bare.git",
        tmp_path / "unborn",
        tmp_path / "shallow",
        super_ / "sub",
    ):
        location = StoreLocation.of(place)
        store = start(location)
        events = [tick(store)]
        assert store.commit("one").moved
        events.append(tick(store))
        assert store.commit("two").moved
        assert not store.commit("three").moved
        assert published(location) == local(location)
        assert ids(start(location).load()) == ids(events)
        git(place, "fsck", "--strict")
        store.close()
    assert StoreLocation.of(tmp_path / "linked").common == repository / ".git"


def test_a_work_tree_that_is_named_in_the_configuration_does_not_matter(
    location: StoreLocation, repository: Path
) -> None:
    git(repository, "config", "core.worktree", str(repository))
    store = start(location)
    tick(store)
    store.commit("one")
    tick(store)
    assert start(location).commit("two").moved
    assert published(location) == local(location)
    store.close()


def test_without_a_configured_name_the_cockpit_signs_itself(
    location: StoreLocation, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(repository.parent))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(repository.parent))
    monkeypatch.delenv("EMAIL", raising=False)
    store = start(location)
    tick(store)
    store.commit("one")
    assert (
        git(repository, "log", "-1", "--format=%an <%ae> %cn", REF)
        == "release cockpit <cockpit@localhost> release cockpit"
    )
    store.close()
    git(repository, "config", "user.name", "Ana")
    git(repository, "config", "user.email", "ana@example.org")
    store = start(location)
    tick(store)
    store.commit("two")
    assert git(repository, "log", "-1", "--format=%an <%ae>", REF) == "Ana <ana@example.org>"
    store.close()


def test_gc_between_commits_loses_nothing(location: StoreLocation, repository: Path) -> None:
    store = start(location)
    for number in range(3):
        tick(store, number)
        assert store.commit("n").moved
        git(repository, "gc", "-q", "--prune=now")
    assert published(location) == local(location)
    assert git(repository, "fsck", "--strict") == ""
    store.close()


def test_a_journal_that_another_clone_took_further_keeps_both(location: StoreLocation) -> None:
    one = start(location, 0xA)
    tick(one, 1)
    one.commit("one")
    one.close()
    [path] = journal_files(location)
    tree_path = path.relative_to(location.root).as_posix()
    shared = path.read_bytes()
    path.unlink()
    restored = start(location, 0xA)
    tick(restored, 2)
    restored.close()
    rival = path.read_bytes()
    result = start(location).commit("diverged")
    assert result.moved
    assert result.diverged == (tree_path,)
    assert set(published(location)[tree_path].splitlines()) == {shared.strip(), rival.strip()}
    assert not start(location).commit("again").moved


def test_a_journal_out_of_order_is_published_in_order(location: StoreLocation) -> None:
    store = start(location)
    for number in range(3):
        tick(store, number)
    store.close()
    [path] = journal_files(location)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0])
    start(location).commit("first")
    path.write_bytes(lines[0] + lines[2] + lines[1])
    assert start(location).commit("disorder").moved
    assert published(location)[path.relative_to(location.root).as_posix()] == b"".join(lines)
    assert not start(location).commit("again").moved


def test_evidence_that_is_damaged_is_not_published(location: StoreLocation) -> None:
    store = start(location)
    ref = store.evidence.put(b"photo")
    (location.evidence / ("0" * 64)).write_bytes(b"no such hash")
    (location.evidence / "notes.txt").write_bytes(b"stray")
    tick(store)
    store.commit("one")
    store.close()
    assert [path for path in published(location) if "evidence" in path] == [f"evidence/{ref.sha256}"]


def test_the_ref_moves_only_from_where_it_was_read(location: StoreLocation, repository: Path) -> None:
    ref = StateRef(location, ObjectDatabase(location))
    one, two = git(repository, "rev-parse", "v1"), git(repository, "rev-parse", "v2")
    assert ref.tip() is None
    with pytest.raises(GitError, match="update-ref"):
        ref.swap(two, one, "from what it never was")
    ref.swap(one, None, "new")
    for old in (None, two):
        with pytest.raises(GitError, match="update-ref"):
            ref.swap(two, old, "from elsewhere")
    assert ref.tip() == one
    ref.swap(two, one, "on")
    assert ref.tip() == two


def test_a_shorter_local_copy_takes_nothing_back(location: StoreLocation) -> None:
    store = start(location)
    for number in range(3):
        tick(store, number)
    done = store.commit("three")
    store.close()
    [path] = journal_files(location)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    late = start(location)
    assert late.commit("short").commit == late.commit("short").commit == done.commit
    assert late.restore_missing() == [path.relative_to(location.root).as_posix()]
    assert path.read_bytes() == whole


def test_a_commit_waits_for_nobody_for_ever(location: StoreLocation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.store.branch._LOCK_WAIT", 0.0)
    store = start(location)
    tick(store)
    location.locks.mkdir()
    holder = Held("Ben", "h2", 1, "noon", "commit")
    with FileLock(location.lock("state"), holder), pytest.raises(RefusedError, match="Ben on h2") as caught:
        store.commit("busy")
    assert caught.value.code == "locked"
    assert store.commit("free").moved
    store.close()


def test_a_ref_that_cannot_be_written_is_reported_and_the_events_stay(
    location: StoreLocation, repository: Path
) -> None:
    store = start(location)
    event = tick(store)
    lock = location.common / f"{REF}.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(GitError, match="update-ref"):
        store.commit("locked by a live git")
    assert ids(start(location).load()) == {event.id}
    old = lock.stat().st_mtime - 3600
    os.utime(lock, (old, old))
    result = store.commit("the lock is stale")
    assert result.moved
    assert "left behind" in result.mended[0]
    store.close()


def test_a_draft_that_lost_its_process_is_swept_away(location: StoreLocation) -> None:
    store = start(location)
    tick(store)
    old, new = location.temporary / "commit-old", location.temporary / "new"
    old.mkdir(parents=True)
    (old / "0").write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (0, 0))
    store.commit("sweep")
    assert list(location.temporary.iterdir()) == [new]
    store.close()


def test_objects_of_a_shared_repository_stay_writable_for_the_group(tmp_path: Path) -> None:
    location = StoreLocation.of(make_repository(tmp_path / "r", "--shared=group"))
    before = os.umask(0o077)
    try:
        store = start(location)
        store.evidence.put(b"x")
        tick(store)
        store.commit("shared")
        store.close()
    finally:
        os.umask(before)
    for path in location.root.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o2770 if path.is_dir() else 0o660), path


def commit_of(repository: Path, *entries: str) -> str:
    """Commit exactly these entries, as `git update-index --index-info` reads them."""
    index = {"GIT_INDEX_FILE": str(repository / "made.index")}
    listed = "".join(f"{entry}\n" for entry in entries).encode()
    (repository / "made.index").unlink(missing_ok=True)
    for command in (["update-index", "--index-info"], ["write-tree"]):
        done = subprocess.run(
            ["git", "-C", str(repository), *command], input=listed, capture_output=True, check=True,
            env={**os.environ, **index},
        )  # fmt: skip
    return git(repository, "commit-tree", "-m", "made", done.stdout.decode().strip())


def test_a_tree_read_on_from_a_known_one_is_the_tree(location: StoreLocation, repository: Path) -> None:
    location.temporary.mkdir(parents=True)
    objects = ObjectDatabase(location)
    one, two, three = objects.write_blobs([b"one\n", b"two, longer\n", b""])
    head = git(repository, "rev-parse", "HEAD")
    texts = [f"evidence/{number:064x}" for number in range(4)]
    before = commit_of(
        repository,
        f"100644 {one}\tFORMAT", f"100644 {one}\t{texts[0]}", f"100755 {two}\t{texts[1]}",
        f"100644 {one}\tlater/version", f"100644 {one}\tin-the-way", f"160000 {head}\tmodule",
    )  # fmt: skip
    after = commit_of(
        repository,
        f"100644 {two}\tFORMAT", f"100644 {two}\t{texts[1]}", f"120000 {three}\t{texts[2]}", f"160000 {head}\tlater",
        f"100644 {one}\tin-the-way/of-this", f"100644 {one}\tevidence/no-hash", f"100644 {three}\tmodule",
    )  # fmt: skip
    for known, commit in ((before, after), (after, before), (after, after)):
        whole = objects.read_tree(commit)
        assert len(whole) >= 5
        listing = objects.read_tree(known)
        assert objects.read_tree(commit, known=(known, listing)) == whole
        assert listing == objects.read_tree(known)
    assert objects.read_tree(after, known=("1" * 40, {})) == objects.read_tree(after)
    with pytest.raises(GitError):
        objects.read_tree("1" * 40, known=(after, {}))


def test_blobs_are_read_whole_however_much_they_are_together(location: StoreLocation) -> None:
    start(location).commit("a place for drafts")
    objects = ObjectDatabase(location)
    contents = [b"%03d" % number + bytes(1024 * 1024) for number in range(70)]
    oids = objects.write_blobs(contents)
    read = objects.read_blobs(oids)
    assert [read[oid][:3] for oid in oids] == [content[:3] for content in contents]
    assert {len(data) for data in read.values()} == {1024 * 1024 + 3}


@pytest.mark.parametrize("read_on", [False, True])
def test_what_no_writer_would_write_is_not_carried_on(
    location: StoreLocation, repository: Path, *, read_on: bool
) -> None:
    store = start(location)
    tick(store, 1)
    commit = store.commit("one").commit
    assert commit is not None
    objects = ObjectDatabase(location)
    listing = objects.read_tree(commit)
    (huge,) = objects.write_blobs([b"x" * (LARGEST + 1)])
    tree = objects.write_tree({**listing, JournalName(STREAM, "a" * 32, 1).path: Entry(huge, LARGEST + 1)})
    hostile = objects.write_commit(tree, [commit], "huge")
    assert objects.read_tree(hostile, known=(commit, listing) if read_on else None) == listing
    git(repository, "update-ref", REF, hostile)
    again = start(location)
    again.restore_missing()
    tick(again, 2)
    assert again.commit("two").moved
    assert max(map(len, published(location).values())) < LARGEST


def test_a_path_with_a_line_end_keeps_nothing_from_being_published(tmp_path: Path) -> None:
    location = StoreLocation.of(make_repository(tmp_path / "one\ntwo"))
    store = start(location)
    tick(store, 1)
    assert store.commit("one").moved
    assert len(published(location)) == 2

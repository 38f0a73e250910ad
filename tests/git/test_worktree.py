"""Checkouts that land where they should, and changes that are never lost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cockpit.errors import GitError, RefusedError
from cockpit.git.facts import describe_work_tree, head_commit, undone
from cockpit.git.worktree import checkout_detached, save_diff, stash
from tests.git.conftest import Repository


def test_a_checkout_detaches_head_at_the_commit(repository: Repository) -> None:
    old = repository.commit("old", {"app": "old"})
    repository.commit("new", {"app": "new"})

    checkout_detached(repository.git, old)

    assert describe_work_tree(repository.git).branch is None
    assert head_commit(repository.git) == old
    assert (repository.directory / "app").read_text() == "old"


def test_a_branch_or_file_named_like_the_commit_does_not_win(repository: Repository) -> None:
    old = repository.commit("old")
    repository.commit("new", {"app": "new"})
    repository.git.output("update-ref", f"refs/heads/{old}", "HEAD")
    (repository.directory / f"{old}^0").write_text("a file")

    checkout_detached(repository.git, old)

    assert head_commit(repository.git) == old


def test_hooks_stay_silent(repository: Repository) -> None:
    old = repository.commit("old")
    repository.commit("new")
    ran = repository.directory / ".git" / "ran"
    hook = repository.directory / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)

    checkout_detached(repository.git, old)

    assert not ran.exists()


@pytest.mark.parametrize("staged", [False, True])
def test_a_dirty_tree_is_refused_by_name(repository: Repository, staged: bool) -> None:
    old = repository.commit("old", {"app": "old"})
    new = repository.commit("new", {"app": "old", "b\x1b": "1"})
    (repository.directory / "b\x1b").write_text("changed")
    if staged:
        repository.git.output("add", "--all")

    with pytest.raises(RefusedError) as raised:
        checkout_detached(repository.git, old)

    assert raised.value.code == "dirty"
    assert "b␛" in raised.value.what
    assert head_commit(repository.git) == new


def test_untracked_files_stay_and_one_in_the_way_fails_the_checkout(repository: Repository) -> None:
    old = repository.commit("old", {"settings": "tracked"})
    (repository.directory / "settings").unlink()
    new = repository.commit("new")
    (repository.directory / "notes").write_text("kept")
    checkout_detached(repository.git, new)
    assert (repository.directory / "notes").read_text() == "kept"

    (repository.directory / "settings").write_text("precious")
    with pytest.raises(GitError, match="untracked"):
        checkout_detached(repository.git, old)
    assert (repository.directory / "settings").read_text() == "precious"
    assert head_commit(repository.git) == new


@pytest.mark.parametrize("name", ["main", "--help", "HEAD", ""])
def test_only_object_ids_are_checked_out(repository: Repository, name: str) -> None:
    repository.commit("one")
    with pytest.raises(RefusedError, match="object id"):
        checkout_detached(repository.git, name)


def test_a_commit_that_is_not_there_is_an_error(repository: Repository) -> None:
    repository.commit("one")
    with pytest.raises(GitError):
        checkout_detached(repository.git, "0" * 39 + "1")


def test_a_saved_diff_and_a_stash_each_bring_the_changes_back(repository: Repository) -> None:
    repository.commit("one", {"app": "one\n", "logo": b"\0one", "gone": "x\n"})
    # What a person configured for reading must not change what is written.
    for name, value in {"diff.noprefix": "true", "diff.external": "false", "color.ui": "always"}.items():
        repository.git.output("config", name, value)
    assert save_diff(repository.git) == b""
    (repository.directory / "app").write_text("two\n")
    (repository.directory / "logo").write_bytes(b"\0two")
    (repository.directory / "gone").unlink()
    (repository.directory / "staged").write_text("new\n")
    repository.git.output("add", "staged")

    def state() -> list[bytes | None]:
        paths = [repository.directory / name for name in ("app", "logo", "gone", "staged")]
        return [path.read_bytes() if path.exists() else None for path in paths]

    changed = state()
    patch = save_diff(repository.git)
    kept = stash(repository.git, "--before the rollback\nto v1")

    assert state() == [b"one\n", b"\0one", b"x\n", None]
    assert describe_work_tree(repository.git).dirty == 0
    assert "--before the rollback" in repository.git.text("stash", "list")

    repository.git.output("apply", "--binary", stdin=patch)
    assert state() == changed
    repository.git.output("reset", "--quiet", "--hard")
    (repository.directory / "staged").unlink(missing_ok=True)
    repository.git.output("stash", "apply", "--quiet", kept)
    assert state() == changed


def test_a_clean_tree_has_nothing_to_stash(repository: Repository) -> None:
    repository.commit("one")
    with pytest.raises(RefusedError) as raised:
        stash(repository.git, "nothing")
    assert raised.value.code == "clean"


def test_a_tree_in_the_middle_of_a_merge_cannot_be_stashed(repository: Repository) -> None:
    repository.commit("base", {"app": "base"})
    repository.git.output("checkout", "--quiet", "-b", "side")
    repository.commit("side", {"app": "side"})
    repository.git.output("checkout", "--quiet", "main")
    repository.commit("main", {"app": "main"})
    assert not repository.git.run("merge", "--quiet", "side").ok

    with pytest.raises(GitError):
        stash(repository.git, "conflict")
    with pytest.raises(RefusedError):
        checkout_detached(repository.git, head_commit(repository.git))


def test_a_submodule_is_counted_as_a_change_and_never_stands_in_the_way(repository: Repository) -> None:
    without = repository.commit("without")
    inner = Repository(repository.directory / "sub")
    inner.commit("inner one")
    first = repository.commit("with")
    inner.commit("inner two")

    assert describe_work_tree(repository.git).dirty == 0
    assert save_diff(repository.git) == b""
    second = repository.commit("bumped")
    assert undone(repository.git, second, first).files == 1
    inner.commit("inner three")
    checkout_detached(repository.git, without)
    assert head_commit(repository.git) == without


def test_a_checkout_that_broke_off_says_how_to_go_on(repository: Repository) -> None:
    old: dict[str, str | bytes] = {f"f{number}": f"old {number}\n" for number in range(5)}
    first = repository.commit("one", {**old, ".gitattributes": "f2 filter=far\n", "only-old": "x\n"})
    repository.git.output("rm", "--quiet", "only-old")
    second = repository.commit("two", {**dict.fromkeys(old, "new\n"), "only-new": "x\n"})
    for key, value in (("clean", "cat"), ("smudge", "false"), ("required", "true")):
        repository.git.output("config", f"filter.far.{key}", value)
    for attempt in ("git checkout: error: external filter", "A checkout of"):
        with pytest.raises(RefusedError, match=attempt) as refused:
            checkout_detached(repository.git, first)
        assert "broke off" in refused.value.what
        assert refused.value.code == "dirty"
    assert head_commit(repository.git) == second
    repository.git.output("config", "filter.far.smudge", "cat")
    by_hand = refused.value.fix.partition("by hand: git ")[2].partition(";")[0]
    repository.git.output(*by_hand.split())
    checkout_detached(repository.git, first)
    assert head_commit(repository.git) == first
    assert (repository.directory / "f2").read_text() == "old 2\n"


def test_somebodys_change_is_not_taken_for_a_checkout_that_broke_off(repository: Repository) -> None:
    first = repository.commit("one", {"f": "old\n", "g": "old\n"})
    repository.commit("two", {"f": "new\n", "g": "new\n"})
    (repository.directory / "f").write_text("old\n")
    (repository.directory / "g").write_text("somebody's\n")
    with pytest.raises(RefusedError, match="changes that are in no commit") as refused:
        checkout_detached(repository.git, first)
    assert "--stash" in refused.value.fix


STRANGER = """
import os, random, sys, tempfile
from pathlib import Path
from cockpit.errors import CockpitError
from cockpit.git.command import Git
from cockpit.git.worktree import checkout_detached, refuse_overwriting
os.setgroups([]), os.setgid(12345), os.setuid(12345)
os.environ["HOME"] = "/nonexistent"
for act in (refuse_overwriting, checkout_detached):
    try:
        act(Git(Path(sys.argv[1])), sys.argv[2])
    except CockpitError as error:
        print(type(error).__name__, error.what)
    else:
        print("went well")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="another user owns a directory")
def test_files_that_may_not_be_replaced_are_found_before_and_no_checkout_of_all_others_is_a_success() -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own directories are for one user
        Path(place).chmod(0o755)
        repository = Repository(Path(place, "shop"))
        first = repository.commit("one", {"conf/live": "1\n", "app": "1\n"})
        repository.commit("two", {"conf/live": "2\n", "app": "2\n"})
        for path in (repository.directory, *repository.directory.rglob("*")):
            if path.parent.name != "conf" and path.name != "conf":
                os.chown(path, 12345, 12345)
        said = subprocess.run(
            [sys.executable, "-c", STRANGER, str(repository.directory), first],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
        ).stdout.splitlines()  # fmt: skip
    assert "you may not write in" in said[0]
    assert said[0].endswith("conf, of user 0")
    assert said[1].startswith("GitError git checkout: error: unable to unlink old 'conf/live'")
    assert said[1].endswith(f"not as {first[:12]} has them: conf/live")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_in_the_middle_is_told_and_how_to_go_on_once_there_is_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        repository = Repository(disk / "shop")
        first = repository.commit("one", {"big": os.urandom(1_500_000), "app": "1\n", "z": "1\n"})
        repository.git.output("rm", "--quiet", "big")
        repository.commit("two", {"app": "2\n", "z": "2\n"})
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(3_600_000))
        with pytest.raises(GitError, match="unable to write file big"):
            checkout_detached(repository.git, first)
        ballast.unlink()
        with pytest.raises(RefusedError, match="broke off"):
            checkout_detached(repository.git, first)
        repository.git.output("checkout", "--quiet", "--force", "--detach", first)
        checkout_detached(repository.git, first)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)

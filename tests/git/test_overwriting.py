"""What a checkout would overwrite is found before anything is stopped; what it would not is no obstacle."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from cockpit.errors import GitError, RefusedError
from cockpit.git.command import Git, git_environment
from cockpit.git.worktree import checkout_detached, refuse_overwriting


def run(repo: Path, *arguments: str) -> str:
    identity = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "x@example.org")
    names = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "x")
    done = subprocess.run(
        ["git", *arguments], cwd=repo, env={**git_environment(), **identity, **names}, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Path, str]:
    """A repository at a second commit that has dropped `old.txt`; the first commit's id."""
    run(tmp_path, "init", "-q")
    (tmp_path / "old.txt").write_text("old\n")
    (tmp_path / "VERSION").write_text("1\n")
    run(tmp_path, "add", ".")
    run(tmp_path, "commit", "-qm", "one")
    first = run(tmp_path, "rev-parse", "HEAD")
    run(tmp_path, "rm", "-q", "old.txt")
    (tmp_path / "VERSION").write_text("2\n")
    run(tmp_path, "commit", "-qam", "two")
    return tmp_path, first


def test_an_untracked_file_that_the_target_tracks_is_in_the_way(repository: tuple[Path, str]) -> None:
    repo, first = repository
    (repo / "old.txt").write_text("somebody's own\n")
    with pytest.raises(RefusedError, match=r"old\.txt") as refused:
        refuse_overwriting(Git(repo), first)
    assert refused.value.code == "in-the-way"
    assert (repo / "old.txt").read_text() == "somebody's own\n"


def test_a_file_that_was_only_touched_is_not(repository: tuple[Path, str]) -> None:
    repo, first = repository
    os.utime(repo / "VERSION", (1, 1))
    before = (repo / ".git" / "index").read_bytes()
    refuse_overwriting(Git(repo), first)
    assert (repo / ".git" / "index").read_bytes() == before
    assert (repo / "VERSION").read_text() == "2\n", "nothing is checked out"


def ignoring(repo: Path, *patterns: str) -> None:
    (repo / ".gitignore").write_text("".join(f"{pattern}\n" for pattern in patterns))
    run(repo, "add", ".gitignore")
    run(repo, "commit", "-qm", "ignores")


def test_a_file_that_is_ignored_here_and_tracked_there_is_in_the_way_and_is_kept(repository: tuple[Path, str]) -> None:
    repo, first = repository
    ignoring(repo, "old.txt")
    (repo / "old.txt").write_text("PASSWORD=of production\n")
    with pytest.raises(RefusedError, match=r"old\.txt is ignored by git here") as refused:
        refuse_overwriting(Git(repo), first)
    assert refused.value.code == "in-the-way"
    with pytest.raises(GitError, match="overwritten"):
        checkout_detached(Git(repo), first)
    assert (repo / "old.txt").read_text() == "PASSWORD=of production\n"
    (repo / "old.txt").unlink()
    refuse_overwriting(Git(repo), first)
    checkout_detached(Git(repo), first)


def test_ignored_files_beside_what_comes_are_in_nobodys_way(repository: tuple[Path, str]) -> None:
    repo, first = repository
    ignoring(repo, "*.log", "cache/")
    (repo / "app.log").write_text("a line\n")
    (repo / "cache").mkdir()
    (repo / "cache" / "x").write_text("x")
    refuse_overwriting(Git(repo), first)
    checkout_detached(Git(repo), first)
    assert (repo / "app.log").read_text() == "a line\n"
    assert (repo / "cache" / "x").read_text() == "x"


def test_an_ignored_directory_or_a_file_above_is_in_the_way_of_a_file(repository: tuple[Path, str]) -> None:
    repo, _ = repository
    (repo / "data").write_text("a file\n")
    (repo / "conf").mkdir()
    (repo / "conf" / "live").write_text("a file\n")
    run(repo, "add", ".")
    run(repo, "commit", "-qm", "three")
    third = run(repo, "rev-parse", "HEAD")
    run(repo, "rm", "-q", "-r", "data", "conf")
    ignoring(repo, "data", "conf")
    (repo / "conf").write_text("settings\n")
    with pytest.raises(RefusedError, match="conf is ignored"):
        refuse_overwriting(Git(repo), third)
    (repo / "conf").unlink()
    (repo / "data" / "deep").mkdir(parents=True)
    refuse_overwriting(Git(repo), third)
    (repo / "data" / "deep" / "x").write_text("x")
    with pytest.raises(RefusedError, match="data/deep/x is ignored"):
        refuse_overwriting(Git(repo / "data"), third)


def test_a_tracked_file_that_becomes_a_directory_is_no_obstacle(repository: tuple[Path, str]) -> None:
    repo, _ = repository
    (repo / "a").mkdir()
    (repo / "a" / "b").write_text("b\n")
    run(repo, "add", ".")
    run(repo, "commit", "-qm", "three")
    third = run(repo, "rev-parse", "HEAD")
    run(repo, "rm", "-q", "-r", "a")
    (repo / "a").write_text("now a file\n")
    run(repo, "add", ".")
    run(repo, "commit", "-qm", "four")
    fourth = run(repo, "rev-parse", "HEAD")
    for commit in (third, fourth):
        refuse_overwriting(Git(repo), commit)
        checkout_detached(Git(repo), commit)


def test_a_tracked_name_that_differs_by_case_is_no_obstacle_where_both_are_one_file(
    repository: tuple[Path, str],
) -> None:
    repo, first = repository
    (repo / "OLD.txt").write_text("the same\n")
    run(repo, "add", ".")
    run(repo, "commit", "-qm", "three")
    # As if on a disk that does not tell them apart: both names are there, and one is tracked.
    ignoring(repo, "old.txt")
    (repo / "old.txt").write_text("the same\n")
    run(repo, "config", "core.ignoreCase", "true")
    refuse_overwriting(Git(repo), first)


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock"])
def test_a_lock_that_a_killed_git_left_is_in_the_way(repository: tuple[Path, str], name: str) -> None:
    repo, first = repository
    lock = repo / ".git" / name
    lock.touch()
    for act in (refuse_overwriting, checkout_detached):
        with pytest.raises(RefusedError, match=name) as refused:
            act(Git(repo), first)
        assert refused.value.code == "in-the-way"
        assert str(lock) in refused.value.fix
    assert run(repo, "status", "--porcelain") == "", "nothing has been written"
    lock.unlink()
    refuse_overwriting(Git(repo), first)


def test_a_lock_that_is_given_back_is_waited_for(repository: tuple[Path, str]) -> None:
    repo, first = repository
    lock = repo / ".git" / "index.lock"
    lock.touch()
    threading.Timer(0.3, lock.unlink).start()
    refuse_overwriting(Git(repo), first)


def test_a_linked_work_tree_has_locks_of_its_own(repository: tuple[Path, str]) -> None:
    repo, first = repository
    run(repo, "worktree", "add", "-q", "linked")
    (repo / ".git" / "index.lock").touch()
    refuse_overwriting(Git(repo / "linked"), first)
    (repo / ".git" / "worktrees" / "linked" / "index.lock").touch()
    with pytest.raises(RefusedError, match=r"index\.lock"):
        refuse_overwriting(Git(repo / "linked"), first)

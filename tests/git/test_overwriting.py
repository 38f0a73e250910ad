"""What a checkout would overwrite is found before anything is stopped; what it would not is no obstacle."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.errors import RefusedError
from cockpit.git.command import Git, git_environment
from cockpit.git.worktree import refuse_overwriting


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

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cockpit.demo.history import HISTORY, RELEASES, Release
from cockpit.demo.repository import build_repository
from cockpit.git.command import Git
from tests.demo.conftest import NOW

GENERATED = {"v2.3.0": {"cockpit.yaml": b"early"}, "v2.4.1": {"cockpit.yaml": b"whole", "checklists/a.yaml": b"a"}}


@pytest.fixture(scope="module")
def git(tmp_path_factory: pytest.TempPathFactory) -> Git:
    directory = tmp_path_factory.mktemp("repository") / "shop"
    build_repository(directory, now=NOW, generated=GENERATED)
    return Git(directory)


def files(git: Git, tag: str) -> set[str]:
    return set(git.text("ls-tree", "-r", "--name-only", tag).splitlines())


def test_tags_are_annotated_and_lightweight_as_the_history_says(git: Git) -> None:
    listed = git.text("for-each-ref", "--format=%(refname:lstrip=2) %(objecttype)", "refs/tags").splitlines()
    kinds = {release.tag: "tag" if release.message else "commit" for release in HISTORY}
    assert dict(line.split() for line in listed) == kinds
    assert set(kinds.values()) == {"tag", "commit"}
    assert len(kinds) >= 7
    assert "v2.4.0-rc.1" in kinds


def test_the_newest_tag_is_checked_out_detached_and_clean(git: Git) -> None:
    assert git.text("describe", "--exact-match", "HEAD") == "v2.4.1"
    assert not git.run("symbolic-ref", "-q", "HEAD").ok
    assert git.text("status", "--porcelain") == ""


def test_only_newer_tags_carry_the_cockpit_s_files(git: Git) -> None:
    carrying = [release.tag for release in HISTORY if "cockpit.yaml" in files(git, release.tag)]
    assert carrying == ["v2.3.0", "v2.4.0-rc.1", "v2.4.0", "v2.4.1"]
    assert git.text("show", "v2.4.0:cockpit.yaml") == "early"
    assert git.text("show", "v2.4.1:cockpit.yaml") == "whole"
    assert [release.tag for release in HISTORY if "checklists/a.yaml" in files(git, release.tag)] == ["v2.4.1"]


def test_the_last_release_crosses_one_migration(git: Git) -> None:
    crossed = git.text("diff", "--name-only", "v2.4.0", "v2.4.1", "--", "migrations")
    assert crossed == "migrations/0007_payment_attempts.sql"


def test_each_tag_s_tree_says_its_version(git: Git) -> None:
    for release in HISTORY:
        assert git.text("show", f"{release.tag}:VERSION") == release.version


@pytest.mark.parametrize("release", HISTORY, ids=lambda release: release.tag)
def test_every_file_of_a_release_is_committed_once(release: Release) -> None:
    directory = RELEASES / release.tag
    present = [path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()]
    committed = [path for commit in release.commits for path in commit.files]
    assert sorted(committed) == sorted(path for path in present if "__pycache__" not in path)


def test_commits_are_spread_over_the_weeks_before_now_by_three_people(git: Git) -> None:
    lines = git.text("log", "--reverse", "--format=%an|%aI", "v2.4.1").splitlines()
    authors, dates = zip(*(line.split("|") for line in lines), strict=True)
    times = [datetime.fromisoformat(date) for date in dates]
    assert len(set(authors)) == 3
    assert all(before < after for before, after in pairwise(times))
    assert timedelta(hours=1) < NOW - times[-1] < timedelta(days=1)
    assert NOW - times[0] > timedelta(weeks=6)


def test_two_to_six_commits_lie_between_releases(git: Git) -> None:
    for before, after in pairwise(HISTORY):
        assert 2 <= int(git.text("rev-list", "--count", f"{before.tag}..{after.tag}")) <= 6


@pytest.mark.parametrize(("configured", "expected"), [("", "you"), ("[user]\n\tname = Kim\n", "Kim")])
def test_a_name_of_one_s_own_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: str, expected: str
) -> None:
    (tmp_path / ".gitconfig").write_text(configured)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    build_repository(tmp_path / "shop", now=NOW, generated={})
    assert Git(tmp_path / "shop").text("config", "user.name") == expected

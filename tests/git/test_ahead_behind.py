"""Distances from HEAD, compared with git's own count on random histories."""

from __future__ import annotations

import random

import pytest

from cockpit.errors import RefusedError
from cockpit.git.ahead_behind import ahead_behind, with_counts
from cockpit.git.tags import list_tags
from tests.git.conftest import Repository


def random_history(repository: Repository, size: int, seed: int) -> list[str]:
    """Write `size` commits with up to three parents each, some without any, and return their ids."""
    chance = random.Random(seed)
    lines = []
    for mark in range(1, size + 1):
        wanted = chance.choice([0, 1, 1, 1, 1, 2, 2, 3]) if mark > 3 else chance.choice([0, 1])
        earlier = range(max(1, mark - 8), mark)
        parents = chance.sample(earlier, min(wanted, len(earlier)))
        # Clocks go astray, so that dates cannot stand in for the topology.
        lines += [
            "commit refs/heads/work",
            f"mark :{mark}",
            f"committer a <a@b> {chance.randrange(10**9)} +0000",
            "data 0",
        ]
        lines += [f"{'merge' if index else 'from'} :{parent}" for index, parent in enumerate(parents)]
        lines += ["", "reset refs/heads/work", ""]
    marks = repository.directory / "marks"
    repository.git.output("fast-import", "--quiet", f"--export-marks={marks}", stdin="\n".join(lines).encode())
    return [
        line.split()[1] for line in sorted(marks.read_text().splitlines(), key=lambda line: int(line[1:].split()[0]))
    ]


def by_git(repository: Repository, head: str, commit: str) -> tuple[int, int]:
    ahead, behind = repository.git.text("rev-list", "--left-right", "--count", f"{commit}...{head}").split()
    return int(ahead), int(behind)


@pytest.mark.parametrize("seed", range(6))
def test_it_counts_as_git_does(repository: Repository, seed: int) -> None:
    commits = random_history(repository, 60, seed)
    chance = random.Random(seed)
    head, *tips = chance.sample(commits, 12)

    assert ahead_behind(repository.git, head, tips) == {tip: by_git(repository, head, tip) for tip in tips}


def test_head_itself_repetitions_and_nothing(repository: Repository) -> None:
    first = repository.commit("one")
    second = repository.commit("two")

    assert ahead_behind(repository.git, second, [second, first, first]) == {second: (0, 0), first: (0, 1)}
    assert ahead_behind(repository.git, second, []) == {}


def test_unrelated_histories_are_counted_whole(repository: Repository) -> None:
    other = repository.commit("other")
    repository.git.output("checkout", "--quiet", "--orphan", "new")
    repository.commit("one")
    head = repository.commit("two")

    assert ahead_behind(repository.git, head, [other]) == {other: (1, 2)}


def test_only_object_ids_are_walked(repository: Repository) -> None:
    head = repository.commit("one")
    for hostile in ("--all", "HEAD", f"^{head}", f"{head}\n--all"):
        with pytest.raises(RefusedError, match="object id"):
            ahead_behind(repository.git, head, [hostile])


def test_a_list_is_counted_up_to_its_limit(repository: Repository) -> None:
    repository.commit("one", {"file": "text"})
    repository.git.output("tag", "a")
    repository.point(b"b", repository.git.text("rev-parse", "HEAD^{tree}"))
    repository.git.output("tag", "c")
    repository.commit("two")
    repository.git.output("tag", "d")
    head = repository.commit("three")

    tags = with_counts(repository.git, head, list_tags(repository.git), limit=2)

    assert [(tag.name, tag.ahead, tag.behind) for tag in tags] == [
        ("a", 0, 2), ("b", None, None), ("c", 0, 2), ("d", None, None),
    ]  # fmt: skip

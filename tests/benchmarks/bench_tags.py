"""How much `list_tags` adds to one bare `git for-each-ref` of the same fields: `python -m tests.benchmarks.bench_tags`.

Also times a key's worth of filtering. The repository has 10,000 annotated tags, made by `git fast-import`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from cockpit.git.ahead_behind import COUNTED, with_counts
from cockpit.git.command import Git
from cockpit.git.tags import FORMAT, list_tags
from cockpit.release.tags import TagFilter, order_tags
from tests.benchmarks.figures import Result, Row, Scale, in_turns, times
from tests.benchmarks.table import run_alone

TAGS = 10_000


def make_repository(directory: Path, tags: int = TAGS) -> Git:
    """Make a bare repository of `tags` commits in a line, each with an annotated tag."""
    git = Git(directory, timeout=300.0)
    git.output("init", "--quiet", "--bare", "--initial-branch=main")
    lines = []
    for number in range(tags):
        who = f"Ana <ana@example.org> {1_700_000_000 + number * 3600} +0000"
        message = f"Release number {number}"
        lines += ["commit refs/heads/main", f"mark :{number + 1}", f"committer {who}", f"data {len(message)}", message]
        lines += [f"tag v{number // 100}.{number % 100}.0", f"from :{number + 1}", f"tagger {who}"]
        lines += [f"data {len(message)}", message]
    git.output("fast-import", "--quiet", stdin="\n".join([*lines, ""]).encode())
    git.output("pack-refs", "--all")
    return git


def rows(scale: Scale) -> Iterator[Result]:
    """Measure on a repository of many tags."""
    count = scale.of(TAGS, 500)
    with tempfile.TemporaryDirectory() as directory:
        git = make_repository(Path(directory), count)
        tags = order_tags(list_tags(git))
        names = [tag.name for tag in tags]
        prepared = TagFilter(tags)
        head = git.text("rev-parse", "refs/heads/main")
        listed, bare, ordered, filtered, sought, counted, walked = in_turns(
            scale.rounds,
            lambda: list_tags(git),
            lambda: git.output("for-each-ref", f"--format={FORMAT}", "refs/tags"),
            lambda: order_tags(tags),
            lambda: prepared.matching("v42."),
            lambda: [name for name in names if "v42." in name],
            lambda: with_counts(git, head, tags),
            lambda: [git.text("rev-list", "--count", f"{tag.commit}..{head}") for tag in tags[:COUNTED]],
        )
    yield Row(f"list {count:,} tags", "ms", times(1e3, listed), "git for-each-ref", times(1e3, bare))
    yield Row(
        f"list and order {count:,} tags", "ms", times(1e3, _sum(listed, ordered)), "git for-each-ref", times(1e3, bare)
    )
    yield Row(
        f"a key's filtering of {count:,} tags", "ms", times(1e3, filtered), "names alone, by `in`", times(1e3, sought)
    )
    what = f"ahead and behind of {COUNTED} tags"
    yield Row(what, "ms", times(1e3, counted), "git rev-list for each, one way", times(1e3, walked))


def _sum(first: list[float], second: list[float]) -> list[float]:
    return [sum(pair) for pair in zip(first, second, strict=True)]


if __name__ == "__main__":
    run_alone(rows, __doc__)

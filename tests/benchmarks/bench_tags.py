"""How much `list_tags` adds to one bare `git for-each-ref` of the same fields: `python -m tests.benchmarks.bench_tags`.

Also times a key's worth of filtering. The repository has 10,000 annotated tags, made by `git fast-import`.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.git.ahead_behind import COUNTED, with_counts
from cockpit.git.command import Git
from cockpit.git.tags import FORMAT, list_tags
from cockpit.release.tags import TagFilter, order_tags

TAGS = 10_000
ROUNDS = 7


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


def median(action: Callable[[], object]) -> float:
    """Return the median of seconds that `action` takes, after one round to warm the caches."""
    action()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def main() -> None:
    """Print one line a measurement."""
    with tempfile.TemporaryDirectory() as directory:
        git = make_repository(Path(directory))
        bare = median(lambda: git.output("for-each-ref", f"--format={FORMAT}", "refs/tags"))
        listed = median(lambda: list_tags(git))
        tags = order_tags(list_tags(git))
        ordered = median(lambda: order_tags(tags))
        prepared = TagFilter(tags)
        filtered = median(lambda: prepared.matching("v42."))
        head = git.text("rev-parse", "refs/heads/main")
        counted = median(lambda: with_counts(git, head, tags))
    print(f"tags                        {len(tags)}")
    print(f"git for-each-ref            {bare * 1000:8.1f} ms")
    print(f"list_tags                   {listed * 1000:8.1f} ms   ratio {listed / bare:.2f}")
    print(f"order_tags                  {ordered * 1000:8.1f} ms")
    print(f"filter, one key             {filtered * 1000:8.1f} ms")
    print(f"ahead/behind of {COUNTED}         {counted * 1000:8.1f} ms")


if __name__ == "__main__":
    main()

"""How much `list_tags` adds to one bare `git for-each-ref` of the same fields: `python -m tests.benchmarks.bench_tags`.

Also times a key's worth of filtering and, on a terminal, the key that turns to the tags and each that is typed into
their filter. The repository has 10,000 annotated tags, made by `git fast-import`.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.git.ahead_behind import COUNTED, with_counts
from cockpit.git.command import Git
from cockpit.git.tags import FORMAT, list_tags
from cockpit.release.tags import TagFilter, order_tags
from tests.benchmarks.bare import READY
from tests.benchmarks.bench_keys import everything, key_to_paint
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Scale, in_turns, percentile, times
from tests.benchmarks.flights import open_flight
from tests.benchmarks.painted import Painted
from tests.benchmarks.served import COCKPIT, SIZE
from tests.benchmarks.table import run_alone

TAGS = 10_000
_AT_REST = 5.0  # seconds
_ERASE = "\x7f"


def make_repository(directory: Path, tags: int = TAGS) -> Git:
    """Make a bare repository of `tags` commits in a line, each with an annotated tag."""
    git = Git(directory, timeout=300.0)
    git.output("init", "--quiet", "--bare", "--initial-branch=main")
    return add_tags(git, tags)


def add_tags(git: Git, tags: int) -> Git:
    """Add `tags` commits in a line of their own, each with an annotated tag."""
    lines = []
    for number in range(tags):
        who = f"Ana <ana@example.org> {1_700_000_000 + number * 3600} +0000"
        message = f"Release number {number}"
        lines += ["commit refs/heads/many", f"mark :{number + 1}", f"committer {who}", f"data {len(message)}", message]
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
        head = git.text("rev-parse", "refs/heads/many")
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

    yield from on_screen(scale, count)


def on_screen(scale: Scale, count: int) -> Iterator[Result]:
    """Turn to the tags in a cockpit that has just been opened and in one at rest, and type into their filter."""
    at_once, at_rest, typed, bare_keys = list[float](), list[float](), list[float](), list[float]()
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        environment = {"COCKPIT_STATE_DIR": str(root / "state")}
        os.environ.update(environment)
        repository = root / "shop"
        open_flight(repository)
        add_tags(Git(repository, timeout=300.0), count)

        def turned(painted: Painted) -> bool:
            return painted.holds("Release number")

        for number in range(scale.rounds):
            for delays, rest in ((at_once, 0.0), (at_rest, _AT_REST)):
                # Somebody new each time: who was here before would land at the tags by themselves.
                command = [*COCKPIT, "--repo", str(repository), "--by", f"person {number} {rest}"]
                with Console(command, size=SIZE, environment=environment) as console:
                    console.until(lambda painted: painted.holds("1 Check"))
                    console.written_within(0.3 + rest)
                    pressed = console.press("4")
                    delays.append(console.until(turned) - pressed)
                    if rest:
                        console.written_within(1.0)
                        console.press("/")
                        console.settle(0.3)
                        keys = ["2", _ERASE] * scale.of(20, 5)
                        typed.append(percentile([key_to_paint(console, key, _listed, dice) for key in keys], 0.95))
            with Console([sys.executable, "-m", "tests.benchmarks.bare", "list"], size=SIZE) as bare:
                bare.until(lambda painted: painted.holds(READY))
                time.sleep(0.5)
                moves = ["\x1b[B"] * scale.of(40, 10)
                bare_keys.append(percentile([key_to_paint(bare, key, everything, dice) for key in moves], 0.95))
    first = f"from the key to the first of {count:,} tags"
    yield Row(f"{first}, a cockpit at rest", "ms", times(1e3, at_rest), goal=150, bounds="ours")
    yield Row(f"{first}, just opened", "ms", times(1e3, at_once), goal=150, bounds="ours")
    what = f"a key typed into the filter of {count:,} tags, p95"
    yield Row(what, "ms", times(1e3, typed), "bare Textual list", times(1e3, bare_keys), goal=50, bounds="ours")


def _listed(painted: Painted) -> object:
    """Return what is drawn where the tags are listed."""
    return tuple(painted.lines()[5:30])


def _sum(first: list[float], second: list[float]) -> list[float]:
    return [sum(pair) for pair in zip(first, second, strict=True)]


if __name__ == "__main__":
    run_alone(rows, __doc__)

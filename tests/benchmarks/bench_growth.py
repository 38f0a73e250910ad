"""What publishing costs: `python -m tests.benchmarks.bench_growth [--commits N]` (by default 2,000; some minutes).

A commit of one event against the bare git commands it comes down to, on the same repository; and how large the
repository is after so many commits of a journal that has grown to 5 MB, before and after `git gc`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.git.command import DURABLE, Git
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from tests.benchmarks.figures import Result, Row, Scale, in_turns, times
from tests.benchmarks.table import parse, report

COMMITS = 2_000
JOURNAL = 5_000_000  # bytes in all
STREAM = "shop/production/spring-0a1b2c3d"
WRITER = f"{1:032x}"


def open_store(location: StoreLocation, writer: str = WRITER) -> Store:
    """Return a store of its own process start."""
    clock = HybridClock(lambda: time.time_ns() // 1_000_000)
    return Store.open(location, clock=clock, writer_id=writer, host="bench")


def append(store: Store, size: int) -> None:
    """Append one event with so many bytes of data."""
    data = b'{"text":"%s"}' % os.urandom(size // 2).hex().encode()
    store.append(
        STREAM, "item.done", "item:verify-payment", (), data, by=By("Ana", "ana@example.org"),
        wall="2027-01-15T08:00:00Z",
    )  # fmt: skip


def bare_commit(location: StoreLocation, journal: Path, ref: str) -> None:
    """Do by git alone what a commit of one grown journal cannot do without."""
    git = Git(location.common)

    def run(*arguments: str, env: dict[str, str] | None = None) -> str:
        return git.text(f"--git-dir={location.common}", *DURABLE, *arguments, env=env)

    tip = run("rev-parse", "--verify", ref)
    blob = run("hash-object", "-w", "--no-filters", str(journal))
    index = {"GIT_INDEX_FILE": str(location.temporary / "bare-index")}
    run("read-tree", tip, env=index)
    run("update-index", "--add", "--cacheinfo", f"100644,{blob},journal/bare.jsonl", env=index)
    tree = run("write-tree", env=index)
    run("update-ref", ref, run("commit-tree", "-p", tip, "-m", "bare", tree), tip)


def kilobytes(location: StoreLocation) -> int:
    """Return the size of all objects, loose and packed, in KiB, as `git count-objects` tells it."""
    told = subprocess.run(
        ["git", f"--git-dir={location.common}", "count-objects", "-v"], check=True, capture_output=True, text=True
    )
    numbers = dict(line.split(": ") for line in told.stdout.splitlines())
    return int(numbers["size"]) + int(numbers["size-pack"])


def rows(scale: Scale, commits: int = 0) -> Iterator[Result]:
    """Measure on a scratch repository; the growth is of one repository, so that it is one round."""
    commits = commits or scale.of(COMMITS, 50)
    with tempfile.TemporaryDirectory() as directory:
        git = ["git", "-C", directory]
        subprocess.run(["git", "init", "--quiet", directory], check=True)
        subprocess.run([*git, "config", "user.name", "Ana"], check=True)
        subprocess.run([*git, "config", "user.email", "ana@example.org"], check=True)
        location = StoreLocation.of(Path(directory))
        store = open_store(location)
        append(store, 100)
        store.commit("first")
        subprocess.run([*git, "update-ref", "refs/bare/state", "refs/cockpit/state"], check=True)
        journal = location.journal / STREAM / f"{WRITER}.1.jsonl"
        ours, bare = in_turns(
            3 * scale.rounds,
            lambda: store.commit("one more"),
            lambda: bare_commit(location, journal, "refs/bare/state"),
            before=lambda: append(store, 100),
        )
        subprocess.run([*git, "update-ref", "-d", "refs/bare/state"], check=True)
        yield Row("commit of one event", "ms", times(1e3, ours), "the bare git commands", times(1e3, bare))
        for number in range(commits):
            append(store, JOURNAL // COMMITS)
            store.commit(f"{number}")
        written = [sum(path.stat().st_size for path in location.journal.rglob("*.jsonl")) / 1e6]
        before = [kilobytes(location) * 1024 / 1e6]
        subprocess.run([*git, "gc", "--quiet"], check=True)
        after = [kilobytes(location) * 1024 / 1e6]
        yield Row(f"the repository after {commits:,} commits", "MB", before, "its journals", written)
        yield Row("and after git gc", "MB", after, "its journals", written)
        store.close()


def main() -> None:
    """Measure; the number of commits may be said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=0, metavar="N", help=f"by default {COMMITS}")
    arguments = parse(parser)
    report(lambda scale: rows(scale, arguments.commits), arguments)


if __name__ == "__main__":
    main()

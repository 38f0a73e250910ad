"""What publishing costs: `python -m tests.benchmarks.bench_growth [COMMITS]` (by default 2,000; some minutes).

A commit of one event against the bare git commands it comes down to, on the same repository; and how large the
repository is after so many commits of a journal that has grown to 5 MB, before and after `git gc`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.git.command import DURABLE, Git
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store

COMMITS = 2_000
JOURNAL = 5_000_000  # bytes in all
ROUNDS = 20
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


def timed(action: Callable[[], object], before: Callable[[], object]) -> float:
    """Return the median of seconds that `action` takes, `before` not counted."""
    taken = []
    for _ in range(ROUNDS + 1):
        before()
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])


def kilobytes(location: StoreLocation) -> tuple[int, int]:
    """Return the size of loose objects and of packs, in KiB, as `git count-objects` tells it."""
    told = subprocess.run(
        ["git", f"--git-dir={location.common}", "count-objects", "-v"], check=True, capture_output=True, text=True
    )
    numbers = dict(line.split(": ") for line in told.stdout.splitlines())
    return int(numbers["size"]), int(numbers["size-pack"])


def main() -> None:
    """Print one row a measurement."""
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else COMMITS
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["git", "init", "--quiet", directory], check=True)
        subprocess.run(["git", "-C", directory, "config", "user.name", "Ana"], check=True)
        subprocess.run(["git", "-C", directory, "config", "user.email", "ana@example.org"], check=True)
        location = StoreLocation.of(Path(directory))
        store = open_store(location)
        append(store, 100)
        store.commit("first")
        subprocess.run(["git", "-C", directory, "update-ref", "refs/bare/state", "refs/cockpit/state"], check=True)
        journal = location.journal / STREAM / f"{WRITER}.1.jsonl"
        ours = timed(lambda: store.commit("one more"), lambda: append(store, 100))
        bare = timed(lambda: bare_commit(location, journal, "refs/bare/state"), lambda: append(store, 100))
        subprocess.run(["git", "-C", directory, "update-ref", "-d", "refs/bare/state"], check=True)
        print(f"{'commit of one event':<52}{ours * 1e3:>10.1f} ms{ours / bare:>8.2f} times")
        print(f"{'the bare git commands':<52}{bare * 1e3:>10.1f} ms{1:>8.2f} times")
        started = time.perf_counter()
        for number in range(commits):
            append(store, JOURNAL // commits)
            store.commit(f"{number}")
        took = time.perf_counter() - started
        written = sum(path.stat().st_size for path in location.journal.rglob("*.jsonl"))
        loose, packed = kilobytes(location)
        print(f"{commits} commits, journals of {written / 1e6:.1f} MB in all, {took:.0f} s")
        print(f"{'before gc':<52}{(loose + packed) / 1024:>10.1f} MiB{(loose + packed) * 1024 / written:>7.1f} times")
        started = time.perf_counter()
        subprocess.run(["git", "-C", directory, "gc", "--quiet"], check=True)
        took = time.perf_counter() - started
        loose, packed = kilobytes(location)
        size = (loose + packed) * 1024
        print(f"{f'after git gc, {took:.1f} s':<52}{size / 2**20:>10.1f} MiB{size / written:>7.1f} times")
        store.close()


if __name__ == "__main__":
    main()

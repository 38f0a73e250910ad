"""How long a tick on one laptop takes to the other, by the watchers of two clones and a remote on disk.

Run: python -m tests.benchmarks.bench_sync
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.bootstrap import open_workspace
from cockpit.release.intents import TickItem
from cockpit.workspace import Options
from tests.benchmarks.figures import Result, Row, Scale, times
from tests.benchmarks.table import run_alone
from tests.journeys.clones import Clone, TwoClones

ROUNDS = 20
_LONGEST = 30.0  # seconds to wait for one tick


def rows(scale: Scale) -> Iterator[Result]:
    """Tick on one, and see it on the other."""
    with tempfile.TemporaryDirectory() as directory:
        both = TwoClones(Path(directory))
        both.ben.ask("sync")
        watchers = [_watcher(clone) for clone in (both.ana, both.ben)]
        try:
            delays = _delays(both, scale.of(ROUNDS, 3))
        finally:
            for watcher in watchers:
                watcher.terminate()
            for watcher in watchers:
                watcher.wait(30)
        bare = [_bare_exchange(both) for _ in delays]
    yield Row("a tick here is seen there", "ms", times(1e3, delays), "git push and fetch, bare", times(1e3, bare))


def _watcher(clone: Clone) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "cockpit", "watch", "--repo", str(clone.repository)]
    return subprocess.Popen(command, env={**os.environ, **clone.environment}, stdout=subprocess.DEVNULL)


def _delays(both: TwoClones, rounds: int) -> list[float]:
    ana = open_workspace(Options(repo=both.ana.repository, by="ana"))
    ben = open_workspace(Options(repo=both.ben.repository, by="ben"))
    sides = [(ana, ben), (ben, ana)]
    items = [view.id for view in ana.run.items.values() if not view.item.evidence]
    delays = []
    for number in range(rounds + 1):
        here, there = sides[number % 2]
        time.sleep(random.uniform(0.0, 2.0))  # at no particular moment of the watchers' rhythm
        began = time.monotonic()
        here.session.act(TickItem(items[number]))
        while there.run.items[items[number]].state != "done":
            if time.monotonic() - began > _LONGEST:
                raise SystemExit(f"the tick on {items[number]} never arrived")
            there.session.poll()
            time.sleep(0.02)
        delays.append(time.monotonic() - began)
    return delays[1:]  # before the first, neither knows of the other


def _bare_exchange(both: TwoClones) -> float:
    began = time.monotonic()
    for directory, command in (
        (both.ana.repository, ["commit", "--quiet", "--allow-empty", "-m", "one"]),
        (both.ana.repository, ["push", "--quiet", "--force", "origin", "HEAD:refs/heads/bench"]),
        (both.ben.repository, ["fetch", "--quiet", "origin", "+refs/heads/bench:refs/heads/bench"]),
    ):
        identity = ["-c", "user.name=u", "-c", "user.email=u@example.org"]
        subprocess.run(["git", *identity, *command], cwd=directory, check=True, capture_output=True)
    return time.monotonic() - began


if __name__ == "__main__":
    run_alone(rows, __doc__)

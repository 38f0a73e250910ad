"""How long the first screen takes, content and all: `python -m tests.benchmarks.bench_first_screen`.

From the start of the process until the first item that waits is painted, on the demo's release, at 200 by 50 on a
pseudo-terminal; beside a bare Textual app's first frame there. Once with a watcher that runs already, and once as the
first cockpit of the day, which has to start one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks.bare import READY
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Scale, times
from tests.benchmarks.served import SIZE, Served, opened, served_demo
from tests.benchmarks.table import run_alone


def bare_frame() -> float:
    """Return the seconds until a bare app has painted its first lines."""
    with Console([sys.executable, "-m", "tests.benchmarks.bare", "list"], size=SIZE) as console:
        return console.until(lambda painted: painted.holds(READY)) - console.started


def first_screen(served: Served) -> float:
    """Return the seconds until the cockpit has painted its first item; it is left once a watcher runs."""
    with served.console() as console:
        took = opened(console)
        served.wait_for_watcher()
        return took


def starts(served: Served, scale: Scale, *, alone: bool) -> tuple[list[float], list[float]]:
    """Return the seconds of starts and of a bare app's, in turns."""
    ours, theirs = list[float](), list[float]()
    first_screen(served)  # warms the caches
    for _ in range(scale.rounds):
        if alone:
            served.stop_watcher()
        ours.append(first_screen(served))
        theirs.append(bare_frame())
    return ours, theirs


def rows(scale: Scale) -> Iterator[Result]:
    """Measure both starts."""
    with served_demo() as served:
        watching = subprocess.Popen(
            served.command("watch"), env={**os.environ, **served.environment}, stdout=subprocess.DEVNULL
        )
        try:
            served.wait_for_watcher()
            ours, theirs = starts(served, scale, alone=False)
        finally:
            watching.terminate()
            watching.wait(30)
        yield Row(
            "first screen, watcher running", "ms", times(1e3, ours), "bare Textual app", times(1e3, theirs), goal=1.3
        )
        ours, theirs = starts(served, scale, alone=True)
        yield Row(
            "first screen, nobody here yet", "ms", times(1e3, ours), "bare Textual app", times(1e3, theirs), goal=1.3
        )


if __name__ == "__main__":
    run_alone(rows, __doc__)

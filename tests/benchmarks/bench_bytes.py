"""What goes to the terminal, as over a thin SSH line: `python -m tests.benchmarks.bench_bytes`.

The bytes that one tick costs, beside a bare Textual list whose cursor moves by a line; and the bytes a second of a log
that grows by 1,000 lines a second, beside `tail -f` (all of them, undrawn), lnav, toolong and less.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.bare import READY
from tests.benchmarks.bench_colleague import is_ticked
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Scale
from tests.benchmarks.flood import line, write
from tests.benchmarks.served import COCKPIT, SIZE, opened, served_demo
from tests.benchmarks.table import run_alone
from tests.journeys.shop import FIRST_OPEN_ID

WINDOW = 1.2  # seconds: whatever a tick draws has been drawn, and the clock once
RATE = 1000  # lines/s
_TOAST = 8.0  # seconds: until what a tick tells has gone again
_TAIL_SIZE = (120, 40)


def tick_rows(scale: Scale) -> Iterator[Result]:
    """Count what a tick writes, less what the clocks write anyhow."""
    ours, theirs = list[float](), list[float]()
    with ExitStack() as stack:
        served = stack.enter_context(served_demo())
        console = stack.enter_context(served.console())
        bare = stack.enter_context(Console([sys.executable, "-m", "tests.benchmarks.bare", "list"], size=SIZE))
        opened(console)
        bare.until(lambda painted: painted.holds(READY))
        for _ in range(scale.rounds):
            console.written_within(_TOAST)
            quiet = statistics.median(console.written_within(WINDOW) for _ in range(3))
            console.press(" ")
            ours.append(max(console.written_within(WINDOW) - quiet, 0.0))
            if not is_ticked(console.painted):
                raise RuntimeError("the tick is not on the screen")
            console.written_within(_TOAST)
            served.ask("item", "undo", FIRST_OPEN_ID, "--by", "ana")
            console.until(lambda painted: not is_ticked(painted))
            bare.written_within(0.1)
            bare.press("\x1b[B")
            theirs.append(float(bare.written_within(WINDOW)))
    yield Row("one tick, to the terminal", "B", ours, "one line of a bare Textual list", theirs)


def tail_rows(scale: Scale) -> Iterator[Result]:
    """Count what a steady log writes, all viewers on the same file at the same time."""
    seconds, sent = scale.of(9, 3), dict[str, list[float]]()
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "flood.log")
        path.write_text("".join(line(0) for _ in range(2000)))
        home = stack.enter_context(peers.fresh_home())
        commands = {
            "cockpit": [*COCKPIT, "logs", "--view", str(path)],
            "tail -f": ["tail", "-f", str(path)],
            **peers.viewers(path),
        }
        consoles = {
            name: stack.enter_context(Console(argv, size=_TAIL_SIZE, environment=home, painting=False))
            for name, argv in commands.items()
        }
        time.sleep(3.0)
        longest = multiprocessing.Value("d", 0.0)
        whole = 4.0 + scale.rounds * (seconds + 0.5)
        writer = multiprocessing.Process(target=write, args=(path, RATE, whole, longest), daemon=True)
        writer.start()
        time.sleep(2.0)
        for _ in range(scale.rounds):
            before, began = {name: console.written for name, console in consoles.items()}, time.perf_counter()
            time.sleep(seconds)
            span = time.perf_counter() - began
            for name, console in consoles.items():
                sent.setdefault(name, []).append((console.written - before[name]) / span / 1000)
        writer.join()
    ours = sent.pop("cockpit")
    for name, theirs in sent.items():
        goal = 1.0 if name == "tail -f" else None
        yield Row(f"a log at {RATE:,} lines/s, to the terminal", "kB/s", ours, name, theirs, goal=goal)
    yield from peers.left_out("lnav", "toolong", "less")


def rows(scale: Scale) -> Iterator[Result]:
    """Measure both."""
    yield from tick_rows(scale)
    yield from tail_rows(scale)


if __name__ == "__main__":
    run_alone(rows, __doc__)

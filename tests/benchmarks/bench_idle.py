"""What a cockpit takes while nobody touches it: `python -m tests.benchmarks.bench_idle`.

The demo is served, its first page open at 200 by 50 with all panes live, for about a minute: the share of a core, the
memory and the bytes to the terminal of the screen and of the watcher. lnav and toolong follow the shop's two logs
meanwhile, where they are installed, and a bare Textual app stands idle.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.benchmarks import peers
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Scale
from tests.benchmarks.processes import cpu_seconds, rss_megabytes
from tests.benchmarks.served import SIZE, served_demo
from tests.benchmarks.table import run_alone

WARM_UP = 20  # seconds: the checks have been looked at, the first toasts are gone
WINDOW = 9  # seconds a round
MOST_CPU, MOST_MEMORY, MOST_BYTES = 3.0, 100.0, 1000.0
_BARE = "bare Textual list"


@dataclass
class Usage:
    """What one program took, window by window."""

    pid: int
    console: Console | None = None
    share: list[float] = field(default_factory=list)  # percent of a core
    with_commands: list[float] = field(default_factory=list)  # and of the commands it ran
    memory: list[float] = field(default_factory=list)  # MB
    sent: list[float] = field(default_factory=list)  # bytes/s
    without: int = 0  # a process below it that counts by itself

    def processes(self) -> list[int]:
        """A viewer may have processes below it; the watcher's are commands that come and go."""
        found = self.console.processes() if self.console is not None else [self.pid]
        return [pid for pid in found if pid != self.without]


def window(all_of: list[Usage], seconds: float) -> None:
    """Add a window to each."""

    def used() -> list[tuple[float, float, int]]:
        return [
            (
                cpu_seconds(each.processes()),
                cpu_seconds(each.processes(), with_ended=True),
                each.console.written if each.console is not None else 0,
            )
            for each in all_of
        ]

    before, started = used(), time.perf_counter()
    time.sleep(seconds)
    after, span = used(), time.perf_counter() - started
    for each, then, now in zip(all_of, before, after, strict=True):
        each.share.append((now[0] - then[0]) / span * 100)
        each.with_commands.append((now[1] - then[1]) / span * 100)
        each.sent.append((now[2] - then[2]) / span)
        each.memory.append(rss_megabytes(each.processes()))


def rows(scale: Scale) -> Iterator[Result]:
    """Look for a minute."""
    with ExitStack() as stack:
        served = stack.enter_context(served_demo())
        home = stack.enter_context(peers.fresh_home())
        logs = [served.root / "var" / "logs" / name for name in ("app.log", "access.log")]

        def begin(argv: list[str], environment: dict[str, str]) -> Usage:
            console = stack.enter_context(Console(argv, size=SIZE, environment=environment, painting=False))
            return Usage(console.pid, console)

        screen = begin(served.command(by="ana"), served.environment)
        others = {_BARE: begin([sys.executable, "-m", "tests.benchmarks.bare", "list"], {})}
        others |= {name: begin(argv, home) for name, argv in peers.viewers(*logs, of=("lnav", "toolong")).items()}
        watcher = Usage(served.wait_for_watcher())
        screen.without = watcher.pid  # which the screen has started
        time.sleep(scale.of(WARM_UP, 10))
        for _ in range(scale.rounds):
            window([screen, watcher, *others.values()], scale.of(WINDOW, 3))
    yield from _rows_of(screen, watcher, others)
    yield from peers.left_out("lnav", "toolong")


def _rows_of(screen: Usage, watcher: Usage, others: dict[str, Usage]) -> Iterator[Result]:
    for name, peer in others.items():
        yield Row("idle, the screen", "% of a core", screen.share, name, peer.share, goal=MOST_CPU, bounds="ours")
        yield Row("idle, the screen", "MB", screen.memory, name, peer.memory, goal=MOST_MEMORY, bounds="ours")
        yield Row("idle, to the terminal", "B/s", screen.sent, name, peer.sent, goal=MOST_BYTES, bounds="ours")
    yield Row("idle, the watcher", "% of a core", watcher.share, goal=MOST_CPU, bounds="ours")
    yield Row("idle, the watcher with the commands of its checks", "% of a core", watcher.with_commands)
    yield Row("idle, the watcher", "MB", watcher.memory, goal=MOST_MEMORY, bounds="ours")


if __name__ == "__main__":
    run_alone(rows, __doc__)

"""How soon a colleague's tick on the same host is on the screen: `python -m tests.benchmarks.bench_colleague`.

A second writer on the clone ticks an item and opens it again, at no particular moment; the time from the call until the
change is painted in the other's terminal, the slowest of five a round. Beside it, in the same rounds, what a bare
process can do that waits for the journals: by inotify, and by looking as often as the screen does.
"""

from __future__ import annotations

import ctypes
import os
import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from cockpit.release.intents import ReopenItem, TickItem
from cockpit.store.location import StoreLocation
from cockpit.tui.feeds import STORE_INTERVAL
from cockpit.tui.glyphs import UNICODE
from cockpit.workspace import Workspace
from tests.benchmarks.figures import Result, Row, Scale, times
from tests.benchmarks.painted import Painted
from tests.benchmarks.served import opened, served_demo
from tests.benchmarks.table import run_alone
from tests.journeys.shop import FIRST_OPEN, FIRST_OPEN_ID

TICKS = 5  # a round
_IN_MODIFY = 0x2
_PATIENCE = 10.0


def watch_by_inotify(path: Path) -> None:
    """Print the time of every change of a file, told by the kernel, until killed."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init()
    if libc.inotify_add_watch(descriptor, os.fsencode(path), _IN_MODIFY) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    print("ready", flush=True)
    while os.read(descriptor, 4096):
        print(time.perf_counter(), flush=True)


def watch_by_looking(path: Path) -> None:
    """Print the time of every change of a file's size, looked at as often as the screen does, until killed."""
    size = path.stat().st_size
    print("ready", flush=True)
    while True:
        time.sleep(STORE_INTERVAL)
        now = path.stat().st_size
        if now != size:
            size = now
            print(time.perf_counter(), flush=True)


class Witness:
    """A bare process that waits for changes of a file, and says when it has seen one."""

    def __init__(self, how: str, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bench_colleague", how, str(path)],
            stdout=subprocess.PIPE,
            bufsize=0,  # select must know of every line
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout
        self._out.readline()

    def seen(self, since: float) -> float:
        """Return when the first change after `since` was seen, once it is; infinity for never."""
        while select.select([self._out], [], [], _PATIENCE)[0]:
            at = float(self._out.readline())
            if at > since:
                return at
        return float("inf")

    def __enter__(self) -> Witness:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def journal_of(workspace: Workspace) -> Path:
    """Return the file that this writer appends to; it has written already."""
    root = StoreLocation.of(workspace.root).journal
    (path,) = root.rglob(f"{workspace.session.writer}.*.jsonl")
    return path


def is_ticked(painted: Painted) -> bool:
    """Whether the item is shown as done."""
    return any(FIRST_OPEN in line and UNICODE.done in line.split(FIRST_OPEN)[0] for line in painted.lines())


def rows(scale: Scale) -> Iterator[Result]:
    """Tick and open again, and watch."""
    ours, told, looked = list[float](), list[float](), list[float]()
    dice = random.Random(7)
    with ExitStack() as stack:
        served = stack.enter_context(served_demo())
        console = stack.enter_context(served.console())
        opened(console)
        colleague = served.workspace()
        colleague.session.act(TickItem(FIRST_OPEN_ID))
        console.until(is_ticked)
        path = journal_of(colleague)
        witnesses = [stack.enter_context(Witness(how, path)) for how in ("inotify", "looking")]
        ticked = True
        for _ in range(scale.rounds):
            delays: tuple[list[float], ...] = ([], [], [])
            for _ in range(TICKS):
                console.written_within(dice.uniform(0.3, 1.3))
                ticked = not ticked
                began = time.perf_counter()
                colleague.session.act(TickItem(FIRST_OPEN_ID) if ticked else ReopenItem(FIRST_OPEN_ID, "not yet"))
                seen = console.until(lambda painted, wanted=ticked: is_ticked(painted) is wanted, within=_PATIENCE)  # type: ignore[misc]
                for times_of, at in zip(delays, (seen, *(witness.seen(began) for witness in witnesses)), strict=True):
                    times_of.append(at - began)
            for all_rounds, found in zip((ours, told, looked), delays, strict=True):
                all_rounds.append(max(found))
    what, milliseconds = f"a colleague's tick on the screen, slowest of {TICKS}", times(1e3, ours)
    yield Row(what, "ms", milliseconds, "inotify, bare", times(1e3, told), goal=250, bounds="ours")
    looking = f"looking every {STORE_INTERVAL * 1000:.0f} ms, bare"
    yield Row(what, "ms", milliseconds, looking, times(1e3, looked), goal=250, bounds="ours")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] in {"inotify", "looking"}:
        {"inotify": watch_by_inotify, "looking": watch_by_looking}[sys.argv[1]](Path(sys.argv[2]))
    else:
        run_alone(rows, __doc__)

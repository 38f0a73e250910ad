"""Opening and following logs beside other tools: `python -m tests.benchmarks.bench_logs [--only opening|following]`.

Every viewer runs in tmux at the same size, its screen is read by `capture-pane`. Opening: seconds from the start until
the newest line of a 1 GB file is on the screen, and the memory then, beside a bare Textual app's first frame.
Following: a writer adds lines at a steady rate; the age of the newest line on the screen, the time from a key to what
it paints, and the share of a core while nobody presses any, as nobody does in the others. Which viewers are not here is
said, and how they come.
"""

from __future__ import annotations

import argparse
import compileall
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cockpit
from tests.benchmarks import peers
from tests.benchmarks.figures import Result, Row, Scale, percentile, times
from tests.benchmarks.flood import Longest, line, write
from tests.benchmarks.processes import cpu_seconds, rss_megabytes, tree
from tests.benchmarks.table import parse, report

SIZE = (120, 40)
_SEQUENCE = re.compile(r"seq=(\d+) t=(\d+\.\d+)")
_OURS, _BARE = "cockpit", "bare Textual app"
_BARE_APP = (
    "from textual.app import App\nfrom textual.widgets import Static\n"
    "class Bare(App):\n    def compose(self):\n        yield Static('READY')\nBare().run()\n"
)


class Pane:
    """A program in a tmux server of its own."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._socket = f"bench-{os.getpid()}-{time.monotonic_ns()}"
        width, height = SIZE
        self.started = time.perf_counter()
        self._tmux(
            "new-session", "-d", "-x", str(width), "-y", str(height),
            "env", "TERM=xterm-256color", "COLORTERM=truecolor", *argv,
        )  # fmt: skip
        self.pid = int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def _tmux(self, *arguments: str) -> str:
        argv = ["tmux", "-L", self._socket, "-f", "/dev/null", *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout

    def screen(self) -> str:
        """Return what is on the screen."""
        return self._tmux("capture-pane", "-p")

    def press(self, key: str) -> None:
        """Press a key."""
        self._tmux("send-keys", key)

    def until(self, holds: Callable[[str], bool], timeout: float = 60.0) -> float:
        """Return the seconds from the start until the screen holds something; infinity where it never does."""
        while time.perf_counter() - self.started < timeout:
            if holds(self.screen()):
                return time.perf_counter() - self.started
        return float("inf")

    def cpu(self) -> float:
        """Return the seconds of a core that it has used so far."""
        return cpu_seconds(tree(self.pid))

    def memory(self) -> float:
        """Return the megabytes it holds."""
        return rss_megabytes(tree(self.pid))

    def close(self) -> None:
        """End it."""
        self._tmux("kill-server")


def commands(path: Path) -> dict[str, list[str]]:
    """Return the command lines that open and follow a log."""
    found = {_OURS: [sys.executable, "-m", "cockpit", "logs", "--view", str(path)]}
    return found | peers.viewers(path)


def opening(directory: Path, scale: Scale) -> Iterator[Result]:
    """Measure how long the newest line of a large file takes to be seen, and the memory then."""
    path = directory / "large.log"
    block = "".join(line(number) for number in range(20_000)).encode()
    with path.open("wb") as file:
        for _ in range(scale.of(10**9, 10**8) // len(block)):
            file.write(block)
        file.write(line(777_777_777).encode())
    taken: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    contenders = {_BARE: [sys.executable, "-c", _BARE_APP], **commands(path)}
    for _ in range(scale.rounds):
        for name, argv in contenders.items():
            pane = Pane(argv)
            awaited = "READY" if name == _BARE else "777777777"
            taken.setdefault(name, []).append(pane.until(lambda text, awaited=awaited: awaited in text))  # type: ignore[misc]
            memory.setdefault(name, []).append(pane.memory())
            pane.close()
    size = path.stat().st_size / 1e9
    path.unlink()
    ours, held = times(1e3, taken.pop(_OURS)), memory.pop(_OURS)
    for name, seconds in taken.items():
        yield Row(f"logs --view, {size:.1f} GB: newest line seen", "ms", ours, name, times(1e3, seconds))
    for name, megabytes in memory.items():
        yield Row(f"logs --view, {size:.1f} GB: memory then", "MB", held, name, megabytes)


@dataclass
class Followed:
    """What following a flood was like, window by window."""

    ages: list[float] = field(default_factory=list)  # seconds, of the newest line seen, p95
    shares: list[float] = field(default_factory=list)  # percent of a core
    stills: list[float] = field(default_factory=list)  # seconds that the screen stood still at the longest
    keys: list[float] = field(default_factory=list)  # seconds from a key to what it paints, p95
    memory: list[float] = field(default_factory=list)  # MB


def following(directory: Path, rate: int, scale: Scale) -> Iterator[Result]:
    """Measure how a steady flood is followed, one viewer after the other."""
    window = float(scale.of(6, 3))
    found: dict[str, Followed] = {}
    pauses = list[float]()
    for name in commands(directory):
        path = directory / "flood.log"
        path.write_text("".join(line(0) for _ in range(2000)))
        pane = Pane(commands(path)[name])
        pane.until(lambda text: "seq=0 " in text, 20)
        time.sleep(1)
        longest: Longest = multiprocessing.Value("d", 0.0)
        pressing = window / 2 if name == _OURS else 0.0
        writer = multiprocessing.Process(
            target=write, args=(path, rate, 2 + scale.rounds * (window + pressing), longest)
        )
        writer.start()
        time.sleep(1)
        followed = found[name] = Followed()
        for _ in range(scale.rounds):
            used, began = pane.cpu(), time.perf_counter()
            ages, frozen, _ = watch(pane, began + window, presses=False)
            followed.shares.append((pane.cpu() - used) / (time.perf_counter() - began) * 100)
            if pressing:
                more, still, keys = watch(pane, time.perf_counter() + pressing, presses=True)
                ages, frozen = [*ages, *more], max(frozen, still)
                followed.keys += [percentile(keys, 0.95)] if keys else []
            followed.ages.append(percentile(ages, 0.95) if ages else float("inf"))
            followed.stills.append(frozen)
            followed.memory.append(pane.memory())
        writer.join()
        pauses.append(longest.value)
        pane.close()
        path.unlink()
    ours = found.pop(_OURS)
    what = f"follow {rate:,} lines/s"
    for name, peer in found.items():
        yield Row(f"{what}: age of the newest line, p95", "ms", times(1e3, ours.ages), name, times(1e3, peer.ages))
        yield Row(f"{what}: share", "% of a core", ours.shares, name, peer.shares)
        yield Row(f"{what}: memory", "MB", ours.memory, name, peer.memory)
    own = [max(pauses)] * len(ours.stills)
    yield Row(f"{what}: longest still", "ms", times(1e3, ours.stills), "the writer's own pause", times(1e3, own))
    if ours.keys:
        yield Row(f"{what}: key to paint, p95", "ms", times(1e3, ours.keys))


def watch(pane: Pane, until: float, *, presses: bool) -> tuple[list[float], float, list[float]]:
    """Return the ages of the newest line seen, how long the screen stood still at most, and what keys took."""
    ages: list[float] = []
    keys: list[float] = []
    newest, changed, frozen = 0, time.perf_counter(), 0.0
    pressed_at, wrapped = 0.0, " wrap" in pane.screen().partition("\n")[0]
    next_press = time.perf_counter() + 0.5
    while (now := time.perf_counter()) < until:
        if presses and not pressed_at and now >= next_press:
            pressed_at = time.perf_counter()
            pane.press("w")
            wrapped = not wrapped
        text = pane.screen()
        seen, at = time.time(), time.perf_counter()
        if pressed_at and (" wrap" in text.splitlines()[0]) is wrapped:
            keys.append(at - pressed_at)
            pressed_at, next_press = 0.0, at + 0.37
        found = [(int(number), float(stamp)) for number, stamp in _SEQUENCE.findall(text)]
        number, stamp = max(found, default=(0, 0.0))
        if number:
            ages.append(seen - stamp)
        # Not only upwards: in a picture taken while it is drawn, a row of two lines may seem far ahead of them all.
        if number != newest:
            newest = number
            frozen = max(frozen, at - changed)
            changed = at
    return ages, max(frozen, time.perf_counter() - changed), keys


def rows(scale: Scale, part: str = "") -> Iterator[Result]:
    """Measure what is named, or both."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if part != "following":
            yield from opening(directory, scale)
        if part != "opening":
            for rate in (20_000, 100_000):
                yield from following(directory, rate, scale)
    yield from peers.left_out("lnav", "toolong", "less")


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["opening", "following"], default="")
    arguments = parse(parser)
    # As an installation has it; a working tree may have none, and then most of a start is compiling.
    compileall.compile_dir(Path(cockpit.__file__).parent, quiet=2)
    report(lambda scale: rows(scale, arguments.only), arguments)


if __name__ == "__main__":
    main()

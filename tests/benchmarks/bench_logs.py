"""Opening and following logs beside other tools: `python -m tests.benchmarks.bench_logs [--quick] [--toolong PATH]`.

Every viewer runs in tmux at the same size, its screen is read by `capture-pane`. Opening: seconds from the start until
the newest line of a 1 GB file is on the screen, and the memory then, beside a bare Textual app's first frame.
Following: a writer adds lines at a steady rate; the age of the newest line on the screen, the time from a key to what
it paints, and the share of a core, each with its spread. `lnav` and `less` come from Debian, toolong from PyPI
(`python -m venv X && X/bin/pip install toolong`, then `--toolong X/bin/tl`); what is not there is left out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

SIZE = (120, 40)
_SEQUENCE = re.compile(r"seq=(\d+) t=(\d+\.\d+)")
_TICKS = os.sysconf("SC_CLK_TCK")
_BARE = (
    "from textual.app import App\nfrom textual.widgets import Static\n"
    "class Bare(App):\n    def compose(self):\n        yield Static('READY')\nBare().run()\n"
)


Longest = Any  # a multiprocessing.Value of a float


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

    def processes(self) -> list[int]:
        """Return the program's processes."""
        found, queue = [], [self.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            try:
                for task in Path(f"/proc/{pid}/task").iterdir():
                    queue += [int(child) for child in (task / "children").read_text().split()]
            except OSError:
                continue
        return found

    def cpu(self) -> float:
        """Return the seconds of a core that it has used so far."""
        total = 0
        for pid in self.processes():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
        return total / _TICKS

    def memory(self) -> float:
        """Return the megabytes it holds."""
        total = 0
        for pid in self.processes():
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            found = re.search(r"VmRSS:\s+(\d+)", status)
            total += int(found[1]) if found else 0
        return total / 1024

    def close(self) -> None:
        """End it."""
        self._tmux("kill-server")


def line(number: int) -> str:
    """A line of a log, of about 100 bytes."""
    now = time.time()
    return _line(number, now, stamp_of(now))


def stamp_of(now: float) -> str:
    """A time as logs write it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + f",{int(now % 1 * 1000):03}"


def _line(number: int, now: float, stamp: str) -> str:
    level = "ERROR" if number % 97 == 0 else "WARNING" if number % 31 == 0 else "INFO"
    return f"{stamp} {level} shop.cart: GET /cart/{number % 9973} 200 31 ms seq={number} t={now:.4f}\n"


def write(path: Path, rate: int, seconds: float, longest: Longest) -> None:
    """Append `rate` lines a second, a hundred times a second; `longest` gets its own longest pause after a second."""
    with path.open("a") as file:
        start, number = time.perf_counter(), 1
        wrote = start + 1
        while (elapsed := time.perf_counter() - start) < seconds:
            due = int(elapsed * rate)
            # One time for the lot: at 100,000 lines a second the writer must not need half a core itself.
            moment = time.time()
            stamp = stamp_of(moment)
            file.write("".join([_line(n, moment, stamp) for n in range(number, due + 1)]))
            file.flush()
            now = time.perf_counter()
            longest.value, wrote = max(longest.value, now - wrote), max(now, wrote)
            number = due + 1
            time.sleep(max(0.0, 0.01 - (time.perf_counter() - start - elapsed)))


def viewers(path: Path, toolong: str) -> dict[str, list[str]]:
    """Return the command lines that open and follow a log."""
    found = {"cockpit": [sys.executable, "-m", "cockpit", "logs", "--view", str(path)]}
    if shutil.which(toolong):
        found["toolong"] = [toolong, str(path)]
    if shutil.which("lnav"):
        found["lnav"] = ["lnav", str(path)]
    if shutil.which("less"):
        found["less +F"] = ["less", "+F", str(path)]
    return found


def spread(values: Sequence[float], unit: str = "ms", factor: float = 1000) -> str:
    """Return median and extremes."""
    ordered = sorted(values)
    shown = [statistics.median(ordered), ordered[0], ordered[-1]]
    return "{:.0f} {unit} ({:.0f} to {:.0f})".format(*(value * factor for value in shown), unit=unit)


def opening(directory: Path, size: int, rounds: int, toolong: str) -> None:
    """Print how long the newest line of a large file takes to be seen."""
    path = directory / "large.log"
    block = "".join(line(number) for number in range(20_000)).encode()
    with path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
        file.write(line(777_777_777).encode())
    taken: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    for _ in range(rounds):
        bare = Pane([sys.executable, "-c", _BARE])
        taken.setdefault("bare Textual app", []).append(bare.until(lambda text: "READY" in text))
        memory.setdefault("bare Textual app", []).append(bare.memory())
        bare.close()
        for name, argv in viewers(path, toolong).items():
            pane = Pane(argv)
            taken.setdefault(name, []).append(pane.until(lambda text: "777777777" in text, 30))
            memory.setdefault(name, []).append(pane.memory())
            pane.close()
    print(f"opening {path.stat().st_size / 1e9:.2f} GB, {rounds} rounds: newest line on the screen")
    base = statistics.median(taken["bare Textual app"])
    for name, values in taken.items():
        ratio = statistics.median(values) / base
        held = statistics.median(memory[name])
        print(f"  {name:18} {spread(values):28} {ratio:5.2f} x bare   {held:6.1f} MB")
    path.unlink()


def following(directory: Path, rate: int, seconds: float, toolong: str) -> None:
    """Print how a steady flood is followed."""
    print(f"following {rate:,} lines/s for {seconds:.0f} s")
    for name in viewers(directory, toolong):
        path = directory / "flood.log"
        path.write_text("".join(line(0) for _ in range(2000)))
        pane = Pane(viewers(path, toolong)[name])
        pane.until(lambda text: "seq=0 " in text, 20)
        time.sleep(1)
        longest: Longest = multiprocessing.Value("d", 0.0)
        writer = multiprocessing.Process(target=write, args=(path, rate, seconds, longest))
        writer.start()
        time.sleep(1)
        used, began = pane.cpu(), time.perf_counter()
        ages, frozen, keys = watch(pane, began + seconds - 2, presses=name == "cockpit")
        share = (pane.cpu() - used) / (time.perf_counter() - began)
        held = pane.memory()
        writer.join()
        still = f"longest still {frozen * 1000:.0f} ms (the writer's own {longest.value * 1000:.0f})"
        told = f"newest line {percentiles(ages)}, {still}, {share:.0%} of a core"
        print(f"  {name:10} {told}, {held:.0f} MB" + (f", key to paint {percentiles(keys)}" if keys else ""))
        if name == "cockpit":
            expected = path.read_text().count("\n")
            print(f"    {expected - 2000:,} lines written, the title at the end: {title(pane)}")
        pane.close()
        path.unlink()


def title(pane: Pane) -> str:
    """Return the pane's first row once it has come to rest."""
    time.sleep(1)
    return " ".join(pane.screen().splitlines()[0].split())


def watch(pane: Pane, until: float, *, presses: bool) -> tuple[list[float], float, list[float]]:
    """Return the ages of the newest line seen, how long the screen stood still at most, and what keys took."""
    ages: list[float] = []
    keys: list[float] = []
    newest, changed, frozen = 0, time.perf_counter(), 0.0
    pressed_at, wrapped = 0.0, False
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
        if number > newest:
            newest = number
            frozen = max(frozen, at - changed)
            changed = at
    return ages, max(frozen, time.perf_counter() - changed), keys


def percentiles(values: Sequence[float]) -> str:
    """Return median and 95th percentile in milliseconds."""
    if not values:
        return "never seen"
    ordered = sorted(values)
    return f"{statistics.median(ordered) * 1000:.0f} ms (p95 {ordered[int(len(ordered) * 0.95)] * 1000:.0f})"


def main() -> None:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, and shorter")
    parser.add_argument("--toolong", default="tl", metavar="PATH")
    parser.add_argument("--only", choices=["opening", "following"])
    arguments = parser.parse_args()
    quick = arguments.quick
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if arguments.only != "following":
            opening(directory, 10**8 if quick else 10**9, 3 if quick else 7, arguments.toolong)
        if arguments.only != "opening":
            for rate in (20_000, 100_000):
                following(directory, rate, 6 if quick else 20, arguments.toolong)


if __name__ == "__main__":
    main()

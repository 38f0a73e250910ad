"""What processes take of the machine, as /proc tells it."""

from __future__ import annotations

import os
import re
import statistics
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        try:
            for task in Path(f"/proc/{found[-1]}/task").iterdir():
                queue += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def cpu_seconds(pids: Iterable[int], *, with_ended: bool = False) -> float:
    """Return the seconds of a core that these have used so far, their threads included.

    `with_ended` adds what the programs took that they started and that have ended.
    """
    last = 15 if with_ended else 13
    return sum(sum(map(int, fields[11:last])) for fields in map(_stat, pids) if fields) / _TICKS


def core_seconds(pid: int) -> tuple[float, float] | None:
    """Return how long a process's main thread has run so far, and how long it has waited for a core; None: not told."""
    try:
        ran, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    except (OSError, ValueError):
        return None
    return int(ran) / 1e9, int(waited) / 1e9


def rss_megabytes(pids: Iterable[int]) -> float:
    """Return the memory that these hold at present."""
    return sum(_status(pid, "VmRSS") for pid in pids) / 1024


def descriptors(pid: int) -> int:
    """Return how many files a process has open; 0 where it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def threads(pid: int) -> int:
    """Return how many threads a process has; 0 where it is gone."""
    return _status(pid, "Threads")


def carrying(variable: str) -> list[int]:
    """Return the living processes that have this `NAME=value` in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and variable.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def slope_an_hour(points: Iterable[tuple[float, float]]) -> float:
    """Return how fast a value grows: the least squares of (seconds, value), times an hour; 0 for fewer than three."""
    seconds, values = zip(*points, strict=True) if points else ((), ())
    if len(seconds) < 3:
        return 0.0
    return statistics.linear_regression(seconds, values).slope * 3600


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _status(pid: int, name: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0

"""A log that grows at a steady rate, each line with its number and time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

Longest = Any  # a multiprocessing.Value of a float


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

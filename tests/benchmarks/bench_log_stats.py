"""How fast `cockpit logs --stats` counts, beside lnav: `python -m tests.benchmarks.bench_log_stats [--megabytes 1000]`.

Each format's file is made of the same kind of lines, one in eight a warning or an error, and now and then a stack
trace. lnav (Debian's) indexes the same file and counts its lines by level, in the same run; where it is not installed,
only the one is measured. Seconds are of the processor, user and system, since both work on one core.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_WORDS = ("payment accepted for order", "cart updated by user", "cache miss on key", "upstream answered in")
_TRACE = (
    'Traceback (most recent call last):\n  File "/srv/shop/pay.py", line 42, in pay\n    raise Refused\nRefused: no\n'
)


def _clock(number: int) -> str:
    return f"{number // 3_600_000 % 24:02}:{number // 60_000 % 60:02}:{number // 1000 % 60:02}"


def _access(number: int, dice: random.Random) -> str:
    status = dice.choice((200, 200, 200, 200, 304, 302, 404, 500))
    return (
        f"203.0.{dice.randrange(256)}.{dice.randrange(256)} - - [01/Jul/2026:{_clock(number)} +0000] "
        f'"GET /products/{dice.randrange(10**6)}?page={number % 9} HTTP/1.1" {status} {dice.randrange(90_000)} '
        '"https://shop.example/" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"\n'
    )


def _python(number: int, dice: random.Random) -> str:
    level = dice.choice(("INFO",) * 6 + ("DEBUG", "WARNING"))
    line = (
        f"2026-07-01 {_clock(number)},{number % 1000:03} {level} shop.pay: "
        f"{dice.choice(_WORDS)} {dice.randrange(10**9)} took {dice.randrange(500)} ms\n"
    )
    return line if number % 1000 else line.replace(f" {level} ", " ERROR ", 1) + _TRACE


def _json(number: int, dice: random.Random) -> str:
    level = dice.choice(("info",) * 6 + ("warn", "error"))
    return (
        f'{{"level":"{level}","time":"2026-07-01T{_clock(number)}.{number % 1000:03}Z","logger":"shop.pay",'
        f'"msg":"{dice.choice(_WORDS)}","order":{dice.randrange(10**9)},"ms":{dice.randrange(500)}}}\n'
    )


FORMATS: dict[str, Callable[[int, random.Random], str]] = {"access": _access, "python": _python, "json": _json}


def make_log(path: Path, kind: str, size: int) -> None:
    """Write a log of about `size` bytes; after ten megabytes the same ones follow again."""
    dice, make = random.Random(7), FORMATS[kind]
    parts: list[str] = []
    written = number = 0
    while written < min(size, 10_000_000):
        parts.append(make(number, dice))
        written += len(parts[-1])
        number += 1
    block = "".join(parts).encode()
    with path.open("wb") as file:
        for _ in range(max(1, round(size / len(block)))):
            file.write(block)


def processor_seconds(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, str]:
    """Return the processor's and the clock's seconds that a command takes, and what it prints."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(arguments, capture_output=True, check=True, text=True, env=environment)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, wall, " ".join(done.stdout.split())


def contenders(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Return the commands that count the file's lines by level."""
    yield "cockpit", [sys.executable, "-m", "cockpit", "logs", str(path), "--stats"]
    lnav = shutil.which("lnav")
    if lnav:
        table = {".access": "access_log"}.get(path.suffix, "all_logs")
        query = f";SELECT log_level, count(*) FROM {table} GROUP BY log_level"
        yield "lnav", [lnav, "-n", "-c", query, "-c", ":write-csv-to -", str(path)]


def main() -> None:
    """Print one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000, help="the size of each file")
    parser.add_argument("--format", choices=sorted(FORMATS), action="append", help="only these")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "HOME": directory, "XDG_CONFIG_HOME": directory, "TERM": "xterm"}
        for kind in arguments.format or FORMATS:
            path = Path(directory, f"shop.{kind}")
            make_log(path, kind, arguments.megabytes * 1_000_000)
            megabytes = path.stat().st_size / 1e6
            for name, command in contenders(path):
                used, wall, printed = processor_seconds(command, environment)
                rate = f"{megabytes / used:7.1f} MB/s"
                print(f"{kind:8}{name:8}{used:8.2f} s of processor {wall:8.2f} s {rate}  {printed[:90]}")
            path.unlink()


if __name__ == "__main__":
    main()

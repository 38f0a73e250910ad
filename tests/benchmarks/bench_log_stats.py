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
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.figures import Result, Row, Scale
from tests.benchmarks.table import parse, report

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


def processor_seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Return the processor's seconds that a command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(arguments, capture_output=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def count_by_level(program: str, path: Path) -> list[str]:
    """Return lnav's command line that counts a file's lines by level."""
    table = {".access": "access_log"}.get(path.suffix, "all_logs")
    query = f";SELECT log_level, count(*) FROM {table} GROUP BY log_level"
    return [program, "-n", "-c", query, "-c", ":write-csv-to -", str(path)]


def rows(scale: Scale, megabytes: int = 0, kinds: Sequence[str] = ()) -> Iterator[Result]:
    """Count every format's file."""
    size = (megabytes or scale.of(1000, 20)) * 1_000_000
    lnav = peers.find("lnav")
    with peers.fresh_home() as home, tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, **home, "TERM": "xterm"}
        for kind in kinds or FORMATS:
            path = Path(directory, f"shop.{kind}")
            make_log(path, kind, size)
            counting = [sys.executable, "-m", "cockpit", "logs", str(path), "--stats"]
            ours, theirs = list[float](), list[float]()
            for _ in range(scale.rounds):
                ours.append(processor_seconds(counting, environment))
                if lnav:
                    theirs.append(processor_seconds(count_by_level(lnav, path), environment))
            what = f"logs --stats, {path.stat().st_size / 1e6:,.0f} MB of {kind}"
            yield Row(what, "s of a core", ours, "lnav" if lnav else "", theirs)
            path.unlink()
    yield from peers.left_out("lnav")


def main() -> None:
    """Measure; size and formats may be said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=0, help="the size of each file, by default 1000")
    parser.add_argument("--format", choices=sorted(FORMATS), action="append", default=[], help="only these")
    arguments = parse(parser)
    report(lambda scale: rows(scale, arguments.megabytes, arguments.format), arguments)


if __name__ == "__main__":
    main()

"""How long `cockpit status --json` takes on a long release: `python -m tests.benchmarks.bench_status`.

A whole process on a run of 10,000 events, beside one that only imports what reads YAML and JSON; on the same run where
no earlier one has left a checkpoint; and on a run that has just been opened. `--profile` prints the imports that take
longest.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Result, Row, Scale, in_turns, times
from tests.benchmarks.flights import extend, open_flight
from tests.benchmarks.table import parse, report

EVENTS = 10_000
LEAST = "import yaml, msgspec"
_SHOWN = 40  # imports


def status_command(repository: Path) -> list[str]:
    """Return the command line that prints the status."""
    return [sys.executable, "-P", "-m", "cockpit", "status", "--json", "--repo", str(repository)]


def run(command: list[str]) -> None:
    """Run a command to its end."""
    subprocess.run(command, check=True, capture_output=True)


def rows(scale: Scale) -> Iterator[Result]:
    """Measure a long run and a new one."""
    with tempfile.TemporaryDirectory() as directory:
        long, new = (open_flight(Path(directory, name)) for name in ("long", "new"))
        extend(long, EVENTS)
        checkpoints = long.store.location.root / "checkpoints"
        for what, flight, goal, first in (
            (f"status --json, {EVENTS:,} events", long, 2.0, False),
            (f"status --json, {EVENTS:,} events, the first time", long, None, True),
            ("status --json, new", new, None, False),
        ):
            command = status_command(flight.root)
            least = [sys.executable, "-P", "-c", LEAST]
            before = partial(shutil.rmtree, checkpoints, ignore_errors=True) if first else lambda: None
            ours, theirs = in_turns(scale.rounds, partial(run, command), partial(run, least), before=before)
            yield Row(what, "ms", times(1e3, ours), f"python -c {LEAST!r}", times(1e3, theirs), goal=goal)


def profile() -> None:
    """Print the imports of a status that take longest, with what each brings along."""
    with tempfile.TemporaryDirectory() as directory:
        flight = open_flight(Path(directory, "new"))
        command = status_command(flight.root)
        done = subprocess.run([*command[:1], "-X", "importtime", *command[1:]], check=True, capture_output=True)
    found = []
    for line in done.stderr.decode().splitlines()[1:]:
        own, whole, name = line.removeprefix("import time:").split("|")
        if own.strip().isdigit():
            found.append((int(whole), int(own), name.rstrip()))
    print(f"{'with its own':>14}{'alone':>10}  ms, of {len(found)} modules")
    for whole_us, own_us, name in sorted(found, reverse=True)[:_SHOWN]:
        print(f"{whole_us / 1e3:14.1f}{own_us / 1e3:10.1f}  {name.strip()}")


def main() -> None:
    """Measure, or show the imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="print the imports that take longest, and end")
    arguments = parse(parser)
    if arguments.profile:
        profile()
    else:
        report(rows, arguments)


if __name__ == "__main__":
    main()

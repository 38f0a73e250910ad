"""Every benchmark in one table, each beside its peer or its physical limit: `python -m tests.benchmarks`.

A benchmark that fails is named at the end, and the exit status is 1; the others are shown all the same. The whole
takes about an hour of an idle machine; `--only NAME…` takes some, `--quick` sees that they run.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from collections.abc import Iterator, Sequence

from tests.benchmarks.figures import Result, Scale
from tests.benchmarks.table import Report, add_options, show

# In the order of the table: what a person feels first, then what carries it.
NAMES = (
    "first_screen",
    "status",
    "keys",
    "checklist",
    "colleague",
    "idle",
    "bytes",
    "logs",
    "log_stats",
    "probes",
    "store",
    "replay",
    "growth",
    "sync",
    "tags",
)


def measured(names: Sequence[str], scale: Scale, failed: list[str]) -> Iterator[Result]:
    """Run benchmarks one after the other and yield their rows; the names of those that fail are added to `failed`."""
    for name in names:
        started = time.monotonic()
        print(f"{name} …", end="", file=sys.stderr, flush=True)
        try:
            yield from importlib.import_module(f"tests.benchmarks.bench_{name}").rows(scale)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        print(f" {time.monotonic() - started:.0f} s", file=sys.stderr)


def main() -> int:
    """Run what is asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"of {', '.join(NAMES)}")
    add_options(parser)
    arguments = parser.parse_args()
    scale, failed = Scale(quick=arguments.quick), list[str]()
    names = [name for name in NAMES if not arguments.only or name in arguments.only]
    report = Report.of(measured(names, scale, failed), scale)
    show(report, arguments)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What a probe costs: `python -m tests.benchmarks.bench_probes [http] [rollups] [screen] [keys]`.

http: CPU of an HTTP probe, with three conditions and its record in the samples, against the best bare httpx GET that we
know (one client an origin), 200 at once, against a raw asyncio server in a process of its own. The two are measured in
turn, each in a process of its own.
screen: the share of a core that a watcher of 300 HTTP probes every 10 s takes, and the open probes page beside it.
keys: from a key on that page to what it paints, on a terminal.
rollups: a year of roll-ups of 300 probes, and what the screen asks of them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from cockpit.release.health import ProbeState
from cockpit.release.rollup import Rollup, added_up
from cockpit.samples.database import open_for_writing
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import DAY, FILE_NAME, HOUR
from tests.benchmarks.bare import READY
from tests.benchmarks.bench_keys import Look, cursor, everything, key_to_paint, turn_to
from tests.benchmarks.console import Console
from tests.benchmarks.figures import Result, Row, Rows, Scale, in_turns, percentile, times
from tests.benchmarks.gets import CONDITIONS, cpu, get_costs, serve
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.served import SIZE
from tests.benchmarks.table import parse, report
from tests.execution.flight import Flight

PROBES, INTERVAL = 300, 10  # seconds
WARM_UP, WINDOW = 15, 10  # seconds
LOTS = 10  # of 200 at once, a round
_COLUMNS = "size, probe, at, ok, degraded, down, unknown, paused, total_ms, highest_ms, latencies"


def http(scale: Scale) -> Iterator[Result]:
    """Compare a probe with a bare GET, the cheaper of the two ways."""
    found = get_costs(scale.rounds, scale.of(LOTS, 2))
    best = [min(pair) for pair in zip(found["bare"], found["bare_unkept"], strict=True)]
    yield Row(
        "an HTTP probe with 3 conditions and its record", "ms of a core", found["probing"], "httpx GET, bare", best
    )


def write_year(path: Path, names: list[str], now: int, days: int) -> None:
    """Write the roll-ups of so many days, of so many probes."""
    rng = random.Random(1)
    shape = Rollup(latencies={})
    for _ in range(360):
        shape.add(ProbeState.OK, rng.lognormvariate(4, 0.5))
    connection = open_for_writing(path)
    values = (360, 0, 0, 0, 0, shape.total_ms, shape.highest_ms, msgspec.msgpack.encode(shape.latencies))
    connection.execute("BEGIN")
    for size, count in ((HOUR, days * 24), (DAY, days)):
        rows = ((size, name, (now // size - back) * size, *values) for name in names for back in range(count))
        connection.executemany(f"INSERT INTO rollup ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()


def rollups(scale: Scale) -> Iterator[Result]:
    """Query a year of 300 probes as the screen does: the day's uptime of all, and the selected one's hours and days."""
    now, days = 1_800_057_600, scale.of(365, 30)
    names = [f"shop/live/probe-{number}" for number in range(PROBES)]
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_year(root / FILE_NAME, names, now, days)
        with SampleReader(root) as reader, contextlib.closing(sqlite3.connect(root / FILE_NAME)) as bare:

            def screen() -> object:
                return (
                    reader.counts(names, HOUR, now - DAY),
                    reader.rollups(names[7], HOUR, now - DAY, now),
                    reader.rollups(names[7], DAY, now - days * DAY, now),
                )

            def rows_alone() -> object:
                day = "SELECT * FROM rollup WHERE size = ? AND probe = ? AND at >= ?"
                wanted = [(HOUR, name, now - DAY) for name in [*names, names[7]]]
                return [bare.execute(day, each).fetchall() for each in [*wanted, (DAY, names[7], now - days * DAY)]]

            def added() -> object:
                found = reader.rollups(names[7], HOUR, now - days * DAY, now)
                return added_up(found.values()).percentile(95)

            def hours_alone() -> object:
                query = "SELECT * FROM rollup WHERE size = ? AND probe = ? AND at >= ?"
                return bare.execute(query, (HOUR, names[7], now - days * DAY)).fetchall()

            shown, least, year, hours = in_turns(3 * scale.rounds, screen, rows_alone, added, hours_alone)
    what = f"{PROBES} probes over {days} days"
    yield Row(f"what the screen asks of {what}", "ms", times(1e3, shown), "SQLite, bare rows", times(1e3, least))
    yield Row(f"p95 of one of {what}", "ms", times(1e3, year), "SQLite, bare rows", times(1e3, hours))


async def look_at_probes(flight: Flight, watcher: int, scale: Scale) -> list[tuple[float, float]]:
    """Keep the probes page open; return, a window each, the percents of a core of the watcher and of the screen."""
    from cockpit.tui.app import CockpitApp

    app = CockpitApp(flight.workspace())
    found = []
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("3")
        await asyncio.sleep(WARM_UP)
        for _ in range(scale.rounds):
            before, watching, started = cpu(), cpu_seconds([watcher]), time.monotonic()
            await asyncio.sleep(scale.of(WINDOW, 5))
            span = (time.monotonic() - started) / 100
            found.append(((cpu_seconds([watcher]) - watching) / span, (cpu() - before) / span))
        seen = sum(feed.state == "ok" for feed in app.live.probes)
    assert seen == PROBES, seen
    return found


@contextlib.contextmanager
def watched_flight() -> Iterator[tuple[Flight, int]]:
    """A release whose 300 HTTP probes a watcher runs every 10 s; yields it and the watcher's process."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        os.environ["COCKPIT_STATE_DIR"] = f"{directory}/state"
        server = multiprocessing.Process(target=serve, args=(listening,), kwargs={"keep": False}, daemon=True)
        server.start()
        flight = Flight(Path(directory))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        probe = {"http": url, "conditions": list(CONDITIONS), "interval": f"{INTERVAL}s"}
        flight.begin([], probes={f"probe-{number}": probe for number in range(PROBES)})
        watcher = subprocess.Popen(flight.command("watch"), stdout=subprocess.DEVNULL)
        try:
            yield flight, watcher.pid
        finally:
            watcher.terminate()
            watcher.wait(30)
            server.terminate()
            server.join()
            del os.environ["COCKPIT_STATE_DIR"]


def screen(scale: Scale) -> Iterator[Result]:
    """Watch 300 probes by a real watcher, with the probes page open."""
    with watched_flight() as (flight, watcher):
        shares = asyncio.run(look_at_probes(flight, watcher, scale))
    costs = get_costs(scale.rounds, scale.of(LOTS, 2))
    # Percents of a core that bare GETs as often would take.
    bare = [min(pair) * PROBES / INTERVAL / 10 for pair in zip(costs["bare"], costs["bare_unkept"], strict=True)]
    what, peer = f"{PROBES} probes every {INTERVAL} s", "as many httpx GETs, bare"
    yield Row(f"{what}: the watcher", "% of a core", [one for one, _ in shares], peer, bare, goal=25, bounds="ours")
    yield Row(
        f"{what}: the page open on them", "% of a core", [one for _, one in shares], peer, bare, goal=25, bounds="ours"
    )


def keys(scale: Scale) -> Iterator[Result]:
    """Move the cursor of the probes page on a terminal while 300 probes are run, beside a bare list's."""
    ours, theirs, dice = list[float](), list[float](), random.Random(7)
    with watched_flight() as (flight, _), ExitStack() as stack:
        console = stack.enter_context(Console(flight.command(), size=SIZE))
        bare = stack.enter_context(Console([sys.executable, "-m", "tests.benchmarks.bare", "list"], size=SIZE))
        bare.until(lambda painted: painted.holds(READY))
        console.until(lambda painted: painted.holds("1 Checklist"))
        turn_to(console, "3")
        console.until(lambda painted: painted.holds(f"{PROBES}/{PROBES} ok"))
        for _ in range(scale.rounds):
            ours.append(_p95(console, "jk", cursor, dice, scale))
            theirs.append(_p95(bare, ("\x1b[B",), everything, dice, scale))
    what = f"key to paint p95, the page of {PROBES} probes"
    yield Row(what, "ms", times(1e3, ours), "bare Textual list", times(1e3, theirs), goal=60, bounds="ours")


def _p95(console: Console, keys: Sequence[str], look: Look, dice: random.Random, scale: Scale) -> float:
    return percentile([key_to_paint(console, keys[n % len(keys)], look, dice) for n in range(scale.of(40, 10))], 0.95)


PARTS: dict[str, Rows] = {"http": http, "rollups": rollups, "screen": screen, "keys": keys}


def rows(scale: Scale, parts: Sequence[str] = ()) -> Iterator[Result]:
    """Measure what is named, or all."""
    for name in parts or PARTS:
        yield from PARTS[name](scale)


def main() -> None:
    """Measure what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    arguments = parse(parser)
    report(lambda scale: rows(scale, arguments.parts), arguments)


if __name__ == "__main__":
    main()

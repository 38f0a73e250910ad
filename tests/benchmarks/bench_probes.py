"""What a probe costs: `python -m tests.benchmarks.bench_probes [http] [rollups] [screen]`.

http: CPU of an HTTP probe, with three conditions and its record in the samples, against the best bare httpx GET that we
know (one client an origin), 200 at once, against a raw asyncio server in a process of its own. The two are measured in
turn, each in a process of its own.
screen: the share of a core that a watcher of 300 HTTP probes every 10 s takes, and the open probes page beside it.
rollups: a year of roll-ups of 300 probes, and what the screen asks of them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.health.probes import Prober
from cockpit.release.health import Debounced, ProbeState, advance
from cockpit.release.probes import Probe
from cockpit.release.rollup import Rollup, added_up
from cockpit.samples.database import open_for_writing
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import DAY, FILE_NAME, HOUR
from cockpit.samples.writer import SampleWriter
from tests.execution.flight import Flight

AT_ONCE = 200
ROUNDS = 10  # of so many at once
TURNS = 3
PROBES = 300
WARM_UP, SCREEN_FOR = 15.0, 40.0  # seconds
BODY = b'{"status": "ok", "queue": 7}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY)
    + BODY
)
CONDITIONS = ("[STATUS] == 200", "[BODY].status == ok", "[RESPONSE_TIME] < 5s")


def serve(listening: socket.socket, *, keep: bool) -> None:
    """Answer every request the same, until killed."""
    answer = ANSWER.replace(b"Connection: close\r\n", b"") if keep else ANSWER

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)
                if not keep:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def forever() -> None:
        server = await asyncio.start_server(handle, sock=listening, backlog=1024)
        await server.serve_forever()

    asyncio.run(forever())


def cpu() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def bare(url: str) -> float:
    """Return the CPU milliseconds of one GET by one httpx client an origin."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
        await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        before = cpu()
        for _ in range(ROUNDS):
            await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        return (cpu() - before) / ROUNDS / AT_ONCE * 1000


async def bare_unkept(url: str) -> float:
    """Return the same without kept connections, as a probe asks."""
    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=30.0, limits=limits) as client:
        await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        before = cpu()
        for _ in range(ROUNDS):
            await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        return (cpu() - before) / ROUNDS / AT_ONCE * 1000


async def probing(url: str) -> float:
    """Return the CPU milliseconds of one probe, conditions and record included."""
    probe = Probe(http=url, conditions=CONDITIONS, timeout="30s")
    states: dict[str, Debounced] = {}
    with tempfile.TemporaryDirectory() as directory, SampleWriter(Path(directory)) as writer:
        async with Prober(observer="bench", directory=Path(directory)) as prober:

            async def look(name: str) -> None:
                result = await prober.run(name, probe, time.time())
                assert result.state is ProbeState.OK, result.detail
                states[name], _ = advance(states.get(name), result)
                writer.record(result, states[name])

            names = [f"probe-{number}" for number in range(AT_ONCE)]
            await asyncio.gather(*map(look, names))
            before = cpu()
            for _ in range(ROUNDS):
                await asyncio.gather(*map(look, names))
                writer.flush()
            return (cpu() - before) / ROUNDS / AT_ONCE * 1000


def in_process(name: str, url: str) -> float:
    """Return what one of the above measures, in a fresh interpreter."""
    call = f"import asyncio, tests.benchmarks.bench_probes as b; print(asyncio.run(b.{name}({url!r})))"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    return float(done.stdout)


def http() -> dict[str, float]:
    """Compare a probe with a bare GET."""
    found: dict[str, list[float]] = {"bare": [], "bare_unkept": [], "probing": []}
    address = ("127.0.0.1", 0)
    with (
        socket.create_server(address, backlog=1024) as closing,
        socket.create_server(address, backlog=1024) as keeping,
    ):
        servers = [
            multiprocessing.Process(target=serve, args=(closing,), kwargs={"keep": False}, daemon=True),
            multiprocessing.Process(target=serve, args=(keeping,), kwargs={"keep": True}, daemon=True),
        ]
        for server in servers:
            server.start()
        try:
            for _ in range(TURNS):
                for name, values in found.items():
                    port = (keeping if name == "bare" else closing).getsockname()[1]
                    values.append(in_process(name, f"http://127.0.0.1:{port}/"))
        finally:
            for server in servers:
                server.terminate()
                server.join()
    ms = {name: statistics.median(values) for name, values in found.items()}
    return {**ms, "ratio": ms["probing"] / min(ms["bare"], ms["bare_unkept"])}


def median_ms(action: Callable[[], object]) -> float:
    """Return the median of milliseconds that `action` takes, after one round to warm the caches."""
    action()
    taken = []
    for _ in range(20):
        started = time.perf_counter()
        action()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def rollups() -> dict[str, float]:
    """Query a year of 300 probes as the screen does: the day's uptime of all, and the selected one's hours and days."""
    now = 1_800_057_600
    rng = random.Random(1)
    shape = Rollup(latencies={})
    for _ in range(360):
        shape.add(ProbeState.OK, rng.lognormvariate(4, 0.5))
    names = [f"shop/live/probe-{number}" for number in range(PROBES)]
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        connection = open_for_writing(root / FILE_NAME)
        values = (360, 0, 0, 0, 0, shape.total_ms, shape.highest_ms, msgspec.msgpack.encode(shape.latencies))
        connection.execute("BEGIN")
        for size, count in ((HOUR, 365 * 24), (DAY, 365)):
            rows = ((size, name, (now // size - back) * size, *values) for name in names for back in range(count))
            connection.executemany("INSERT INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
        connection.close()
        with SampleReader(root) as reader:
            return {
                "file_mb": os.path.getsize(root / FILE_NAME) / 1e6,
                "day_of_all_ms": median_ms(lambda: reader.counts(names, HOUR, now - DAY)),
                "selected_year_by_hour_ms": median_ms(
                    lambda: added_up(reader.rollups(names[7], HOUR, now - 365 * DAY, now).values()).percentile(95)
                ),
                "screen_ms": median_ms(
                    lambda: (
                        reader.counts(names, HOUR, now - DAY),
                        reader.rollups(names[7], HOUR, now - DAY, now),
                        reader.rollups(names[7], DAY, now - 365 * DAY, now),
                    )
                ),
            }


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def look_at_probes(flight: Flight, watcher: int) -> dict[str, float]:
    """Keep the probes page open for a while; return the shares of a core that both processes take meanwhile."""
    from cockpit.tui.app import CockpitApp

    app = CockpitApp(flight.workspace())
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("3")
        await asyncio.sleep(WARM_UP)
        before, watching, started = cpu(), cpu_of(watcher), time.monotonic()
        await asyncio.sleep(SCREEN_FOR)
        span = time.monotonic() - started
        seen = sum(feed.state == "ok" for feed in app.live.probes)
        shares = {"watcher": (cpu_of(watcher) - watching) / span, "screen": (cpu() - before) / span}
    assert seen == PROBES, seen
    return {**shares, "both": sum(shares.values())}


def screen() -> dict[str, float]:
    """Watch 300 probes by a real watcher, with the probes page open."""
    with tempfile.TemporaryDirectory() as directory, socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        os.environ["COCKPIT_STATE_DIR"] = f"{directory}/state"
        server = multiprocessing.Process(target=serve, args=(listening,), kwargs={"keep": False}, daemon=True)
        server.start()
        flight = Flight(Path(directory))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        probe = {"http": url, "conditions": list(CONDITIONS), "interval": "10s"}
        flight.begin([], probes={f"probe-{number}": probe for number in range(PROBES)})
        watcher = subprocess.Popen(flight.command("watch"), stdout=subprocess.DEVNULL)
        try:
            return asyncio.run(look_at_probes(flight, watcher.pid))
        finally:
            watcher.terminate()
            watcher.wait(30)
            server.terminate()
            server.join()


def main() -> None:
    """Measure what is named, or all."""
    parts = {"http": http, "rollups": rollups, "screen": screen}
    for name in sys.argv[1:] or parts:
        figures = {key: round(value, 3) for key, value in parts[name]().items()}
        print(name, json.dumps(figures))


if __name__ == "__main__":
    main()

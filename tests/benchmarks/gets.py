"""HTTP GETs and what they cost: of a bare httpx client, and of a probe, each in a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
from functools import lru_cache
from pathlib import Path

from cockpit.health.probes import Prober
from cockpit.release.health import Debounced, ProbeState, advance
from cockpit.release.probes import Probe
from cockpit.samples.writer import SampleWriter

AT_ONCE = 200
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


async def bare(url: str, lots: int) -> float:
    """Return the CPU milliseconds of one GET by one httpx client an origin."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
        await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        before = cpu()
        for _ in range(lots):
            await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        return (cpu() - before) / lots / AT_ONCE * 1000


async def bare_unkept(url: str, lots: int) -> float:
    """Return the same without kept connections, as a probe asks."""
    import httpx

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(trust_env=False, timeout=30.0, limits=limits) as client:
        await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        before = cpu()
        for _ in range(lots):
            await asyncio.gather(*(client.get(url) for _ in range(AT_ONCE)))
        return (cpu() - before) / lots / AT_ONCE * 1000


async def probing(url: str, lots: int) -> float:
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
            for _ in range(lots):
                await asyncio.gather(*map(look, names))
                writer.flush()
            return (cpu() - before) / lots / AT_ONCE * 1000


def in_process(name: str, url: str, lots: int) -> float:
    """Return what one of the above measures, in a fresh interpreter."""
    call = f"import asyncio, tests.benchmarks.gets as b; print(asyncio.run(b.{name}({url!r}, {lots})))"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True)
    return float(done.stdout)


@lru_cache(maxsize=1)
def get_costs(rounds: int, lots: int) -> dict[str, list[float]]:
    """Return the CPU milliseconds of a bare GET, kept and unkept, and of a probe, measured in turn, `lots` of 200."""
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
            for _ in range(rounds):
                for name, values in found.items():
                    port = (keeping if name == "bare" else closing).getsockname()[1]
                    values.append(in_process(name, f"http://127.0.0.1:{port}/", lots))
        finally:
            for server in servers:
                server.terminate()
                server.join()
    return found

"""Somebody who takes a connection and says nothing, where TLS should begin: every look ends in its own time."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.comms.posting import Silence, post
from cockpit.health.probes import Prober
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.health import ProbeState
from cockpit.release.probes import Probe

PATIENCE = 20.0  # seconds; without an end to it, it took for ever


@pytest.fixture(params=[b"", b"\x16\x03\x03"], ids=("silent", "begun"))
def stalled(request: pytest.FixtureRequest) -> Iterator[int]:
    """A port at which a handshake begins, at the most."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.sendall(request.param)
            over.wait(PATIENCE)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield listener.getsockname()[1]
        over.set()
    thread.join(PATIENCE)


@pytest.mark.parametrize("kind", ["tls", "https"])
async def test_a_handshake_that_stalls_is_an_answer_that_did_not_come(kind: str, stalled: int) -> None:
    place = f"127.0.0.1:{stalled}"
    probe = Probe(tls=place, timeout="300ms") if kind == "tls" else Probe(http=f"https://{place}/", timeout="300ms")
    async with asyncio.timeout(PATIENCE), Prober(observer="here", directory=Path(), trusted=True) as prober:
        result = await prober.run("shop", probe, time.time())
    assert (result.state, result.detail) == (ProbeState.DOWN, "no answer within 300ms")


async def test_a_message_is_told_as_not_answered(stalled: int, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        sent = await post(f"https://127.0.0.1:{stalled}/hook", b"{}", roots=TrustedRoots(tmp_path), seconds=0.3)
    assert sent == Silence("no answer within 0.3 s", left=False)

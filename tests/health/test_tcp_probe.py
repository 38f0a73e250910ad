from __future__ import annotations

import contextlib
import socket

import pytest

from cockpit.health.probes import Prober
from cockpit.net.addresses import parse_address
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeState


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def test_an_open_port_is_ok(prober: Prober) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        result = await prober.run("db", Probe(tcp=f"127.0.0.1:{listening.getsockname()[1]}"), 5.0)
    assert (result.state, result.detail) == (ProbeState.OK, "connected")
    assert result.latency_ms is not None
    assert result.conditions[0].text == "[CONNECTED] == true"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_closed_port_is_down_unless_it_is_to_be_closed(prober: Prober, host: str) -> None:
    address = f"{host}:{_closed_port()}"
    result = await prober.run("db", Probe(tcp=address), 5.0)
    assert (result.state, result.detail, result.latency_ms) == (ProbeState.DOWN, "connection refused", None)
    result = await prober.run("db", Probe(tcp=address, conditions=("[CONNECTED] == false",)), 5.0)
    assert result.state is ProbeState.OK


async def test_a_port_whose_queue_is_full_times_out(prober: Prober) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = []
        try:
            for _ in range(4):  # fills the accept queue: further connections get no answer
                client = socket.socket()
                client.setblocking(False)
                client.connect_ex(listening.getsockname())
                waiting.append(client)
            address = f"127.0.0.1:{listening.getsockname()[1]}"
            result = await prober.run("db", Probe(tcp=address, timeout="150ms"), 5.0)
        finally:
            for client in waiting:
                client.close()
    assert (result.state, result.detail) == (ProbeState.DOWN, "no answer within 150ms")


async def test_a_name_is_up_where_only_its_first_address_is_dead(
    prober: Prober, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as alive, socket.socket() as dead, contextlib.ExitStack() as stack:
        port = int(alive.getsockname()[1])
        dead.bind(("127.0.0.2", port))
        dead.listen(0)
        for _ in range(4):  # fills the accept queue: further connections get no answer
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(dead.getsockname())
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        result = await prober.run("db", Probe(tcp=f"shop.test:{port}", timeout="5s"), 5.0)
    assert (result.state, result.detail) == (ProbeState.OK, "connected")


async def test_a_slow_connection_can_degrade(prober: Prober) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        probe = Probe(tcp=f"127.0.0.1:{listening.getsockname()[1]}", warn=("[RESPONSE_TIME] < 0",))
        result = await prober.run("db", probe, 5.0)
    assert result.state is ProbeState.DEGRADED


async def test_an_address_that_is_none_is_our_fault(prober: Prober) -> None:
    for address in ("localhost", "a..b:80"):
        assert (await prober.run("db", Probe(tcp=address), 5.0)).state is ProbeState.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("localhost:5432", ("localhost", 5432)),
        ("[::1]:80", ("::1", 80)),
        (" db.example:1 ", ("db.example", 1)),
    ],
)
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", "host", "host:", ":80", "host:0", "host:65536", "::1:80", "ho st:80", "host:8o"])
def test_what_is_no_address_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="write host:port"):
        parse_address(text)

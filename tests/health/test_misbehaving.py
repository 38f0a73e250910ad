"""A service that misbehaves in every way we could think of: the right state, one sentence, bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from cockpit.health.probes import Prober
from cockpit.release.health import ProbeState
from cockpit.release.probes import Probe
from tests.health.misbehaving import Server

NOW = 1_800_000_000.0
UP, DOWN = ProbeState.OK, ProbeState.DOWN
_NO_HTTP = "what answers does not speak HTTP correctly"

WAYS = [
    ("/slow", DOWN, "no answer within 400ms"),
    ("/drip", DOWN, "no complete answer within 400ms"),
    ("/hang", DOWN, "no answer within 400ms"),
    ("/hints", DOWN, "no answer within 400ms"),
    ("/half", DOWN, "the connection was closed without an answer"),
    ("/silent", DOWN, "the connection was closed without an answer"),
    ("/reset", DOWN, "the connection was reset"),
    ("/short", DOWN, "the answer was cut short"),
    ("/garbage", DOWN, _NO_HTTP),
    ("/nul", DOWN, _NO_HTTP),
    ("/nine", DOWN, _NO_HTTP),
    ("/lengths", DOWN, _NO_HTTP),
    ("/negative", DOWN, _NO_HTTP),
    ("/headers", DOWN, _NO_HTTP),
    ("/badchunk", DOWN, "the answer was cut short"),
    ("/endless", UP, "200 OK"),
    ("/chunks", UP, "200 OK"),
    ("/gzip", UP, "200 OK"),
    ("/hostile", UP, "200 OK"),
    ("/204", UP, "204 No Content"),
    ("/loop", DOWN, "more than 3 redirects, the last to /loop"),
    ("/file", DOWN, "it redirects to what cannot be asked"),
    ("/away", DOWN, "it redirects to what cannot be asked"),
    ("/hop", UP, "200 OK"),
    ("/503", DOWN, "503 Service Unavailable: database is away"),
]


@pytest.mark.parametrize(("path", "state", "detail"), WAYS)
async def test_each_way_gets_its_state_and_sentence(
    prober: Prober, server: Server, path: str, state: ProbeState, detail: str
) -> None:
    probe = Probe(http=server.url(path), timeout="400ms" if "400ms" in detail else "10s", redirects=3)
    tracemalloc.start()
    started = time.monotonic()
    try:
        result = await prober.run("api", probe, NOW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (result.state, result.detail) == (state, detail)
    assert time.monotonic() - started < 8
    assert peak < 20 * 2**20, "bytes"

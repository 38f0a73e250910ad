"""HTTP answers: what a probe and each monitoring tool make of mutated bytes, in bounded time, as a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
import zlib
from pathlib import Path
from random import Random
from typing import NamedTuple

from cockpit.health.probes import Prober
from cockpit.release.health import ProbeResult
from cockpit.release.probes import Probe
from tests.fuzz.mutate import json_bytes, mutated, mutated_value, nested
from tests.fuzz.target import Target, command, require, require_safe
from tests.health.misbehaving import plain
from tests.sources.contracts import CONTRACTS, ENVIRONMENT
from tests.sources.support import desk_of
from tests.sources.vendor import Request

_NOW = 1_800_000_000.0
_SECONDS = 1.5  # that a look may take
_SEEDS = (
    plain("200 OK", b"pong\n", "X-Version: v1"),
    plain("200 OK", b'{"status": "ok", "queue": 7, "items": [{"id": 41}], "none": null}'),
    plain("503 Service Unavailable", b"\n  database is away\nmore"),
    plain("302 Found", b"", "Location: /next"),
    plain("200 OK", zlib.compress(b"0" * 5_000_000), "Content-Encoding: deflate"),
    plain("200 OK", b"ok", "Set-Cookie: session=1; Path=/", "Retry-After: 30"),
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.0 200\r\n\r\nuntil the end",
)
_CONDITIONS = (
    "[STATUS] == 200", "[BODY].status == ok", "[BODY].items[0].id > 40", "[RESPONSE_TIME] < 500",
    "[HEADER].x-version == v1",
    "len([BODY]) > 3", "[BODY] == pat(*pong*)",
)  # fmt: skip


class Scripted:
    """Answers every connection with the same bytes, whatever is asked, and closes it."""

    def __init__(self) -> None:
        self.answer = b""
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(2.0)
                head = b""
                while b"\r\n\r\n" not in head and len(head) < 65536:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    head += piece
                connection.sendall(self.answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

    def close(self) -> None:
        """End."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(3.0)


class ToProbes(Target[bytes]):
    """What is answered to an http probe."""

    name = "http"

    def open(self) -> None:
        self.server = Scripted()

    def close(self) -> None:
        self.server.close()

    def make(self, dice: Random) -> bytes:
        return mutated(dice, dice.choice(_SEEDS), _SEEDS)

    def check(self, made: bytes) -> None:
        self.server.answer = made
        url = f"http://127.0.0.1:{self.server.port}/"
        began = time.monotonic()
        result = asyncio.run(self._look(url))
        require(time.monotonic() - began < _SECONDS + self.seconds, "it took longer than it may")
        require(result.detail, "a look without a word")
        require(len(result.detail) < 2000, f"{len(result.detail)} characters of detail")
        require("\n" not in result.detail, "a detail of several lines")
        status, out, err = command("probe", url)
        require(status in {0, 1, 3} and out, f"exit status {status}: {err}")

    @staticmethod
    async def _look(url: str) -> ProbeResult:
        async with Prober(observer="here", directory=Path(), trusted=True) as prober:
            probe = Probe(http=url, conditions=_CONDITIONS, timeout="1500ms", redirects=2)
            return await prober.run("api", probe, _NOW)


class Told(NamedTuple):
    """A contract by its place in the list, and what the tool answers."""

    contract: int
    answer: bytes


class ToSources(Target[Told]):
    """What is answered to each tool's adapter: its contract's own answers, mutated."""

    name = "sources"

    def open(self) -> None:
        self.server = Scripted()

    def close(self) -> None:
        self.server.close()

    def make(self, dice: Random) -> Told:
        index = dice.randrange(len(CONTRACTS))
        contract = CONTRACTS[index]
        request = Request("GET", "/", {}, {"x-scope-orgid": "shop"}, b"{}")
        try:
            reply = dice.choice((contract.good, contract.bad))(request)
        except (AssertionError, LookupError, ValueError):  # it looks at what it is asked
            return Told(index, plain("200 OK", nested(dice), "Content-Type: application/json"))
        body = reply.body
        if not isinstance(body, bytes):
            for _ in range(dice.choice((1, 1, 2, 3))):
                body = mutated_value(dice, body)
            body = json_bytes(body)
        if dice.random() < 0.25:
            body = mutated(dice, body)
        headers = [f"{name}: {value}" for name, value in reply.headers.items()]
        status = dice.choice((200, 200, 200, 200, 200, 400, 401, 403, 429, 500, 503, 302, 204, 999))
        whole = plain(f"{status} x", body, f"Content-Type: {reply.kind}", *headers, "Retry-After: 9" * (status == 429))
        return Told(index, mutated(dice, whole) if dice.random() < 0.1 else whole)

    def check(self, made: Told) -> None:
        contract = CONTRACTS[made.contract]
        self.server.answer = made.answer
        desk = desk_of(ENVIRONMENT, it=contract.source(f"http://127.0.0.1:{self.server.port}"))
        reading = asyncio.run(desk.ask(contract.question, seconds=_SECONDS))
        require_safe(reading.detail, "what a tool is said to say")
        require_safe(reading.link, "a link")
        require(reading.state == "ok" or reading.detail, "a reading without a word")
        require("could not be understood" not in reading.detail, f"a surprise: {reading.detail}")
        for secret in contract.secrets:
            require(secret not in reading.detail + reading.link, "a secret is told")
        if contract.question.ask == "logs":
            lines = asyncio.run(desk.lines(contract.question, _NOW - 600, _NOW, seconds=_SECONDS))
            require("could not be understood" not in lines.detail, f"a surprise: {lines.detail}")

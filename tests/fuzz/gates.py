"""What reaches `cockpit serve`: nobody comes in without the address or the cookie, and nothing ends the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import threading
from random import Random
from typing import NamedTuple

from aiohttp import web

from cockpit.serving.gate import Gate
from cockpit.serving.packets import DATA, META, fitting, packet_of
from cockpit.serving.server import Server, listen
from cockpit.serving.session import Program
from tests.fuzz.mutate import json_bytes, mutated, mutated_value, odd_value
from tests.fuzz.target import Target, require

_PATIENCE = 0.25  # seconds for an answer: what is cut off gets none
_AFTER = 0.05
_APP = "echo __GANGLION__; exec cat > /dev/null"
_MESSAGES: tuple[object, ...] = (
    ["stdin", "x"], ["resize", {"width": 80, "height": 24}], ["focus"], ["blur", 1], ["ping"], ["stdin", "é発"],
)  # fmt: skip


class Sent(NamedTuple):
    """A request as it goes over the line, TOKEN, PASS, ROOM and HOST standing for what they are; or a message."""

    request: bytes = b""
    message: str = ""


class Gates(Target[Sent]):
    """Requests of a browser and what it says, mutated, to the real server."""

    name = "gate"

    def open(self) -> None:
        self.complaints: list[str] = []
        self.failures: list[str] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        require(self._ready.wait(20), "the server does not start")

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, told: self.failures.append(str(told)))
        self._loop, self._ended = loop, asyncio.Event()
        program = Program(("sh", "-c", _APP), self.place, {}, "SIZE", "a <shop>")
        with listen(0) as listener:
            self.port: int = listener.getsockname()[1]
            self.gate = Gate(self.port)
            runner = web.AppRunner(Server(self.gate, program, complain=self.complaints.append).application())
            await runner.setup()
            await web.SockSite(runner, listener).start()
            self._ready.set()
            await self._ended.wait()
            await runner.cleanup()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(20)

    def make(self, dice: Random) -> Sent:
        if dice.random() < 0.4:
            message = mutated_value(dice, dice.choice(_MESSAGES)) if dice.random() < 0.8 else odd_value(dice)
            data = json_bytes(message)
            return Sent(message=(mutated(dice, data) if dice.random() < 0.3 else data).decode("utf-8", "replace"))
        requests = _requests()
        return Sent(mutated(dice, dice.choice(requests), requests))

    def check(self, made: Sent) -> None:
        if made.request:
            self._ask(made.request)
        else:
            _said(made.message)

    def _ask(self, request: bytes) -> None:
        given = {
            b"{TOKEN}": self.gate.url.partition("token=")[2].encode(),
            b"{PASS}": self.gate.cookie.partition("=")[2].partition(";")[0].encode(),
            b"{ROOM}": self.gate.room.encode(),
            b"{HOST}": f"127.0.0.1:{self.port}".encode(),
        }
        let_in = b"{TOKEN}" in request or b"{PASS}" in request
        for name, value in given.items():
            request = request.replace(name, value)
        for status in _statuses(self.port, request):
            require(status != 500, "the server failed at it")
            require(let_in or status >= 400, f"somebody without address and cookie is answered {status}")
        whole = _WHOLE
        for name, value in given.items():
            whole = whole.replace(name, value)
        shown = any(_statuses(self.port, whole)[:1] in ([200], [503]) for _ in range(20))  # 503: all windows are taken
        require(shown, "the page is not shown any more")
        require(not self.failures, f"nobody has caught: {self.failures}")
        require(not self.complaints, f"it complains: {self.complaints}")


_WHOLE = b"GET {ROOM} HTTP/1.1\r\nHost: {HOST}\r\nCookie: cockpit={PASS}\r\nConnection: close\r\n\r\n"


def _requests() -> tuple[bytes, ...]:
    host = b"Host: {HOST}\r\n"
    cookie = b"Cookie: cockpit={PASS}\r\n"
    upgrade = (
        b"Origin: http://{HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    )
    frames = b'\x81\x85\0\0\0\0["a"]' + b"\x89\x80\0\0\0\0" + b"\x81\xfe\xff\xff" + b"\x88\x80\0\0\0\0"
    over = b"Connection: close\r\n\r\n"
    window = b"GET {ROOM}socket?width=80&height=24 HTTP/1.1\r\n" + host
    return (
        _WHOLE,
        b"GET /?token={TOKEN} HTTP/1.1\r\n" + host + over,
        b"GET / HTTP/1.1\r\n" + host + over,
        b"GET {ROOM} HTTP/1.1\r\n" + host + over,
        window + upgrade,
        window + cookie + upgrade + frames,
        b"GET {ROOM}ours/../ours/page.js HTTP/1.1\r\n" + host + cookie + over,
        b"GET {ROOM}terminal/%2e%2e/%2e%2e/gate.py HTTP/1.1\r\n" + host + over,
        b"POST {ROOM} HTTP/1.1\r\n"
        + host
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        + _WHOLE,
        b"GET {ROOM} HTTP/1.1\r\nHost: evil.example\r\n" + host + b'Cookie: a="b; cockpit=x; cockpit=y\r\n' + over,
    )


def _statuses(port: int, request: bytes) -> list[int]:
    """Send a request, and no more; return the status of the first answer, if any came."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
        connection.sendall(request)
        while piece := connection.recv(65536):
            answer += piece
            connection.settimeout(_AFTER)  # what keeps the connection open says no more
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)  # what stands further behind may quote the request
    return [int(found[1])] if found else []


def _said(message: str) -> None:
    """What a browser says becomes one whole packet of what an app can take, or nothing."""
    packet = packet_of(message)
    if not packet:
        return
    kind, length, payload = packet[:1], int.from_bytes(packet[1:5], "big"), packet[5:]
    require(length == len(payload), "a packet of another length than it says")
    require(kind in {DATA, META}, f"a packet of kind {kind!r}")
    payload.decode()
    if kind == META:
        said = json.loads(payload)
        require(said["type"] in {"resize", "focus", "blur"}, f"an app is told {said}")
        if said["type"] == "resize":
            size = said["width"], said["height"]
            require(all(type(each) is int for each in size) and fitting(*size) == size, f"a size of {size}")

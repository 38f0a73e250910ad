"""`cockpit serve` as a process of its own, a client that speaks to it, and a session as its page holds one."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import ClientSession, ClientWebSocketResponse
from aiohttp.client import _WSRequestContextManager

PATIENCE = 40.0  # seconds until a person gives up


class Served:
    """A running server; to be used by `with`, whose end terminates it."""

    def __init__(self, repo: Path, *more: str) -> None:
        self._command = [sys.executable, "-P", "-m", "cockpit", "--repo", str(repo), "serve", "--json", *more]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        assert lines, self.process.stderr and self.process.stderr.read()
        self.said = json.loads("".join(lines))
        self.url: str = self.said["url"]
        self.port: int = self.said["port"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.rest = self.process.communicate(timeout=60)

    def sessions(self) -> set[int]:
        """Return the processes that the server has started and that are still there."""
        listed = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return {int(pid) for path in listed for pid in path.read_text().split()}


class Client:
    """A client like a browser: it keeps the cookie and says where its page is from."""

    def __init__(self, url: str, http: ClientSession) -> None:
        self.url = url
        self.origin = origin_of(url)
        self.http = http
        self.room = ""

    async def enter(self) -> None:
        """Exchange the printed address for the cookie and our page."""
        async with self.http.get(self.url) as answer:
            assert answer.status == 200
            self.room = answer.url.path
            self.page = await answer.text()

    def address(self, path: str = "") -> str:
        return f"{self.origin}{self.room}{path}"

    @asynccontextmanager
    async def window(self, width: int = 100, height: int = 30) -> AsyncIterator[Window]:
        """Open a session in a window."""
        async with self.connect(width, height, Origin=self.origin) as socket:
            yield Window(socket)

    def connect(self, width: int = 100, height: int = 30, **headers: str) -> _WSRequestContextManager:
        return self.http.ws_connect(f"{self.address('socket')}?width={width}&height={height}", headers=headers)


class Window:
    """A session, and what it was sent to show so far."""

    def __init__(self, socket: ClientWebSocketResponse[bool]) -> None:
        self.socket = socket
        self.shown = ""

    async def until(self, text: str) -> None:
        """Return once a text has been sent."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.shown:
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, f"{message}: {self.shown}"
                self.shown += message.data.decode()

    async def type(self, keys: str) -> None:
        """Type, and forget what was shown before."""
        self.shown = ""
        await self.say("stdin", keys)

    async def say(self, *envelope: Any) -> None:
        await self.socket.send_json(envelope)

    async def closed(self) -> int | None:
        """Wait until the server has closed it, and return the close code."""
        async with asyncio.timeout(PATIENCE):
            while (message := await self.socket.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
        assert message.type is aiohttp.WSMsgType.CLOSE or self.socket.closed
        return self.socket.close_code


async def soon(holds: Callable[[], object]) -> None:
    """Return as soon as it holds; fail where it does not in time."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def origin_of(url: str) -> str:
    return f"http://{urlsplit(url).netloc}"


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Client]:
    """Yield a client that has not entered yet."""
    # The address is a number, for which cookies are kept only when asked.
    async with ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Client(url, http)

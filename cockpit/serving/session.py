"""One browser window and the app that it shows: a process that ends with the window."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import WSMsgType
from aiohttp.web import WebSocketResponse
from msgspec import Struct

from cockpit import process
from cockpit.process import Piped
from cockpit.serving.packets import DATA, META, packet_of, packets

PATIENCE = 5.0  # seconds for an app to end by itself
_COMPLAINT = 16_384  # bytes of the end of what an app says on standard error


class Program(Struct, frozen=True):
    """How the app is started; `size_in` is the variable that tells it the size of its window, as "80x24"."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    size_in: str
    title: str  # of its page


async def show(
    program: Program, browser: WebSocketResponse, *, size: tuple[int, int], complain: Callable[[str], None]
) -> None:
    """Run an app of `size` (columns, rows) in a browser until either ends; then there is neither.

    What an app that failed had to say goes to `complain`. Raises ProcessError where it cannot be started.
    """
    width, height = size
    app = await process.start_piped(
        program.argv, cwd=program.cwd, env={**program.env, program.size_in: f"{width}x{height}"}
    )
    complaint = asyncio.create_task(_end_of(app.stderr))
    halves = [asyncio.create_task(_to_browser(app, browser)), asyncio.create_task(_to_app(browser, app))]
    try:
        await asyncio.wait(halves, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for half in halves:
            half.cancel()
        await asyncio.gather(*halves, return_exceptions=True)
        # Read on, or an app with much to say at its end waits for somebody who hears it.
        rest = asyncio.create_task(_end_of(app.stdout))
        status = await app.end(patience=PATIENCE)
        await browser.close()
        # Somebody whom it has left behind may hold a pipe.
        await asyncio.wait([rest, complaint], timeout=PATIENCE)
        rest.cancel()
        for half in halves:
            if not half.cancelled() and not isinstance(half.exception(), ConnectionError | None):
                complain(f"a session has failed: {half.exception()!r}")
        if status is not None and 0 < status < 128 and complaint.done():
            complain(f"a session has ended with status {status}\n{complaint.result()}".rstrip())
        complaint.cancel()


async def _to_browser(app: Piped, browser: WebSocketResponse) -> None:
    async for kind, payload in packets(app.stdout):
        if kind == DATA:
            await browser.send_bytes(payload)
        elif kind == META and json.loads(payload).get("type") == "exit":
            return


async def _to_app(browser: WebSocketResponse, app: Piped) -> None:
    async for message in browser:
        if message.type is WSMsgType.TEXT and (packet := packet_of(message.data)):
            app.stdin.write(packet)
            with contextlib.suppress(ConnectionError):  # it has ended: its last word is still on the way
                await app.stdin.drain()


async def _end_of(stream: asyncio.StreamReader) -> str:
    """Read a stream to its end, and return the last of it."""
    end = b""
    while part := await stream.read(_COMPLAINT):
        end = (end + part)[-_COMPLAINT:]
    return end.decode("utf-8", "replace")

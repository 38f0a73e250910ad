"""The server on the loopback: a page behind the gate, and a session for each window that opens it."""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import cast

from aiohttp import WSCloseCode, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from cockpit.errors import CockpitError, RefusedError
from cockpit.serving.gate import Gate
from cockpit.serving.packets import fitting
from cockpit.serving.session import PATIENCE, Program, show

MOST = 4  # sessions at once: each is a process of the whole app
_LONGEST = 1024 * 1024  # bytes of one message from a browser: more than anybody pastes
_HEARTBEAT = 15.0  # seconds between looks whether a window is still there
_FAREWELL = 2.0  # seconds for a window to answer that it closes
_STRANGE = 5.0  # seconds for a connection to show that it is a browser of ours; it has up to twice as long
_STRANGERS = 64  # connections that have not shown it yet
_PAGE = Path(__file__).parent / "page"


def listen(port: int) -> socket.socket:
    """Take a port of the loopback, any free one for 0; RefusedError where it is taken."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise RefusedError(
            f"port {port} cannot be taken: {error.strerror}", fix="Leave --port out for any that is free", code="port"
        ) from error


async def serve(
    listener: socket.socket, program: Program, *, told: Callable[[str], None], complain: Callable[[str], None]
) -> None:
    """Serve the app in the main thread's event loop until SIGINT, SIGTERM or SIGHUP; no session outlives the server.

    `told` gets the address once it can be opened, `complain` what failed.
    """
    gate = Gate(listener.getsockname()[1])
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with Server(gate, program, complain=complain).running(listener):
        told(gate.url)
        await ended.wait()


class Server:
    """What is answered to a browser."""

    def __init__(self, gate: Gate, program: Program, *, complain: Callable[[str], None]) -> None:
        self._gate = gate
        self._program = program
        self._complain = complain
        self._windows: set[web.WebSocketResponse] = set()
        self._welcome: set[web.RequestHandler] = set()  # connections over which a browser of ours has asked

    @contextlib.asynccontextmanager
    async def running(self, listener: socket.socket) -> AsyncIterator[None]:
        """Answer what comes to a listening socket, for the length of an async with block."""
        logger = logging.Logger("serving", logging.ERROR)
        logger.addHandler(_Failures(self._complain))
        runner = web.AppRunner(
            self.application(), access_log=None, logger=logger, handle_signals=False, shutdown_timeout=4 * PATIENCE
        )
        await runner.setup()
        server = cast("web.Server", runner.server)  # of a runner that is set up

        def admit() -> web.RequestHandler:
            strangers = self._strangers(server)
            for oldest in strangers[: max(len(strangers) - _STRANGERS, 0)]:
                oldest.force_close()
            return server()

        listening = await asyncio.get_running_loop().create_server(admit, sock=listener)
        sending_away = asyncio.create_task(self._send_strangers_away(server))
        try:
            yield
        finally:
            sending_away.cancel()
            listening.close()
            await runner.cleanup()

    def _strangers(self, server: web.Server) -> list[web.RequestHandler]:
        """Return the connections that have shown nothing of ours yet, the oldest first: anybody on this host has such.

        There may be as many as we may have open files, and without one no window opens: so they are kept few.
        """
        return [connection for connection in server.connections if connection not in self._welcome]

    async def _send_strangers_away(self, server: web.Server) -> None:
        before: set[web.RequestHandler] = set()
        while True:
            await asyncio.sleep(_STRANGE)
            self._welcome &= set(server.connections)
            now = set(self._strangers(server))
            for connection in before & now:
                connection.force_close()
            before = now

    def application(self) -> web.Application:
        """Return the application whose every request passes the gate."""
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(self._harden)
        application.on_shutdown.append(self._say_farewell)
        room = self._gate.room
        application.add_routes(
            [
                web.get("/", self._enter),
                web.get(room, self._show_page),
                web.get(f"{room}socket", self._hold_session),
                web.static(f"{room}ours", _PAGE / "static"),
                web.static(f"{room}terminal", Path(str(files("textual_serve"))) / "static"),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = request.headers
        # The library fails at such a one, where it decodes or quotes it; cookies may be those of somebody else's pages.
        if not all(value.isascii() for name, value in headers.items() if name.lower() != "cookie"):
            raise web.HTTPBadRequest(text="Refused: a header is not ASCII.\n")
        is_socket = request.path == f"{self._gate.room}socket"
        why = self._gate.foreign(headers.getall("Host", []), headers.getall("Origin", []), is_socket=is_socket)
        if not why and request.path != "/" and not self._gate.knows(headers.getall("Cookie", [])):
            why = "open the address that `cockpit serve` has printed"
        if why:
            raise web.HTTPForbidden(text=f"Refused: {why}.\n")
        if request.path != "/":
            self._welcome.add(request.protocol)
        return await handler(request)

    async def _harden(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self._gate.headers)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Exchange the token for the cookie."""
        if not self._gate.opens_to(request.query.get("token", "")):
            raise web.HTTPForbidden(text="Refused: open the address that `cockpit serve` has printed.\n")
        raise web.HTTPSeeOther(self._gate.room, headers={"Set-Cookie": self._gate.cookie})

    async def _show_page(self, _request: web.Request) -> web.StreamResponse:
        self._require_room()
        page = Template((_PAGE / "index.html").read_text(encoding="utf-8"))
        text = page.substitute(title=html.escape(self._program.title), socket=html.escape(self._gate.socket_url))
        return web.Response(text=text, content_type="text/html")

    async def _hold_session(self, request: web.Request) -> web.StreamResponse:
        self._require_room()
        window = web.WebSocketResponse(heartbeat=_HEARTBEAT, timeout=_FAREWELL, max_msg_size=_LONGEST, compress=False)
        self._windows.add(window)
        try:
            await window.prepare(request)
            size = fitting(_number(request.query.get("width"), 80), _number(request.query.get("height"), 24))
            await show(self._program, window, size=size, complain=self._complain)
        except CockpitError as error:
            self._complain(str(error))
            await window.close(code=WSCloseCode.INTERNAL_ERROR)
        finally:
            self._windows.discard(window)
        return window

    def _require_room(self) -> None:
        if len(self._windows) >= MOST:
            raise web.HTTPServiceUnavailable(text=f"Refused: {MOST} sessions are open. Close one, and reload.\n")

    async def _say_farewell(self, _application: web.Application) -> None:
        farewells = [window.close(code=WSCloseCode.GOING_AWAY) for window in self._windows]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*farewells, return_exceptions=True), 2 * _FAREWELL)


class _Failures(logging.Handler):
    """Hands on what fails in us; what a client says wrongly, which anybody on this host may, is nothing to tell."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        super().__init__()
        self._complain_of = complain

    def emit(self, record: logging.LogRecord) -> None:
        """Hand on one."""
        if record.exc_info is None or not isinstance(record.exc_info[1], HttpProcessingError):
            self._complain_of(self.format(record))


def _number(text: str | None, otherwise: int) -> int:
    """Return the number that a browser gives for a size; before it knows its own it gives none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise

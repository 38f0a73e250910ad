"""Receivers as they are met: an HTTP server that answers as it is told, and a mail server with its own certificate."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult

from tests.health.certificates import Certificate


@dataclass
class Reply:
    """What the server answers; `hangs` keeps the connection open without a word, `cuts` closes it after the request."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    cuts: bool = False


@dataclass
class WebReceiver:
    """Takes POSTs; `replies` are given one after the other, the last one for ever. `met` is called at each request."""

    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    bodies: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    met: Callable[[], None] = lambda: None
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/T000/B000/sUpErSeCrEt42"

    @contextlib.contextmanager
    def serving(self, port: int = 0) -> Iterator[WebReceiver]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.bodies.append(msgspec.json.decode(body))
                receiver.paths.append(self.path)
                reply = receiver.replies.pop(0) if len(receiver.replies) > 1 else receiver.replies[0]
                receiver.met()
                if reply.hangs:
                    receiver.over.wait(20)
                if reply.hangs or reply.cuts:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body.encode())

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()
            thread.join()


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class MailReceiver:
    """A mail server: what it answers at each stage, and the mails that it took."""

    starttls: bool = True
    sender_reply: str = "250 OK"
    refused: dict[str, str] = field(default_factory=dict)  # by recipient, the reply
    data_reply: str = "250 OK: queued"
    hangs_at_data: bool = False
    password: str = "correct horse"
    mails: list[Mail] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.sender_reply.startswith("250"):
            envelope.mail_from = address
        return self.sender_reply

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_reply.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
            self.recipients += envelope.rcpt_tos
        if self.hangs_at_data:
            server.transport.abort()
            await asyncio.sleep(5)
        return self.data_reply

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == self.password.encode(), handled=False)

    @contextlib.contextmanager
    def serving(self, certificate: Certificate, port: int = 0) -> Iterator[MailReceiver]:
        context = certificate.server_context()
        loop = asyncio.new_event_loop()

        def serve() -> SMTP:
            return SMTP(
                self, hostname="mail.test", tls_context=context if self.starttls else None,
                authenticator=self.authenticate, auth_require_tls=True, loop=loop,
            )  # fmt: skip

        async def listen() -> asyncio.Server:
            return await loop.create_server(serve, "127.0.0.1", port)

        async def close() -> None:
            server.close()
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(close(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

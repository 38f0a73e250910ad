"""What receivers of messages answer, and commands print: a sentence on one line comes of it, and no secret in it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from random import Random
from typing import NamedTuple

import msgspec

from cockpit.comms.outgoing import Outgoing, Tools
from cockpit.comms.sending import MOST_TRIES, send
from cockpit.comms.slack import WORDS
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.channels import Channel, PagerDutyChannel, SlackChannel, SmtpChannel
from tests.fuzz.answers import Scripted
from tests.fuzz.mutate import json_bytes, mutated, mutated_value
from tests.fuzz.target import Target, require, require_safe
from tests.health.certificates import Certificate
from tests.health.misbehaving import plain

_SECRET = "sUpErSeCrEt42"
_MESSAGE = Outgoing("m-1", "[shop production] Zq", "Line one\nline two 製", "shop/production", {"service": "shop"})
_STAGES = ("greeting", "ehlo", "starttls", "ehlo again", "auth", "mail", "rcpt", "data", "text")
_MAIL = {
    "greeting": b"220 mail.test ESMTP\r\n",
    "ehlo": b"250-mail.test\r\n250-SIZE 33554432\r\n250-STARTTLS\r\n250 8BITMIME\r\n",
    "starttls": b"220 Ready to start TLS\r\n",
    "ehlo again": b"250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n",
    "auth": b"235 2.7.0 Authentication successful\r\n",
    "mail": b"250 2.1.0 Ok\r\n",
    "rcpt": b"250 2.1.5 Ok\r\n",
    "data": b"354 End data with <CR><LF>.<CR><LF>\r\n",
    "text": b"250 2.0.0 Ok: queued as 12345\r\n",
}
_REFUSALS = (
    b"421 4.3.2 Service shutting down\r\n", b"450 4.2.0 Greylisted\r\n", b"535 5.7.8 Bad credentials\r\n",
    b"550-5.1.1 No such user\r\n550 5.1.1 here\r\n", b"999 what\r\n", b"25\r\n", b"250", b"\r\n",
    b"250 \xff\xfe\x1b[31m\r\n", b"550 \xff\xfe\x1b[31m\xe2\x80\xae\r\n",
    b"250-" + b"x" * 5000 + b"\r\n250 ok\r\n", b"",
)  # fmt: skip


class Said(NamedTuple):
    """A channel's kind and what its other end says: an answer, a mail server's replies by stage, a command's output."""

    kind: str
    answer: bytes = b""
    replies: tuple[tuple[str, bytes], ...] = ()
    status: int = 0


class MailServer:
    """Says at each stage of a conversation what it is told to, whatever is said to it."""

    def __init__(self, certificate: Certificate) -> None:
        self.replies = dict(_MAIL)
        self.taken = b""
        self._context = certificate.server_context()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(3.0)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, ssl.SSLError, EOFError):
            stack.callback(connection.close)
            self._converse(connection, stack)

    def _converse(self, connection: socket.socket, stack: contextlib.ExitStack) -> None:
        connection.sendall(self.replies["greeting"])
        secured = False
        while True:
            line = _line(connection).upper()
            verb = line.split(b" ")[0].strip().decode("ascii", "replace")
            stage = {"EHLO": "ehlo again" if secured else "ehlo", "STARTTLS": "starttls", "AUTH": "auth",
                     "MAIL": "mail", "RCPT": "rcpt", "DATA": "data"}.get(verb)  # fmt: skip
            connection.sendall(self.replies[stage] if stage else b"250 Ok\r\n")
            if stage == "starttls" and self.replies[stage].startswith(b"220"):
                connection, secured = self._context.wrap_socket(connection, server_side=True), True
                stack.callback(connection.close)
            if stage == "data" and self.replies[stage].startswith(b"354"):
                while _line(connection) != b".\r\n":
                    pass
                self.taken = self.replies["text"]
                connection.sendall(self.replies["text"])

    def close(self) -> None:
        """End."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5.0)


def _line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        piece = connection.recv(1)
        if not piece:
            raise EOFError
        line += piece
    return line


class Replies(Target[Said]):
    """Webhooks, PagerDuty, a mail server and commands."""

    name = "replies"

    def open(self) -> None:
        self.http = Scripted()
        self.certificate = Certificate(self.place / "mail", "20991231235959Z", "DNS:localhost,IP:127.0.0.1")
        self.mail = MailServer(self.certificate)
        url = f"http://127.0.0.1:{self.http.port}/services/T0/{_SECRET}"
        environment = {**os.environ, "HOOK": url, "KEY": _SECRET, "USER_": "ops", "PASS_": _SECRET}
        self.tools = Tools(environment, self.place, TrustedRoots(self.place))

    def close(self) -> None:
        self.http.close()
        self.mail.close()

    def make(self, dice: Random) -> Said:
        kind = dice.choice(("slack", "pagerduty", "smtp", "smtp", "command"))
        if kind == "smtp":
            replies = []
            for _ in range(dice.choice((1, 1, 2, 3))):
                stage = dice.choice(_STAGES)
                reply = dice.choice((_MAIL[stage], *_REFUSALS))
                replies.append((stage, mutated(dice, reply, _REFUSALS) if dice.random() < 0.7 else reply))
            return Said(kind, replies=tuple(replies))
        if kind == "command":
            output = mutated(dice, b"not now\nsent to 3 people\n" + _SECRET.encode())
            return Said(kind, output, status=dice.choice((0, 1, 2, 75, 127, 255)))
        body: bytes
        if kind == "slack":
            body = dice.choice((b"ok", *(word.encode() for word in WORDS), b"<html>no</html>"))
        else:
            document: object = {"status": "invalid event", "message": "Event object is invalid",
                                "errors": ["Length of 'routing_key' is incorrect", _SECRET]}  # fmt: skip
            for _ in range(dice.choice((0, 1, 2))):
                document = mutated_value(dice, document)
            body = json_bytes(document)
        if dice.random() < 0.5:
            body = mutated(dice, body)
        status = dice.choice((200, 200, 202, 204, 301, 400, 400, 403, 404, 410, 429, 500, 503, 999))
        after = dice.choice(("30", "0", "9" * 400, "-1", "soon", "1e9", ""))
        whole = plain(f"{status} x", body, f"Retry-After: {after}", "Content-Type: text/plain")
        return Said(kind, mutated(dice, whole) if dice.random() < 0.3 else whole)

    def check(self, made: Said) -> None:
        self.http.answer = made.answer
        self.mail.replies, self.mail.taken = {**_MAIL, **dict(made.replies)}, b""
        (self.place / "said").write_bytes(made.answer)
        sent = asyncio.run(send(self._channel(made), _MESSAGE, self.tools, sleep=_at_once))
        require(1 <= sent.tries <= MOST_TRIES, f"{sent.tries} tries")
        require(sent.detail, "no word of what became of it")
        require(len(sent.detail) <= 800, f"{len(sent.detail)} characters of detail")
        require("\n" not in sent.detail, "a detail of several lines")
        require_safe(sent.detail, "what a receiver said")
        require(_SECRET not in sent.detail, f"a secret is told: {sent.detail}")
        msgspec.json.encode(sent)
        require(sent.outcome != "sent" or self._accepted(made), f"it is told as sent: {sent}")

    def _accepted(self, made: Said) -> bool:
        """Whether the other end may have said that it took the message."""
        match made.kind:
            case "smtp":
                return self.mail.taken[:1] == b"2"
            case "command":
                return made.status == 0
            case "slack":
                return b" 200" in made.answer and b"ok" in made.answer
            case _:
                return b" 202" in made.answer

    def _channel(self, made: Said) -> Channel:
        match made.kind:
            case "slack":
                return Channel(slack=SlackChannel("HOOK"), timeout="700ms")
            case "pagerduty":
                url = f"http://127.0.0.1:{self.http.port}/v2/enqueue"
                return Channel(pagerduty=PagerDutyChannel("KEY", url=url), timeout="700ms")
            case "command":
                return Channel(command=f"cat said >&2; exit {made.status}", timeout="5s")
            case _:
                smtp = SmtpChannel(
                    "localhost", "ops@shop.example", ("a@shop.example", "b@shop.example"), self.mail.port, "USER_",
                    "PASS_", str(self.certificate.file),
                )  # fmt: skip
                return Channel(smtp=smtp, timeout="700ms")


async def _at_once(_seconds: float) -> None:
    return None

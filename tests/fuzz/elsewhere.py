"""What is answered to looks that are not plain HTTP: DNS, TLS, certificates, scenarios with cookies, checks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rrset

from cockpit.checks.http import look_by_http
from cockpit.errors import ObservationError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.net.certificates import expires_at
from cockpit.release.checks import HttpCheck
from cockpit.release.configuration import VersionSeen
from cockpit.release.probes import Probe, RecordType, ScenarioStep
from tests.fuzz.answers import _SEEDS, Scripted
from tests.fuzz.mutate import mutated
from tests.fuzz.target import Target, require, require_safe
from tests.health.certificates import Certificate
from tests.health.misbehaving import plain

_NOW = 1_800_000_000.0
_NAME = "shop.example."
_RECORDS = (
    ("A", "192.0.2.1", "192.0.2.2"), ("AAAA", "2001:db8::1"), ("TXT", '"v=spf1 \\027[31m -all"', '"Zq" "two"'),
    ("MX", "10 mail.example."), ("CNAME", "cdn.example."), ("SOA", "ns.example. ops.example. 1 2 3 4 5"),
    ("SRV", "1 2 443 a.example."), ("CAA", '0 issue "ca.example"'), ("NS", "ns\\027.example."),
)  # fmt: skip
_COOKIES = (
    "session=1; Path=/", "a=b; Expires=Wed, 99 Foo 99999 25:61:61 GMT", "x=\"y; Max-Age=" + "9" * 400, "=; ; =",
    "n=v; Domain=.example.org; Secure; HttpOnly; SameSite=Z", "k=" + "v" * 5000, "e=1; Expires=" + " " * 3000 + "x",
    "e=1; expires=" + "1 " * 2000, "v=1; Version=" + "9" * 50, "p=1; Port=\"80,x,-1\"", "\x80=\xff",
)  # fmt: skip
_ASKED: tuple[RecordType, ...] = ("A", "TXT", "MX", "CNAME", "CAA")
_JSON = b'{"token": "t-1", "version": "v2.4.1", "items": [{"id": 41}], "none": null}'


class Answered(NamedTuple):
    """What is looked at, what comes instead of the answer, and a seed for what changes on its way."""

    kind: str
    data: bytes
    seed: int


def _of_one_port() -> tuple[socket.socket, socket.socket]:
    """Return a socket for UDP, and one that listens on TCP, of a number that was free for both."""
    while True:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:  # somebody else's
            tcp.close()
            udp.close()
        else:
            return udp, tcp


class Resolver:
    """Answers every question over UDP and TCP with the same bytes behind the question's id."""

    def __init__(self) -> None:
        self.answer = b""
        self._udp, self._tcp = _of_one_port()
        self.port: int = self._udp.getsockname()[1]
        for serve in (self._by_udp, self._by_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def _by_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                question, where = self._udp.recvfrom(65536)
                if len(question) < 2:  # the end
                    return
                self._udp.sendto((question[:2] + self.answer[2:])[:60_000], where)

    def _by_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(1.0)
                question = connection.recv(65536)
                whole = question[2:4] + self.answer[2:]
                connection.sendall(len(whole).to_bytes(2, "big") + whole if len(whole) < 65536 else whole[:100])

    def close(self) -> None:
        """End."""
        with contextlib.suppress(OSError):
            self._udp.sendto(b"", ("127.0.0.1", self.port))
            self._tcp.shutdown(socket.SHUT_RDWR)
        self._tcp.close()
        self._udp.close()


class Shaking:
    """A TLS server whose every byte passes a dice on its way out."""

    def __init__(self, certificate: Certificate) -> None:
        self.dice: Random | None = None
        self._context = certificate.server_context()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                connection.settimeout(1.0)
                self._shake(connection)

    def _shake(self, connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        ours = self._context.wrap_bio(incoming, outgoing, server_side=True)
        for _ in range(6):
            piece = connection.recv(65536)
            if not piece:
                return
            incoming.write(piece)
            done = False
            with contextlib.suppress(ssl.SSLWantReadError):
                ours.do_handshake()
                done = True
            data = outgoing.read()
            if self.dice is not None and self.dice.random() < 0.8:
                data = mutated(self.dice, data)
            connection.sendall(data)
            if done:
                return

    def close(self) -> None:
        """End."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class ToProbesOfOtherKinds(Target[Answered]):
    """What comes back to each of them."""

    name = "probes"

    def open(self) -> None:
        self.certificate = Certificate(self.place / "tls", "20991231235959Z")
        self.http, self.dns, self.tls = Scripted(), Resolver(), Shaking(self.certificate)
        self.names = ThreadPoolExecutor(4)
        question = dns.message.make_query(_NAME, "A")
        self.messages = []
        for kind, *values in _RECORDS:
            answer = dns.message.make_response(question)
            with contextlib.suppress(Exception):
                answer.answer.append(dns.rrset.from_text(_NAME, 60, "IN", kind, *values))
            self.messages.append(answer.to_wire())
        cut = dns.message.make_response(question)
        cut.flags |= dns.flags.TC
        self.messages.append(cut.to_wire())

    def close(self) -> None:
        for server in (self.http, self.dns, self.tls):
            server.close()
        self.names.shutdown(wait=False, cancel_futures=True)

    def make(self, dice: Random) -> Answered:
        kind = dice.choice(("dns", "dns", "tls", "certificate", "scenario", "scenario", "check", "version"))
        data = b""
        if kind == "dns":
            data = dice.choice(self.messages)
            data = data[:2] + mutated(dice, data[2:], self.messages)
        elif kind == "certificate":
            data = mutated(dice, self.certificate.der)
        elif kind in {"scenario", "check", "version"}:
            cookies = [f"Set-Cookie: {dice.choice(_COOKIES)}" for _ in range(dice.choice((0, 1, 3)))]
            data = plain(
                "200 OK", _JSON, *cookies, "X-Version: v1", "Location: /next", "Content-Type: application/json"
            )
            data = mutated(dice, dice.choice((data, data, *_SEEDS)), _SEEDS)
        return Answered(kind, data, dice.getrandbits(32))

    def check(self, made: Answered) -> None:
        if made.kind == "certificate":
            with contextlib.suppress(ValueError):
                expires_at(made.data)
            return
        self.http.answer = self.dns.answer = made.data
        self.tls.dice = Random(made.seed)
        began = time.monotonic()
        detail = asyncio.run(self._look(made))
        require(time.monotonic() - began < 2.0 + self.seconds, "it took longer than it may")
        require(detail, "a look without a word")
        require(len(detail) < 2000, f"{len(detail)} characters of detail")

    async def _look(self, made: Answered) -> str:
        url = f"http://127.0.0.1:{self.http.port}"
        async with Prober(observer="here", directory=Path(), trusted=True) as prober:
            match made.kind:
                case "dns":
                    record = _ASKED[made.seed % len(_ASKED)]
                    probe = Probe(dns=_NAME, record=record, resolver=f"127.0.0.1:{self.dns.port}", timeout="400ms",
                                  conditions=("[BODY] != x",))  # fmt: skip
                case "tls":
                    probe = Probe(tls=f"127.0.0.1:{self.tls.port}", timeout="1s", verify=made.seed % 2 == 0,
                                  conditions=("[CERTIFICATE_EXPIRATION] > 14d",))  # fmt: skip
                case "scenario":
                    capture = {"token": "[BODY].token", "id": "[BODY].items[0].id", "to": "[HEADER].Location"}
                    probe = Probe(timeout="1500ms", scenario=(
                        ScenarioStep("sign-in", f"{url}/", capture=dict(list(capture.items())[: made.seed % 4])),
                        ScenarioStep("look", f"{url}/b", headers={"X-It": "${token}"} if made.seed % 4 else {}),
                    ))  # fmt: skip
                case "version":
                    wanted = VersionSeen(http=url, json="version") if made.seed % 2 else VersionSeen(http=url)
                    try:
                        found = await seen_version(wanted, prober)
                    except ObservationError as error:
                        found = str(error)
                    require_safe(found, "a version")
                    require("\n" not in found, "a version of several lines")
                    return found
                case _:
                    check = HttpCheck(
                        url,
                        present=("x-version",),
                        equals={"x-version": "v1"},
                        contains="token",
                        gzip=made.seed % 2 == 0,
                    )
                    async with asyncio.timeout(2.0):
                        look = await look_by_http(check, root=Path(), names=self.names)
                    return look.actual
            result = await prober.run("it", probe, _NOW)
        require_safe(result.detail, "a detail")
        require("\n" not in result.detail, "a detail of several lines")
        for condition in result.conditions:
            require_safe(condition.actual, "what a condition saw")
        return result.detail

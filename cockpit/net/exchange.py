"""One HTTP/1.1 exchange on a connection of its own: bounded, timed by phase, without cookies, proxies or redirects."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from urllib.parse import quote, urlsplit

import h11
from msgspec import Struct

from cockpit.net.addresses import resolve
from cockpit.net.certificates import peer_expiry, secured_by
from cockpit.net.dropping import drop

_READ = 65536  # bytes at once
_HEAD_LIMIT = 100 * 1024  # bytes of status line and headers
_PIECES_LIMIT = 10_000  # chunks of a body that are read: a byte each would cost seconds of CPU
_SAFE = "!#$%&'()*+,/:;=?@[]~-._"  # RFC 3986: reserved and unreserved; what is escaped already stays so


class UnusableError(ValueError):
    """The request cannot be sent: nothing is said about the target. Its text never quotes a header."""


class Target(Struct, frozen=True):
    """An HTTP URL, taken apart: `host` as ASCII without brackets, `target` as sent in the request line."""

    scheme: str
    host: str
    port: int
    target: str
    authority: str


class Exchange(Struct):
    """An exchange under way or over; what is not there yet is None. Spans are in seconds."""

    connected: bool = False
    resolved: bool = False
    status: int | None = None
    reason: str = ""
    headers: list[tuple[str, str]] = []
    body: bytes | None = None
    truncated: bool = False
    received: int = 0  # bytes, headers and all
    certificate_expires: float | None = None
    tls_version: str = ""
    phases: dict[str, float] = {}
    seconds: float | None = None


def parse_url(url: str) -> Target:
    """Return the parts of an http or https URL; UnusableError for any other."""
    if any(ord(character) <= 0x20 or ord(character) == 0x7F for character in url):
        raise UnusableError("control characters or blanks in the URL")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
        elif ":" not in host:
            host.encode("idna")  # an empty or overlong label
    except ValueError as error:  # UnicodeError is one
        raise UnusableError("the URL cannot be read") from error
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise UnusableError("the URL is not http://host/path or https://host/path")
    default = 443 if parts.scheme == "https" else 80
    shown_host = f"[{host}]" if ":" in host else host
    target = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=f"{_SAFE}%")
    authority = shown_host if port in {None, default} else f"{shown_host}:{port}"
    return Target(parts.scheme, host, port or default, target, authority)


async def exchange(
    seen: Exchange,
    target: Target,
    *,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    tls: Callable[[], ssl.SSLContext],
    names: Executor,
    limit: int,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Send one request and take in its answer, into `seen`, which also tells of one that is cut off.

    Raises what the network, TLS and h11 raise, and UnusableError.
    """
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD_LIMIT)
    head = _head(connection, target, method, headers, body)
    begun = monotonic()
    await resolve(target.host, target.port, names)
    seen.resolved = True
    at = _mark(seen, "dns", begun, monotonic)
    reader, writer = await asyncio.open_connection(target.host, target.port, happy_eyeballs_delay=0.25, limit=_READ)
    try:
        at = _mark(seen, "connect", at, monotonic)
        if target.scheme == "https":
            await writer.start_tls(tls(), server_hostname=target.host)
            secured = secured_by(writer)
            seen.certificate_expires = peer_expiry(secured)
            seen.tls_version = secured.version() or ""
            at = _mark(seen, "tls", at, monotonic)
        seen.connected = True
        writer.write(head)
        await _answer(seen, connection, reader, limit, at, monotonic)
        seen.seconds = monotonic() - begun - seen.phases["dns"]
    finally:
        await drop(writer)


def _mark(seen: Exchange, phase: str, since: float, monotonic: Callable[[], float]) -> float:
    at = monotonic()
    seen.phases[phase] = at - since
    return at


def _head(connection: h11.Connection, target: Target, method: str, headers: Mapping[str, str], body: bytes) -> bytes:
    wanted = {
        "host": target.authority,
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
        **({"content-length": str(len(body))} if body or method in {"POST", "PUT", "PATCH"} else {}),
    }
    wanted.update((name.lower(), value) for name, value in headers.items())
    try:
        request = h11.Request(
            method=method, target=target.target,
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in wanted.items()],
        )  # fmt: skip
        data = connection.send(request) or b""
        if body:
            data += connection.send(h11.Data(data=body)) or b""
        return data + (connection.send(h11.EndOfMessage()) or b"")
    except (h11.LocalProtocolError, UnicodeError):
        raise UnusableError("a header cannot be sent") from None  # the cause would quote its value


async def _answer(
    seen: Exchange, connection: h11.Connection, reader: asyncio.StreamReader, limit: int, at: float,
    monotonic: Callable[[], float],
) -> None:  # fmt: skip
    body = bytearray()
    pieces = 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(_READ)
            seen.received += len(data)
            connection.receive_data(data)
            continue
        if isinstance(event, h11.InformationalResponse):
            continue
        if isinstance(event, h11.Response):
            at = _mark(seen, "first byte", at, monotonic)
            seen.status = event.status_code
            seen.reason = bytes(event.reason).decode("latin-1")
            seen.headers = [(name.decode("ascii"), value.decode("latin-1")) for name, value in event.headers]
        elif isinstance(event, h11.Data):
            body += event.data
            pieces += 1
            if len(body) >= limit or pieces >= _PIECES_LIMIT:
                seen.truncated = True
                break
        else:  # the end of the message, or of the connection
            break
    _mark(seen, "transfer", at, monotonic)
    seen.body = bytes(body[:limit])

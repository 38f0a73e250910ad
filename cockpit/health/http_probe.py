"""One HTTP request as an observation: bounded in time and size, verified, without cookies, proxies or redirects."""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from msgspec import Struct
from msgspec.structs import replace

from cockpit import __version__
from cockpit.durations import short_duration
from cockpit.health.observation import BODY_LIMIT, Observation, first_line, unseen
from cockpit.net.addresses import resolve
from cockpit.net.certificates import peer_expiry, refused_expiry
from cockpit.net.troubles import CERTIFICATE_EXPIRED, certificate_trouble, explain

_UNUSABLE = "the URL or a header cannot be used: write http://host/path or https://host/path"


def open_client(tls: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """Return the client that all requests share; `tls` replaces the system's and certifi's trusted roots.

    Connections are not kept: a kept one that the target closes in between fails the next probe without cause.
    """
    if tls is None:
        tls = httpx.create_ssl_context(trust_env=False)
        tls.load_default_certs()
    return httpx.AsyncClient(
        verify=tls,
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 - the whole look is bounded, a slow drip included
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        headers={"User-Agent": f"release-cockpit/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


class Request(Struct, frozen=True):
    """What to ask, and how long the whole answer may take, in seconds."""

    url: str
    method: str
    headers: Mapping[str, str]
    seconds: float


async def observe_http(
    client: httpx.AsyncClient, request: Request, *, names: Executor, monotonic: Callable[[], float] = time.monotonic
) -> Observation:
    """Ask once and return what came; a failure of any kind is in the observation, never raised."""
    try:
        prepared = client.build_request(request.method, request.url, headers=dict(request.headers))
        scheme, host = prepared.url.scheme, prepared.url.raw_host.decode("ascii")
        port = prepared.url.port or {"http": 80, "https": 443}[scheme]
    except (httpx.InvalidURL, ValueError, TypeError, KeyError):
        return unseen(_UNUSABLE)
    if not host or not 0 < port < 65536:
        return unseen(_UNUSABLE)
    look = _Look(client, prepared, names=names, monotonic=monotonic)
    span = short_duration(request.seconds)
    try:
        async with asyncio.timeout(request.seconds):
            try:
                await look.take(host, port)
            except (httpx.HTTPError, httpx.StreamError, OSError, UnicodeError) as error:
                await look.fail(error, host, port)
    except TimeoutError:
        if not look.resolved:
            return unseen(f"the name did not resolve within {span}")
        what = "no complete answer" if look.seen.status is not None else "no answer"
        return replace(look.seen, trouble=look.seen.trouble or f"{what} within {span}")
    return look.seen


class _Look:
    """One request under way; `seen` grows, so that a look that is cut off still tells what it saw."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        request: httpx.Request,
        *,
        names: Executor,
        monotonic: Callable[[], float],
    ) -> None:
        self._client = client
        self._request = request
        self._names = names
        self._monotonic = monotonic
        self.seen = Observation()
        self.resolved = False

    async def take(self, host: str, port: int) -> None:
        await resolve(host, port, self._names)
        self.resolved = True
        started = self._monotonic()
        response = await self._client.send(self._request, stream=True)
        try:
            stream = response.extensions.get("network_stream")
            self.seen = Observation(
                connected=True,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                certificate_expires=stream and peer_expiry(stream.get_extra_info("ssl_object")),
                summary=_status_line(response),
            )
            body = _plain(await _bounded(response), response.headers.get("content-encoding", ""))
        finally:
            await response.aclose()
        summary = self.seen.summary
        line = first_line(body) if response.status_code >= 400 else ""
        if line and not line.startswith("<"):  # a page of markup says less than the status does
            summary = f"{summary}: {line}"
        self.seen = replace(self.seen, latency=self._monotonic() - started, body=body, summary=summary)

    async def fail(self, error: Exception, host: str, port: int) -> None:
        trouble, ours = explain(error) or _protocol_trouble(error)
        self.seen = replace(self.seen, trouble=trouble, unseen=ours)
        if (code := certificate_trouble(error)) is not None:
            expires = await refused_expiry(host, port)
            if expires is not None and code == CERTIFICATE_EXPIRED:
                trouble = f"certificate expired on {datetime.fromtimestamp(expires, UTC):%Y-%m-%d}"
            self.seen = replace(self.seen, trouble=trouble, certificate_expires=expires)


def _status_line(response: httpx.Response) -> str:
    line = f"{response.status_code} {response.reason_phrase}".strip()
    target = response.headers.get("location", "")
    return f"{line}, redirects to {target}" if response.is_redirect and target else line


async def _bounded(response: httpx.Response) -> bytes:
    kept = bytearray()
    async for chunk in response.aiter_raw():
        kept += chunk
        if len(kept) >= BODY_LIMIT:
            break
    return bytes(kept[:BODY_LIMIT])


def _plain(body: bytes, encoding: str) -> bytes:
    """Undo a compression that was not asked for, up to the same bound."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, BODY_LIMIT)
    except zlib.error:
        return body


def _protocol_trouble(error: Exception) -> tuple[str, bool]:
    """Return (sentence, whether the fault is ours); never the error's own text, which may quote a secret header."""
    if isinstance(error, UnicodeError | httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return _UNUSABLE, True
    if isinstance(error, httpx.RemoteProtocolError):
        text = str(error).lower()
        if "incomplete" in text or "without sending complete" in text:
            return "the answer was cut short", False
        if "without sending a response" in text:
            return "the connection was closed without an answer", False
        return "what answers does not speak HTTP correctly", False
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.CloseError):
        return "the connection was lost", False
    return "no connection", False

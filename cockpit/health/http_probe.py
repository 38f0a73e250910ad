"""One HTTP request as an observation: bounded in time and size, verified, redirects followed only where wanted."""

from __future__ import annotations

import asyncio
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import h11
from msgspec import Struct
from msgspec.structs import replace

from cockpit import __version__
from cockpit.durations import short_duration
from cockpit.health.observation import BODY_LIMIT, Observation, first_line, unseen
from cockpit.net.certificates import refused_expiry
from cockpit.net.exchange import Exchange, UnusableError, exchange, parse_url
from cockpit.net.troubles import CERTIFICATE_EXPIRED, certificate_trouble, explain
from cockpit.net.trusted_roots import UnusableRootsError
from cockpit.redact import masked_url
from cockpit.release.health import Timing

_UNUSABLE = "the URL or a header cannot be used: write http://host/path or https://host/path"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = f"release-cockpit/{__version__}"
_FAILURES = (OSError, ssl.SSLError, UnicodeError, h11.ProtocolError)


class Request(Struct, frozen=True):
    """What to ask, and how long the whole answer may take, in seconds; `redirects` is how many are followed."""

    url: str
    method: str
    headers: Mapping[str, str]
    seconds: float
    body: bytes = b""
    redirects: int = 0


async def observe_http(
    request: Request,
    *,
    names: Executor,
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    monotonic: Callable[[], float] = time.monotonic,
) -> Observation:
    """Ask once and return what came; a failure of any kind is in the observation, never raised."""
    look = _Look(request, names=names, tls=tls, monotonic=monotonic)
    span = short_duration(request.seconds)
    try:
        async with asyncio.timeout(request.seconds):
            return await look.take()
    except TimeoutError:
        if not look.now.resolved:
            return unseen(f"the name did not resolve within {span}")
        what = "no complete answer" if look.now.status is not None else "no answer"
        return replace(look.seen(), trouble=look.trouble or f"{what} within {span}")


class _Look:
    """One request under way, with the redirects it follows."""

    def __init__(
        self,
        request: Request,
        *,
        names: Executor,
        tls: Callable[[], ssl.SSLContext],
        monotonic: Callable[[], float],
    ) -> None:
        self._request = request
        self._names = names
        self._tls = tls
        self._monotonic = monotonic
        self.now = Exchange()
        self.trouble = ""
        self._phases: dict[str, float] = {}
        self._seconds = 0.0
        self._followed = 0
        self._is_elsewhere = False  # at another host than was asked

    async def take(self) -> Observation:
        url, method, body = self._request.url, self._request.method, self._request.body
        headers = {"User-Agent": _AGENT, **self._request.headers}
        while True:
            trouble = await self._ask(url, method, headers, body)
            if trouble is not None:
                return trouble
            target = dict(self.now.headers).get("location", "")
            if self.now.status not in _REDIRECTS or not target or self._request.redirects == 0:
                return self.seen()
            if self._followed == self._request.redirects:
                last = masked_url(target)
                return replace(self.seen(), trouble=f"more than {self._followed} redirects, the last to {last}")
            self._followed += 1
            try:
                after = urljoin(url, target)
                is_secure = urlsplit(after).scheme == "https"  # however it is written: "HTTP:" is no other scheme
            except ValueError:
                return replace(self.seen(), trouble="it redirects to what cannot be asked")
            if urlsplit(url).scheme == "https" and not is_secure:
                return replace(self.seen(), trouble=f"redirects from https to {masked_url(after)}")
            if self.now.status == 303 or (self.now.status in {301, 302} and method == "POST"):
                method, body = "GET", b""
            if after.split("/")[2:3] != url.split("/")[2:3]:  # what is secret is meant for one host
                if body:
                    return replace(self.seen(), trouble="redirects to another host, which is not sent the body")
                headers = {"User-Agent": headers["User-Agent"]}
                self._is_elsewhere = True
            url = after

    async def _ask(self, url: str, method: str, headers: Mapping[str, str], body: bytes) -> Observation | None:
        self._keep_phases()
        self.now = now = Exchange(headers=[], phases={})
        host, port = "", 0
        try:
            target = parse_url(url)
            host, port = target.host, target.port
            await exchange(
                now, target, method=method, headers=headers, body=body, tls=self._tls, names=self._names,
                limit=BODY_LIMIT, monotonic=self._monotonic,
            )  # fmt: skip
        except UnusableError:
            if self._followed:
                return replace(self.seen(), trouble="it redirects to what cannot be asked")
            return unseen(_UNUSABLE)
        except UnusableRootsError as error:
            return unseen(str(error))
        except _FAILURES as error:
            return await self._failed(error, host, port)
        return None

    async def _failed(self, error: Exception, host: str, port: int) -> Observation:
        trouble, ours = explain(error) or _protocol_trouble(error, self.now)
        self.trouble = trouble  # where the time ends meanwhile
        if (code := certificate_trouble(error)) is not None:
            expires = await refused_expiry(host, port)
            if expires is not None and code == CERTIFICATE_EXPIRED:
                trouble = f"certificate expired on {datetime.fromtimestamp(expires, UTC):%Y-%m-%d}"
            self.now.certificate_expires = expires
        return replace(self.seen(), trouble=trouble, unseen=ours)

    def _keep_phases(self) -> None:
        for phase, seconds in self.now.phases.items():
            self._phases[phase] = self._phases.get(phase, 0.0) + seconds
        self._seconds += self.now.seconds or 0.0

    def seen(self) -> Observation:
        """Return what was seen up to now."""
        now = self.now
        timings = {**self._phases}
        for phase, seconds in now.phases.items():
            timings[phase] = timings.get(phase, 0.0) + seconds
        headers: dict[str, str] = {}
        for name, value in now.headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        body = None if now.body is None else _plain(now.body, headers.get("content-encoding", ""))
        summary = "" if now.status is None else _status_line(now, headers)
        line = first_line(body) if body and (now.status or 0) >= 400 else ""
        if line and not line.startswith("<"):  # a page of markup says less than the status does
            summary = f"{summary}: {line}"
        return Observation(
            connected=now.connected,
            latency=None if now.seconds is None else self._seconds + now.seconds,
            status=now.status,
            headers=headers if now.status is not None else None,
            body=body,
            certificate_expires=now.certificate_expires,
            summary=summary,
            timings=tuple(Timing(phase, round(seconds * 1000, 3)) for phase, seconds in timings.items()),
            values={"TLS_VERSION": now.tls_version} if now.tls_version else {},
            # They are kept as those of the host that was asked: another may set none of them.
            cookies=() if self._is_elsewhere else tuple(value for name, value in now.headers if name == "set-cookie"),
        )


def _status_line(now: Exchange, headers: Mapping[str, str]) -> str:
    line = f"{now.status} {now.reason}".strip()
    target = headers.get("location", "")
    return f"{line}, redirects to {masked_url(target)}" if now.status in _REDIRECTS and target else line


def _plain(body: bytes, encoding: str) -> bytes:
    """Undo a compression that was not asked for, up to the same bound."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, BODY_LIMIT)
    except zlib.error:
        return body


def _protocol_trouble(error: Exception, now: Exchange) -> tuple[str, bool]:
    """Return (sentence, whether the fault is ours); never the error's own text, which may quote a secret header."""
    if isinstance(error, UnicodeError | h11.LocalProtocolError):
        return _UNUSABLE, True
    if isinstance(error, h11.RemoteProtocolError):
        if now.status is not None:
            return "the answer was cut short", False
        if not now.received:
            return "the connection was closed without an answer", False
        return "what answers does not speak HTTP correctly", False
    return "the connection was lost" if now.connected else "no connection", False

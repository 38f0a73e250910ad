"""One HTTP POST, and whether anything may have reached the receiver where no answer came."""

from __future__ import annotations

import asyncio
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import h11
from msgspec import Struct

from cockpit.comms.outgoing import beginning
from cockpit.net.exchange import Exchange, UnusableError, exchange, parse_url
from cockpit.net.troubles import explain
from cockpit.net.trusted_roots import TrustedRoots

_LIMIT = 64 * 1024  # bytes of an answer
_LONGEST_QUOTED = 80  # characters of an answer that are quoted
_LONGEST_WAIT = 7  # digits of the seconds that a receiver names: what is more, it does not mean
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Answer(Struct, frozen=True):
    """What the receiver said; names of headers are in lower case. `whole` is false where its end did not come."""

    status: int
    headers: dict[str, str]
    body: str
    whole: bool

    @property
    def retry_after(self) -> float:
        """For how many seconds it wants to be left alone; 0.0 where it does not say."""
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said) if len(said) <= _LONGEST_WAIT else 0.0
        try:  # as a date (RFC 9110, 10.2.3)
            seconds = round(parsedate_to_datetime(said).timestamp() - time.time())
        except (ValueError, OverflowError):
            return 0.0
        return float(seconds) if 0 < seconds < 10**_LONGEST_WAIT else 0.0

    @property
    def quoted(self) -> str:
        """The beginning of the body, on one line."""
        return beginning(" ".join(self.body.split()), _LONGEST_QUOTED)


class Silence(Struct, frozen=True):
    """No answer, and why; `left` says whether the request may have reached the receiver."""

    why: str
    left: bool


async def post(url: str, payload: bytes, *, roots: TrustedRoots, seconds: float) -> Answer | Silence:
    """Send JSON to an address, without following redirects; nothing here quotes the address, which may be a secret."""
    try:
        target = parse_url(url)
    except UnusableError:
        return Silence("what its variable holds is no address to send to: set the whole one there", left=False)
    if target.scheme == "http" and urlsplit(url).hostname not in _LOOPBACK:
        return Silence("its address is not https: a message and its secret would go in the clear", left=False)
    seen = Exchange()
    names = ThreadPoolExecutor(1, thread_name_prefix="message-name")
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "release-cockpit"}
    try:
        async with asyncio.timeout(seconds):
            await exchange(
                seen, target, method="POST", headers=headers, body=payload, tls=roots.context, names=names,
                limit=_LIMIT,
            )  # fmt: skip
    except TimeoutError:
        if seen.status is None:
            return Silence(f"no answer within {seconds:g} s", seen.connected)
    except (OSError, ssl.SSLError, h11.ProtocolError, UnusableError, UnicodeError) as error:
        if seen.status is None:
            return Silence((explain(error) or ("the connection was lost", False))[0], seen.connected)
    finally:
        names.shutdown(wait=False, cancel_futures=True)
    if seen.status is None:
        return Silence("the connection ended without an answer", seen.connected)
    body = (seen.body or b"").decode("utf-8", "replace")
    return Answer(seen.status, {name.lower(): value for name, value in seen.headers}, body, seen.body is not None)

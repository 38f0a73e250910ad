"""One TLS handshake as an observation: chain, name, end of validity and protocol, with nothing sent after it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime

from cockpit.durations import short_duration
from cockpit.health.observation import Observation, unseen
from cockpit.net.addresses import parse_address, resolve
from cockpit.net.certificates import peer_expiry, refused_expiry, secured_by
from cockpit.net.dropping import drop
from cockpit.net.troubles import CERTIFICATE_EXPIRED, certificate_trouble, explain
from cockpit.net.trusted_roots import UnusableRootsError
from cockpit.release.health import Timing


async def observe_tls(
    address: str,
    *,
    server_name: str,
    seconds: float,
    names: Executor,
    tls: Callable[[], ssl.SSLContext],
    monotonic: Callable[[], float] = time.monotonic,
) -> Observation:
    """Shake hands once with host or host:port (443); `seconds` bound it."""
    try:
        host, port = parse_address(address if _has_port(address) else f"{address}:443")
    except ValueError as error:
        return unseen(str(error))
    resolved = False
    try:
        async with asyncio.timeout(seconds):
            started = monotonic()
            await resolve(host, port, names)
            resolved = True
            named = monotonic()
            try:
                _, writer = await asyncio.open_connection(host, port, happy_eyeballs_delay=0.25)
                try:
                    connected = monotonic()
                    await writer.start_tls(tls(), server_hostname=server_name or host)
                    done = monotonic()
                    secured = secured_by(writer)
                    expires, version = peer_expiry(secured), secured.version() or ""
                finally:
                    await drop(writer)
            except (OSError, ssl.SSLError, UnicodeError) as error:
                return await _refused(error, host, port)
    except TimeoutError:
        span = short_duration(seconds)
        if not resolved:
            return unseen(f"the name did not resolve within {span}")
        return Observation(trouble=f"no answer within {span}")
    except UnusableRootsError as error:
        return unseen(str(error))
    except (OSError, UnicodeError) as error:
        trouble, ours = explain(error) or ("no connection", False)
        return Observation(trouble=trouble, unseen=ours or isinstance(error, UnicodeError))
    end = "" if expires is None else f", valid until {datetime.fromtimestamp(expires, UTC):%Y-%m-%d}"
    phases = (("dns", named - started), ("connect", connected - named), ("tls", done - connected))
    return Observation(
        connected=True, latency=done - named, certificate_expires=expires, summary=f"{version}{end}",
        timings=tuple(Timing(name, round(span * 1000, 3)) for name, span in phases), values={"TLS_VERSION": version},
    )  # fmt: skip


def _has_port(address: str) -> bool:
    return ":" in address.rpartition("]")[2]


async def _refused(error: Exception, host: str, port: int) -> Observation:
    trouble, ours = explain(error) or ("the TLS handshake failed", False)
    expires = None
    if (code := certificate_trouble(error)) is not None:
        expires = await refused_expiry(host, port)
        if expires is not None and code == CERTIFICATE_EXPIRED:
            trouble = f"certificate expired on {datetime.fromtimestamp(expires, UTC):%Y-%m-%d}"
    return Observation(trouble=trouble, unseen=ours, certificate_expires=expires)

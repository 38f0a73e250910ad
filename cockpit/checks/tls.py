"""A TLS handshake: chain and name verify, days are left, the protocol is new enough; nothing is sent over it."""

from __future__ import annotations

import asyncio
import math
import ssl
from concurrent.futures import Executor
from pathlib import Path

from cockpit.checks.look import Look, judged, unseen
from cockpit.checks.roots import trusting
from cockpit.net.addresses import parse_address, resolve
from cockpit.net.certificates import expired_on, peer_expiry, told_time
from cockpit.net.troubles import explain
from cockpit.release.checks import TlsCheck

_DAY = 86400.0
_PROTOCOLS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


async def look_by_tls(check: TlsCheck, *, root: Path, names: Executor, now: float) -> Look:
    """Shake hands once, at `now` in epoch seconds; who calls bounds the time."""
    try:
        host, port = _target(check.address)
        context = trusting(root / check.ca_file if check.ca_file else None)
    except ValueError as error:
        return unseen(str(error))
    except OSError as error:
        return unseen(f"{check.ca_file}: {error.strerror or error}")
    context.minimum_version = _PROTOCOLS[check.protocol]
    try:
        await resolve(host, port, names)
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=check.name or host)
    except (OSError, UnicodeError, ValueError) as error:
        trouble, ours = explain(error) or ("no TLS connection", False)
        return unseen(trouble) if ours else Look("failed", await expired_on(error, host, port, check.name) or trouble)
    try:
        connection = writer.get_extra_info("ssl_object")
        expires, protocol = peer_expiry(connection), connection.version()
    finally:
        writer.transport.abort()
    if expires is None:
        return unseen("the certificate cannot be read")
    left = math.floor((expires - now) / _DAY)  # as whole days go: 20.9 are no 21
    faults = [f"expires on {told_time(expires)}, in {left} days"] if left < check.days else []
    return judged(faults, f"{left} days left, until {told_time(expires)}, {protocol}")


def _target(address: str) -> tuple[str, int]:
    bare = address.rsplit("]", 1)[-1]
    return parse_address(address if ":" in bare else f"{address}:443")

"""Host and port as people write them, and whether a name resolves at all before a probe is held against its target."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from concurrent.futures import Executor

_ADDRESS = re.compile(r"(?:\[([^\[\]\s]+)\]|([^\[\]:\s]+)):([0-9]{1,5})")


def parse_address(text: str) -> tuple[str, int]:
    """Return (host, port) of `host:port` or `[IPv6]:port`; ValueError says what would be right."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or not 0 < int(match[3]) < 65536:
        raise ValueError(f"{text!r} is not an address: write host:port, such as localhost:5432 or [::1]:5432")
    return match[1] or match[2], int(match[3])


async def resolve(host: str, port: int, pool: Executor) -> None:
    """Look up `host` and drop the answer: a resolver that hangs must not look like a target that does.

    Raises socket.gaierror, or UnicodeError for what can be no host name.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(pool, socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM)

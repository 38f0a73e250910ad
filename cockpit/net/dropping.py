"""The end of a connection that nobody has use for any more."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

_ENOUGH = 0.1  # seconds; what is aborted has ended a few turns of the loop later


async def drop(writer: asyncio.StreamWriter) -> None:
    """Abort a connection and let its descriptor be closed; never waits for the other end.

    Of one whose TLS handshake broke off, the end is told to nobody (its protocol is asyncio's own by then, which passes
    on nothing before it has shaken hands): who waited for that would wait for ever.
    """
    writer.transport.abort()
    with contextlib.suppress(OSError, ssl.SSLError):  # TimeoutError is an OSError
        async with asyncio.timeout(_ENOUGH):
            await writer.wait_closed()

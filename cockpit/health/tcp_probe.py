"""One TCP connection as an observation: opened, and closed again without a byte sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor

from cockpit.durations import short_duration
from cockpit.health.observation import Observation, unseen
from cockpit.net.addresses import parse_address, resolve
from cockpit.net.dropping import drop
from cockpit.net.troubles import explain


async def observe_tcp(
    address: str, *, seconds: float, names: Executor, monotonic: Callable[[], float] = time.monotonic
) -> Observation:
    """Connect once and return how that went; `seconds` bound it."""
    try:
        host, port = parse_address(address)
    except ValueError as error:
        return unseen(str(error))
    resolved = False
    try:
        async with asyncio.timeout(seconds):
            await resolve(host, port, names)
            resolved = True
            started = monotonic()
            _, writer = await asyncio.open_connection(host, port, happy_eyeballs_delay=0.25)
            latency = monotonic() - started
    except TimeoutError:
        span = short_duration(seconds)
        return (
            Observation(trouble=f"no answer within {span}")
            if resolved
            else unseen(f"the name did not resolve within {span}")
        )
    except (OSError, UnicodeError) as error:
        trouble, ours = explain(error) or ("no connection", False)
        return Observation(trouble=trouble, unseen=ours or isinstance(error, UnicodeError))
    await drop(writer)
    return Observation(connected=True, latency=latency, summary="connected")

"""What the watcher looks at from time to time, beside its probes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def rounds(look: Callable[[], None], every: float) -> None:
    """Look in a thread, again and again, with so many seconds between; until cancelled."""
    while True:
        await asyncio.to_thread(look)
        await asyncio.sleep(every)

"""What the watcher looks at from time to time, beside its probes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cockpit.watch.troubles import Troubles


async def rounds(look: Callable[[], None], every: float, troubles: Troubles, failed: str) -> None:
    """Look in a thread, again and again, with so many seconds between; until cancelled.

    A look that fails is told, after what `failed`, and the next one is taken all the same.
    """
    while True:
        with troubles.attempt("the look", failed):
            await asyncio.to_thread(look)
        await asyncio.sleep(every)

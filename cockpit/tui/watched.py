"""A screen that comes while the watcher is leaving with the last one before it is not left without one."""

from __future__ import annotations

import asyncio

from cockpit.watching.start import ensure_watcher
from cockpit.workspace import Workspace


async def keep_watched(workspace: Workspace, *, every: float = 2.0, looks: int = 15) -> bool:
    """Start a watcher if the one that was found goes within the next `looks`; return whether one was started.

    Beyond that nothing is started again by itself: a watcher that dies is to be seen.
    """
    for _ in range(looks):
        await asyncio.sleep(every)
        if await asyncio.to_thread(ensure_watcher, workspace):
            return True
    return False

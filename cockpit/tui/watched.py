"""A screen that comes while the watcher is leaving with the last one before it is not left without one."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from cockpit.workspace import Workspace


class Begun(Struct, frozen=True):
    """What was found when a screen began: a watcher of somebody else's, or why none could be started."""

    trouble: str = ""
    found_watcher: bool = False


async def keep_watched(workspace: Workspace, *, every: float = 2.0, looks: int = 15) -> bool:
    """Start a watcher if the one that was found goes within the next `looks`; return whether one was started.

    Beyond that nothing is started again by itself: a watcher that dies is to be seen.
    """
    from cockpit.watching.start import ensure_watcher  # the first frame needs none

    for _ in range(looks):
        await asyncio.sleep(every)
        if await asyncio.to_thread(ensure_watcher, workspace):
            return True
    return False

"""Who comes back while the watcher leaves with the last screen gets another."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from cockpit.live_source import watcher_lock
from cockpit.store.lock import FileLock, Held, holder_of
from cockpit.tui.watched import keep_watched
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


async def test_a_watcher_that_was_about_to_leave_is_replaced(scene: Scene) -> None:
    path = scene.workspace.store.location.lock(watcher_lock(scene.run))
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path, Held("watcher", "bridge", os.getpid(), "", "watching")):
        keeping = asyncio.create_task(keep_watched(scene.workspace, every=0.1, looks=100))
        await asyncio.sleep(0.5)
        assert not keeping.done()
    assert await keeping
    for _ in range(200):
        if (held := holder_of(path)) is not None:
            break
        await asyncio.sleep(0.1)
    assert held is not None
    os.kill(held.pid, signal.SIGTERM)

"""A screen that is open for long frees what only the garbage collector can."""

from __future__ import annotations

import weakref

from tests.test_collection import Ring
from tests.tui.scenes import Scene


async def test_the_clock_frees_what_holds_itself(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)):
        ring = weakref.ref(Ring())
        app._collector._due = app._touched_at = 0.0
        app.tick_clock()
        assert ring() is None

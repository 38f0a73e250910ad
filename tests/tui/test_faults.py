"""What is wrong with the store is told when the screen opens."""

from __future__ import annotations

from cockpit.tui.app import CockpitApp
from tests.tui.painted import lines, until
from tests.tui.scenes import Scene


async def test_a_broken_store_is_told_at_start(scene: Scene) -> None:
    ref = scene.store.location.common / "refs" / "cockpit" / "state"
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_bytes(b"")
    app = CockpitApp(scene.workspace)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: "holds no object" in " ".join(lines(app)))
        assert "cockpit doctor" in " ".join(lines(app))

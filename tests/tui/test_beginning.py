"""Where nothing is configured and no run is open, every page says what to do, and a run can be opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cockpit.pinning import read_work_tree
from cockpit.release.item_state import ItemState
from cockpit.release.live import Live
from tests.tui.painted import lines
from tests.tui.scenes import Scene

EMPTY = "service: shop\nenvironment: {name: production, production: true}\n"


@pytest.fixture
def bare(scene: Scene) -> Scene:
    """A repository with the least configuration that there is, and no run."""
    (scene.repo / "cockpit.yaml").write_text(EMPTY)
    scene.live = Live()
    scene.session.focus("", read_work_tree(scene.workspace.root).pinned)
    return scene


TOLD = {
    "1": "no run open : opens one",
    "2": "none yet: logs: {app: {file: /var/log/app.log}} in cockpit.yaml",
    "3": 'probes: {api: {http: "http://HOST/health"}} in cockpit.yaml',
    "5": "no incident is open: I opens one",
    "6": "Name one: cockpit env FILE, or env: in cockpit.yaml",
    "7": "add channels to",
    "8": "i writes a note",
}


async def until(pilot: Pilot[int], holds: Callable[[], object], what: str) -> None:
    for _ in range(500):
        if holds():
            return
        await pilot.pause(0.02)
    told = [note.message for note in pilot.app._notifications]
    raise AssertionError(f"waited in vain for {what}; told was {told}")


async def test_every_empty_page_says_what_to_do(bare: Scene) -> None:
    app = bare.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, told in TOLD.items():
            await pilot.press(key)
            await until(pilot, lambda told=told: told in "\n".join(lines(app)), told)  # type: ignore[misc]


async def test_a_run_is_opened_at_the_screen(bare: Scene) -> None:
    app = bare.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Space tick" not in lines(app)[-1]
        await app.run_action("screen.open_run")
        await until(pilot, lambda: isinstance(app.screen.focused, Input), "the field")
        await until(pilot, lambda: "such as v2.4.1, the newest" in "\n".join(lines(app)), "what may be typed")
        await pilot.press(*"v2.4.0", "enter")
        await until(pilot, lambda: app.present[0].state == "active", "the run")
        await until(pilot, lambda: "Space tick" in lines(app)[-1], "the hint")
        run = app.present[0]
        assert (run.name, run.tag, run.state) == ("v2.4.0", "v2.4.0", "active")
        await pilot.press("j", "space")  # the first one is a killer item, which opens

        def done() -> int:
            return sum(item.state is ItemState.DONE for item in app.present[0].items.values())

        await until(pilot, done, "the tick")
        assert done() == 1

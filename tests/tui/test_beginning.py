"""Where nothing is configured and no run is open, every page says what to do, and a run can be opened."""

from __future__ import annotations

import pytest

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


async def test_every_empty_page_says_what_to_do(bare: Scene) -> None:
    app = bare.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key, told in TOLD.items():
            await pilot.press(key)
            for _ in range(100):
                if told in "\n".join(lines(app)):
                    break
                await pilot.pause(0.02)
            assert told in "\n".join(lines(app))


async def test_a_run_is_opened_at_the_screen(bare: Scene) -> None:
    app = bare.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *"open a release", "enter")
        await pilot.press(*"v2.4.0", "enter")
        for _ in range(100):
            if app.present[0].open:
                break
            await pilot.pause(0.02)
        run = app.present[0]
        assert (run.name, run.tag, run.state) == ("v2.4.0", "v2.4.0", "active")
        await pilot.press("j", "space")  # the first one is a killer item, which opens
        for _ in range(100):
            if any(item.state is ItemState.DONE for item in app.present[0].items.values()):
                break
            await pilot.pause(0.02)
        assert sum(item.state is ItemState.DONE for item in app.present[0].items.values()) == 1

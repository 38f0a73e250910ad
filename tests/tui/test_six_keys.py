"""From a red banner on any page to the running rollback: at most six keys, and what is typed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.tui.app import CockpitApp
from cockpit.tui.commands import COMMANDS
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.screens.flight import FlightScreen
from tests.tui import moments
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full

PAGES = [command.keys[0] for command in COMMANDS if command.scope == "everywhere" and command.id.startswith("page_")]
TYPED = "v2.4.0"


class Counted:
    """A pilot that counts the keys."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.pilot.press(*keys)
        await settle(self.pilot)


async def to_the_last_key(app: CockpitApp, counted: Counted) -> None:
    """Go from wherever one is to the red button, which Space presses."""
    counted.keys = 0
    await counted.press("4")
    await counted.press("enter")
    assert isinstance(app.screen, CardDialog)
    await counted.press("tab", "enter")
    await until(counted.pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
    await counted.press(*TYPED, "tab")
    go = app.screen.query_one("#go", Button)
    assert app.focused is go
    assert not go.disabled
    assert counted.keys - len(TYPED) <= 5


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_from_every_page_it_is_six_keys(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    assert len(PAGES) >= 9
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    scene.open()
    scene.live = moments.live(moments.RED)
    app = scene.app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        counted = Counted(pilot)
        for page in PAGES:
            await counted.press(page)
            assert "DOWN" in text_of(app, "#identity"), "the banner is red here"
            await to_the_last_key(app, counted)
            await counted.press("escape", "escape")
            assert isinstance(app.screen, FlightScreen)
        assert not scene.run.executions
        # Also from a pane that is not the first, zoomed, with a filter in force.
        await counted.press("1", "slash", *"log", "enter", "tab", "plus")
        await to_the_last_key(app, counted)
        await counted.press("space")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))
        assert counted.keys - len(TYPED) <= 6

        def over() -> bool:
            scene.session.poll()
            return scene.run.executions[0].over

        await until(pilot, over, tries=1500)

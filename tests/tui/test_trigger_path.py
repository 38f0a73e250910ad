"""From a breached rollback trigger to the rollback that is proposed, or to the runbook it names: by how few keys."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.release.entities import trigger_entity
from cockpit.release.events import TriggerBreached
from cockpit.release.intents import RecordFact
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.pages.runbooks import RunbooksPage
from cockpit.tui.screens.execution import ExecutionScreen
from tests.tui.moments import live
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import CONFIGURATION, Scene, build_repository

pytestmark = pytest.mark.full

TRIGGERS = """
triggers:
  payments: {probe: checkout, lasts: 5m, decide_within: 10m, title: payments fail}
  carts: {probe: api, runbook: application-down}
"""


@pytest.fixture
def breached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A run in the present, with a worker of its own, in which the payments' trigger is breached."""
    template = tmp_path / "template" / "shop"
    build_repository(template, CONFIGURATION + TRIGGERS)
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    scene.open()
    scene.session.act(RecordFact(trigger_entity("payments"), TriggerBreached("checkout: 503", "bridge")))
    scene.live = live()
    return scene


class Counted:
    """Presses keys, and counts them."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self._pilot = pilot
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self._pilot.press(*keys)
        await settle(self._pilot)


def focused(app: CockpitApp) -> str:
    return app.focused.id or "" if isinstance(app.focused, Button) else ""


def state(scene: Scene) -> str:
    """How the only execution stands."""
    scene.session.poll()
    return scene.run.executions[0].state


async def test_from_the_banner_to_the_running_rollback_are_six_keys_and_the_tag(breached: Scene) -> None:
    app = breached.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("8")  # whatever is looked at
        await settle(pilot)
        assert "ROLLBACK TRIGGER payments fail" in text_of(app, "#banner")
        assert "decide within" in text_of(app, "#banner")
        hand = Counted(pilot)
        await hand.press("exclamation_mark", "enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        assert focused(app) == "cancel"
        assert not breached.run.executions
        await hand.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        assert focused(app) == "cancel"
        await hand.press(*"v2.4.0")
        assert not breached.run.executions, "nothing has begun by itself"
        await hand.press("tab", "space")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))
        assert hand.keys - len("v2.4.0") == 6
        await until(pilot, lambda: state(breached) in {"succeeded", "unverified"})
        await settle(pilot)
        await pilot.press("exclamation_mark")  # on the execution's own screen, too
        await until(pilot, lambda: isinstance(app.screen, AbnormalDialog))
        assert "ROLLBACK TRIGGER" in text_of(app, "AlarmList").splitlines()[0]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        assert "v2.3.0" in text_of(app, ".dialog-title")
    (execution,) = breached.run.executions
    assert (execution.direction, execution.tag) == ("rollback", "v2.4.0")


async def test_from_every_page_the_card_is_two_keys_away(breached: Scene) -> None:
    app = breached.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for page in "123456890":
            await pilot.press(page)
            await settle(pilot)
            assert "! looks at it" in text_of(app, "#banner") or page != "1"
            await pilot.press("exclamation_mark", "enter")
            await until(pilot, lambda: isinstance(app.screen, CardDialog))
            assert "v2.4.0" in text_of(app, ".dialog-title")
            await pilot.press("escape")
            await settle(pilot)
    assert not breached.run.executions


async def test_a_trigger_that_names_a_runbook_leads_to_it_and_o_to_the_card(breached: Scene) -> None:
    breached.session.act(RecordFact(trigger_entity("carts"), TriggerBreached("api: 503", "bridge")))
    app = breached.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("enter", "o"):
            await pilot.press("exclamation_mark")
            await until(pilot, lambda: isinstance(app.screen, AbnormalDialog))
            listed = text_of(app, "AlarmList").splitlines()
            row = next(number for number, line in enumerate(listed) if "TRIGGER carts" in line)
            await pilot.press(*["down"] * row, key)
            await settle(pilot)
            if key == "enter":
                assert app.screen.query_one(RunbooksPage).display
                assert "Application Down" in text_of(app, "#runbooks")
            else:
                await until(pilot, lambda: isinstance(app.screen, CardDialog))
    assert not breached.run.executions

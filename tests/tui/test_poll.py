"""The poll from the screen: Enter on the pause point, a role at a time, never by one key alone."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.poll import PollDialog
from cockpit.tui.dialogs.roles import RoleList, RolesDialog
from cockpit.tui.widgets.checklist import PausePoint
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, type_in

pytestmark = pytest.mark.full


async def test_enter_on_the_pause_point_opens_the_poll_and_a_go_is_asked_for(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("tab")
        assert isinstance(app.focused, PausePoint)
        await pilot.press("enter")
        assert isinstance(app.screen, PollDialog)
        await pilot.press("a")
        assert isinstance(app.screen, RolesDialog)
        roles = [one.role for one in app.screen.query_one(RoleList).rows]
        assert set(roles) == {"qa", "ops", "security", "product"}
        await pilot.press("space")
        assert isinstance(app.screen, ConfirmDialog)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        assert not scene.run.answers
        await pilot.press("space", "right", "enter")
        await until(pilot, lambda: len(scene.run.answers) == 1)
        await until(pilot, lambda: "go by Ana Lima" in text_in(app, app.screen.region))
        await pilot.press("j", "x")
        await type_in(pilot, "carts are wrong")
        await pilot.press("enter")
        await until(pilot, lambda: "no-go by Ana Lima: carts are wrong" in text_in(app, app.screen.region))
        await pilot.press("b")
        await type_in(pilot, "Cem")
        await pilot.press("enter")
        await until(pilot, lambda: "go by Ana Lima on behalf of Cem" in text_in(app, app.screen.region))
        await pilot.press("escape")
        await settle(pilot)
        assert "NO-GO" in text_of(app, "#pause-point"), "two roles have not answered"
    assert {answer.role: answer.on_behalf for answer in scene.run.answers.values()} == {roles[0]: "", roles[1]: "Cem"}

"""What is typed into a dialog is not lost to Esc: it is there when the same is asked again."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from cockpit.release.intents import Retarget
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, WaiverDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.widgets.field import Field
from tests.tui.moments import FLOWS, LOGS, PAYMENT
from tests.tui.painted import settle, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, on_item, told, type_in

pytestmark = pytest.mark.full


async def opened(app: CockpitApp, pilot: Pilot[int], key: str, item: str, dialog: type[object]) -> list[str]:
    on_item(app, item)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, dialog))
    await settle(pilot)
    return [field.value for field in app.screen.query(Field)]


async def test_a_note_and_a_reason_are_kept_each_for_their_item_until_they_are_given(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        assert await opened(app, pilot, "i", FLOWS, AskDialog) == [""]
        await type_in(pilot, "the gateway is sl")
        await pilot.press("escape")
        await until(pilot, lambda: "what you typed is kept" in told(app))
        assert await opened(app, pilot, "i", LOGS, AskDialog) == [""], "of another item nothing was typed"
        await pilot.press("escape")
        assert await opened(app, pilot, "d", FLOWS, WaiverDialog) == ["", ""], "nor as a reason"
        await type_in(pilot, "to 4.1")
        await pilot.press("tab", "7", "d", "escape")
        assert await opened(app, pilot, "d", FLOWS, WaiverDialog) == ["to 4.1", "7d"]
        await pilot.press("escape")
        assert await opened(app, pilot, "i", FLOWS, AskDialog) == ["the gateway is sl"]
        await type_in(pilot, "ow")
        await pilot.press("enter")
        await until(pilot, lambda: [note.text for note in scene.run.items[FLOWS].notes] == ["the gateway is slow"])
        assert await opened(app, pilot, "i", FLOWS, AskDialog) == [""], "it was given"


async def test_evidence_of_a_killer_comes_back_no_reflex_ticks_it_and_another_version_has_none(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        assert await opened(app, pilot, "space", PAYMENT, ItemDialog) == ["", "", ""]
        await type_in(pilot, "receipt 49.90")
        await pilot.press("escape")
        assert await opened(app, pilot, "enter", PAYMENT, ItemDialog) == ["receipt 49.90", "", ""]
        await pilot.press("enter", "enter")
        await settle(pilot)
        assert scene.run.items[PAYMENT].by is None
        scene.act(Retarget("v9", "9" * 40))
        await settle(pilot)
        if isinstance(app.screen, ItemDialog):
            await pilot.press("escape")
        assert await opened(app, pilot, "space", PAYMENT, ItemDialog) == ["", "", ""]

"""What two people said at the same time, on the screen: both names, a notice at once, and where to decide."""

from __future__ import annotations

import pytest

from cockpit.release.entities import item_entity
from cockpit.release.events import ItemClaimed, RunRetargeted
from cockpit.release.intents import ClaimItem, Retarget, TickItem
from cockpit.release.item_state import ItemState
from cockpit.tui.dialogs.item import ItemDialog
from tests.tui.moments import LOGS
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, on_item, told

pytestmark = pytest.mark.full


async def test_a_contested_item_names_both_and_is_settled_by_the_next_word(scene: Scene) -> None:
    scene.act(TickItem(LOGS, "no errors"))
    async with flown(scene, size=(120, 40)) as (app, pilot):
        on_item(app, LOGS)
        scene.contradict(LOGS, "the vendor's log is missing")
        await until(pilot, lambda: "CONTESTED" in text_of(app, "#items"))
        await until(pilot, lambda: "is contested: Ben" in told(app))
        detail = " ".join(text_of(app, "#item-detail").split())
        assert "Ben Okafor: deferred (the vendor's log is missing) against" in detail
        assert "Ana Lima: done (no errors)" in detail
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ItemDialog))
        dialog = text_in(app, app.screen.region)
        assert "deferred (the vendor's log is missing)" in dialog
        assert "CONTESTED by Ben Okafor: deferred" in dialog
        await pilot.press("escape", "space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)


async def test_who_claimed_too_late_is_told_whose_it_is(scene: Scene) -> None:
    scene.act(ClaimItem(LOGS))
    async with flown(scene, size=(120, 40)) as (app, pilot):
        on_item(app, LOGS)
        scene.meanwhile(item_entity(LOGS), ItemClaimed(), later=-0.5)
        scene.session.poll()
        await until(pilot, lambda: "before you: it is theirs" in told(app))
        assert scene.run.items[LOGS].claimed_by != scene.session.actor
        await until(pilot, lambda: "claimed it too" in text_of(app, "#item-detail"))


async def test_a_contested_target_stands_in_the_strip_and_in_the_abnormal_queue(scene: Scene) -> None:
    scene.act(Retarget("v2.4.0", "4" * 40))
    async with flown(scene, size=(120, 40)) as (app, pilot):
        scene.meanwhile("run", RunRetargeted("v2.3.0", "3" * 40))
        scene.session.poll()
        await until(pilot, lambda: "the run's target CONTESTED" in text_in(app, app.screen.region))
        await pilot.press("exclamation_mark")
        await settle(pilot)
        queue = text_in(app, app.screen.region)
        assert "Ben Okafor: v2.3.0 at 33333333 against" in queue

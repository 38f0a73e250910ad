"""Whoever opens the cockpit again lands where they were."""

from __future__ import annotations

import pytest

from cockpit.seen import Place, SeenStore
from tests.tui.moments import LOGS, VERIFY
from tests.tui.painted import until
from tests.tui.scenes import ANA, Scene
from tests.tui.test_checklist_page import flown, items, on_item


def kept(scene: Scene) -> Place | None:
    assert scene.seen is not None
    return scene.seen.place(scene.run.id, ANA.name)


async def test_one_lands_at_the_item_and_at_the_page_where_one_was(scene: Scene) -> None:
    scene.seen = SeenStore(scene.repo, scene.state)
    async with flown(scene) as (app, pilot):
        first = items(app).item
        assert first is not None
        assert first.id == VERIFY
        on_item(app, LOGS)
        app.tick_clock()
        await until(pilot, lambda: kept(scene) == Place("checklist", LOGS))
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: (item := items(app).item) is not None and item.id == LOGS)
        await pilot.press("4")
        await until(pilot, lambda: app.shown is not None and app.shown.place.startswith("tags"))
        app.tick_clock()
        await until(pilot, lambda: kept(scene) == Place("tags"))
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: app.shown is not None and app.shown.place.startswith("tags"))
        await pilot.press("1")
        await until(pilot, lambda: app.shown is not None and app.shown.place.startswith("checklist"))


@pytest.mark.parametrize("place", [Place("execution"), Place("checklist", "gone/with/the-file"), Place("tags2")])
async def test_a_place_that_is_no_more_is_not_gone_to(scene: Scene, place: Place) -> None:
    scene.seen = SeenStore(scene.repo, scene.state)
    scene.seen.keep_place(scene.run.id, ANA.name, place)
    async with flown(scene) as (app, pilot):
        await pilot.pause(0.2)
        assert app.shown is not None
        assert app.shown.place.startswith("checklist: ")

"""The demo's tour: one line that goes on when a person does the thing, and that takes neither focus nor keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from cockpit.release.intents import TickItem
from cockpit.tui.app import CockpitApp
from cockpit.tui.pages.checklist import ChecklistPage
from cockpit.tui.tour import STEPS, Tour, TourStrip
from tests.tui.painted import lines
from tests.tui.scenes import Scene


def toured(scene: Scene, *, begun: bool = True) -> CockpitApp:
    app = scene.app()
    app.tour = Tour(begun=begun)
    return app


def place(app: CockpitApp) -> str:
    assert app.tour is not None
    return app.tour.place if app.tour.step is not None else "over"


async def until(pilot: Pilot[int], holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        await pilot.pause(0.02)
    raise AssertionError("waited in vain")


async def test_it_goes_on_as_the_person_does_it_and_leaves_every_key_where_it_was(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        focused = app.screen.focused
        assert "Tour 1/6  Space ticks the item" in "\n".join(lines(app))
        app.act(TickItem("deployment-day/deployment/monitor-error-rates"))
        await until(pilot, lambda: place(app) == "2/6")
        assert app.screen.focused is focused
        for page, step in (("2", "3/6"), ("3", "4/6"), ("4", "5/6")):
            await pilot.press(page)
            assert place(app) == step
        await pilot.press("greater_than_sign")
        assert place(app) == "6/6"
        await pilot.press("1")
        assert place(app) == "done"
        await pilot.press("escape")
        assert place(app) == "over"
        assert "Tour" not in "\n".join(lines(app))


async def test_esc_clears_a_filter_first_and_ends_the_tour_then_and_it_can_be_had_again(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a", "enter", "escape")
        assert place(app) == "1/6"
        await pilot.press("escape")
        assert place(app) == "over"
        await app.run_action("screen.tour")
        await until(pilot, lambda: place(app) == "1/6")


async def test_a_release_of_ones_own_has_none(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign")
        assert not app.query(TourStrip)
        assert isinstance(app.screen.query_one(ChecklistPage), ChecklistPage)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.text[:20])
def test_every_step_fits_80_columns_beside_its_keys(step: object) -> None:
    text = getattr(step, "text", "")
    assert len(f" Tour 1/6  {text}") + len("> next  Esc ends ") <= 79

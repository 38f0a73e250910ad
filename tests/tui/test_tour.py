"""The demo's tour: one line that goes on when a person does the thing, and that takes neither focus nor keys."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from textual.screen import Screen

from cockpit.release.intents import TickItem
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.pages.checklist import ChecklistPage
from cockpit.tui.tour import STEPS, Tour, TourStep, TourStrip
from cockpit.tui.widgets.checklist import ItemList
from tests.tui.moments import PAYMENT
from tests.tui.painted import lines, settle, until
from tests.tui.scenes import Scene


def toured(scene: Scene, *, begun: bool = True) -> CockpitApp:
    app = scene.app()
    app.tour = Tour(begun=begun)
    return app


def shows(app: CockpitApp, dialog: type[Screen[Any]]) -> bool:
    return isinstance(app.screen, dialog)


def told(app: CockpitApp) -> str:
    return " ".join(one.message for one in app._notifications)


def place(app: CockpitApp) -> str:
    assert app.tour is not None
    return app.tour.place if app.tour.step is not None else "over"


async def test_it_goes_on_as_the_person_does_it_and_leaves_every_key_where_it_was(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
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
        assert told(app) == "the tour is done: `: tour` begins it again"


async def test_esc_clears_a_filter_first_then_leaves_the_tour_and_it_comes_back_where_it_was(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("greater_than_sign", "slash", "a", "enter", "escape")
        assert place(app) == "2/6"
        await pilot.press("escape")
        assert place(app) == "over"
        assert told(app) == "tour left at 2/6: `: tour` brings it back"
        await app.run_action("screen.tour")
        await until(pilot, lambda: place(app) == "2/6")
        await app.run_action("screen.tour")
        await until(pilot, lambda: place(app) == "1/6")  # it was on: then it begins anew


async def test_back_stays_until_the_thing_is_done_again(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign", "2")
        assert place(app) == "3/6"
        await pilot.press("less_than_sign")
        app.hand_over()
        assert place(app) == "2/6", "one stands on the logs still, and that was before"
        await pilot.press("2")
        assert place(app) == "3/6"
        await pilot.press(*["less_than_sign"] * 4)
        assert place(app) == "1/6"


async def test_a_thing_of_several_keys_names_the_next_one_also_on_the_dialogs_and_under_nothing(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*["greater_than_sign"] * 4)
        assert "Tour 5/6  4 lists the tags, then Enter on v2.4.0" in "\n".join(lines(app))
        await pilot.press("4")
        await settle(pilot)
        assert "Tour 5/6  Enter opens the card of v2.4.0" in "\n".join(lines(app))
        for keys, dialog, told_there in (
            (("enter",), CardDialog, "Tab Enter shows what a rollback would do"),
            (("tab", "enter"), ConfirmPlanDialog, "Type v2.4.0, then Tab, then Space starts it"),
        ):
            await pilot.press(*keys)
            await until(pilot, partial(shows, app, dialog))
            await settle(pilot)
            assert f"Tour 5/6  {told_there}" in lines(app)[-1], "no box lies over the last line"
            assert sum("Tour 5/6" in line for line in lines(app)) == 1, "and what lies below is quiet"
            assert app.screen.query_one(".box").region.bottom < app.size.height
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "Tour 5/6  Enter opens the card" in "\n".join(lines(app)))


async def test_a_killer_item_says_what_to_do_in_its_dialog(scene: Scene) -> None:
    app = toured(scene)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.screen.query_one(ItemList).go_to(PAYMENT)
        await pilot.press("space")
        await settle(pilot)
        assert lines(app)[-1].startswith(" Tour 1/6  Type what you saw, Enter, then Space")


async def test_a_release_of_ones_own_has_none(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("greater_than_sign")
        assert not app.query(TourStrip)
        assert isinstance(app.screen.query_one(ChecklistPage), ChecklistPage)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.text[:20])
def test_every_step_fits_80_columns_beside_its_keys(step: TourStep) -> None:
    for text in (step.text, step.elsewhere, *step.there.values()):
        assert len(f" Tour 1/6  {text}") + len("< >  Esc leaves ") <= 79

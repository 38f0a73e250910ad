"""Page 0 with the review beside the sign-off, and the flight recorder: the past is shown, marked, and never written."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from cockpit.release.review_marks import last_review
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.pages.review import ReviewPage
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.review import ReviewList, column_widths
from tests.tui.painted import assert_safe, lines, settle, text_in, text_of, until
from tests.tui.scenes import NOW, Scene

pytestmark = pytest.mark.full


def flight(app: CockpitApp) -> FlightScreen:
    screen = app.screen
    assert isinstance(screen, FlightScreen)
    return screen


async def typed(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*("space" if letter == " " else letter for letter in text), "enter")


def screen_text(app: CockpitApp) -> str:
    return "\n".join(lines(app))


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_both_halves_are_in_view_and_tab_gives_the_other_one_room(scene: Scene, size: tuple[int, int]) -> None:
    app = scene.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("0")
        await settle(pilot)
        assert "watched 0 s of 14 m" in text_of(app, "#review-title")
        assert "Coverage" in screen_text(app)
        assert "0/5 stand" in text_of(app, "#sign-off-title")
        before = app.screen.query_one("#sign-off").size.height
        await pilot.press("tab")
        await settle(pilot)
        assert app.screen.query_one("#sign-off-pane").has_focus_within
        assert "nobody has signed" in text_of(app, "#role-detail")
        assert app.screen.query_one("#sign-off").size.height >= min(before, 3)
        assert_safe(app)


async def test_every_row_can_be_gone_to_found_and_copied(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("0")
        await settle(pilot)
        page = app.screen.query_one(ReviewPage)
        await pilot.press("G")
        await settle(pilot)
        assert page.selected_text().startswith("Not set up: ")
        await pilot.press("k")
        await settle(pilot)
        assert "nothing here tells" in page.selected_text()
        await pilot.press("slash", *"who did", "enter")
        await settle(pilot)
        assert [row.id for row in app.screen.query_one(ReviewList).rows] == ["changes"]
        await pilot.press("escape")
        await settle(pilot)
        assert len(app.screen.query_one(ReviewList).rows) > 20


async def test_a_review_is_completed_after_asking_and_the_next_one_begins_there(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        flight(app).action_complete_review()
        await settle(pilot)
        assert last_review(scene.run) is None, "there was none in view"
        assert flight(app).page.id == "review", "it leads there"
        await until(pilot, lambda: flight(app).shown_review() is not None)
        flight(app).action_complete_review()
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        assert "Tab to Complete · Space presses it · Esc leaves" in text_in(app, app.screen.region)
        assert "since the launch" in text_in(app, app.screen.region)
        assert "watched 0 s of 14 m" in text_in(app, app.screen.region)
        await pilot.press("right", "enter")
        await until(pilot, lambda: last_review(scene.run) is not None)
        mark = last_review(scene.run)
        assert mark is not None
        assert (mark.until, mark.by) == (NOW, "Ana Lima")
        scene.clock.time += 120
        await pilot.press("R")
        await until(pilot, lambda: "14:16, the last review" in text_of(app, "#review-title"))


async def test_the_review_begins_where_one_says(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        flight(app).action_review_since()
        await settle(pilot)
        await typed(pilot, "soon")
        await settle(pilot)
        flight(app).action_review_since()
        await settle(pilot)
        await typed(pilot, "36h")
        await until(pilot, lambda: "since 36h ago" in text_of(app, "#review-title"))


async def test_an_event_back_everything_is_as_it_was_and_esc_is_now_again(scene: Scene) -> None:
    app = scene.app()
    count = len(scene.run.records)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await settle(pilot)
        assert not app.screen.query_one("#past").display
        await pilot.press("left", "left", "left")
        await until(pilot, lambda: app.past.shown is not None and app.screen.query_one("#past").display)
        await settle(pilot)
        assert "AS OF 2026-03-10 13:" in text_of(app, "#past")
        assert f"{count - 3} records" in text_of(app, "#timeline-title") or "marked v2.3.0" not in screen_text(app)
        await pilot.press("1")
        await settle(pilot)
        assert "deferred 0" in screen_text(app)
        assert "AS OF" in screen_text(app)
        await pilot.press("c")
        await until(pilot, lambda: any("the past, AS OF" in str(toast.message) for toast in app._notifications))
        assert len(scene.run.records) == count
        await pilot.press("escape")
        await settle(pilot)
        assert "AS OF" not in screen_text(app)
        assert "deferred 1" in screen_text(app)
        assert not scene.session.readonly


async def test_a_typed_time_holds_on_every_page_and_in_the_logs(scene: Scene) -> None:
    scene.clock.time = NOW + 60  # the logs' last lines are a minute old
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        flight(app).action_past_time()
        await settle(pilot)
        await typed(pilot, "2026-03-10T13:16:31Z")
        await until(pilot, lambda: app.past.shown is not None)
        await pilot.press("2")
        await settle(pilot)
        await until(pilot, lambda: "until:" in screen_text(app) and "migrated 0042" not in screen_text(app))
        assert "queue depth 180" in screen_text(app)
        await pilot.press("0")
        await until(pilot, lambda: "since 03-10 14:02" in text_of(app, "#review-title"))
        await pilot.press("left")
        await until(pilot, lambda: "AS OF 2026-03-10 13:16:31" in screen_text(app))
        await pilot.press("right", "right")
        await until(pilot, lambda: app.past.shown is None)
        await pilot.press("2")
        await until(pilot, lambda: "migrated 0042" in screen_text(app))


async def test_what_happens_now_still_reaches_whoever_looks_at_the_past(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8", "left", "left")
        await until(pilot, lambda: app.past.shown is not None)
        ben = scene.colleague()
        from cockpit.release.intents import OpenIncident

        ben.act(OpenIncident("1nc1den7", "Checkout refuses connections", "critical", "checkout"))
        scene.session.poll()
        await until(pilot, lambda: "Checkout refuses" in text_of(app, "#banner"))
        assert "AS OF" in text_of(app, "#past")


def test_the_widest_columns_give_way_first() -> None:
    assert column_widths((5, 30, 8), 60) == (5, 30, 8)
    assert column_widths((5, 60, 8), 40) == (5, 23, 8)
    assert column_widths((90, 90), 20) == (9, 9)
    assert column_widths((), 20) == ()

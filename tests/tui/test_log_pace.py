"""How often a log is painted: at once where somebody looks, seldom where nobody does, never out of view."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from cockpit.logs.counters import LogCounts
from cockpit.tui.widgets.log_pace import CALM_SECONDS, GRAVE_SECONDS, QUIET_SECONDS, RACE, SLOWEST, LogPace
from cockpit.tui.widgets.log_view import LogView
from tests.tui.painted import text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown


class Screen:
    """Somebody at the keys, or not, and the time in seconds."""

    def __init__(self) -> None:
        self.now, self.calm = 100.0, False
        self.pace = LogPace(monotonic=lambda: self.now)
        self.pace.is_calm = lambda: self.calm
        self.pace.is_shown = True


def counts(errors: int = 0, *, own: int = 0) -> LogCounts:
    return LogCounts("app", lines=errors, levels={"error": errors}, own_levels={"error": own})


def test_where_somebody_looks_it_is_painted_at_once() -> None:
    screen = Screen()
    screen.pace.painted(counts())
    assert screen.pace.wait(counts()) == 0


def test_beside_something_else_it_is_painted_so_often_at_the_least() -> None:
    screen = Screen()
    screen.pace.least = 0.25
    screen.pace.painted(counts())
    assert screen.pace.wait(counts(1)) == 0.25
    screen.now += 0.25
    assert screen.pace.wait(counts(1)) == 0


def test_logs_beside_each_other_are_painted_at_the_same_moments() -> None:
    one, other = Screen(), Screen()
    one.pace.least = other.pace.least = 0.25
    one.pace.painted(counts())
    other.now += 0.1
    other.pace.painted(counts())
    assert one.now + one.pace.wait(counts(1)) == other.now + other.pace.wait(counts(1))


@pytest.mark.parametrize(("racing", "seconds"), [(0, 0.1), (1, 0.1), (2, 0.2), (3, SLOWEST), (5, SLOWEST)])
def test_many_logs_that_race_beside_each_other_are_painted_less_often(racing: int, seconds: float) -> None:
    screens = [Screen() for _ in range(6)]
    for number, screen in enumerate(screens):
        screen.now, screen.pace.least, screen.pace.beside = 100.01, 0.1, [each.pace for each in screens]
        screen.pace.painted(replace(counts(), lines_per_second=RACE if number < racing else RACE - 1))
    assert [screen.pace.wait(counts(1)) for screen in screens] == pytest.approx([seconds - 0.01] * 6)


def test_a_log_out_of_view_races_with_nobody() -> None:
    screens = [Screen() for _ in range(3)]
    for screen in screens:
        screen.now, screen.pace.least, screen.pace.beside = 100.01, 0.1, [each.pace for each in screens]
        screen.pace.painted(replace(counts(), lines_per_second=RACE))
    screens[0].pace.is_shown = screens[1].pace.is_shown = False
    assert screens[2].pace.wait(counts(1)) == pytest.approx(0.1 - 0.01)


def test_where_nobody_does_it_waits_and_errors_less() -> None:
    screen = Screen()
    screen.calm = True
    screen.pace.painted(counts())
    screen.now += 0.25
    assert screen.pace.wait(counts()) == CALM_SECONDS - 0.25
    assert screen.pace.wait(counts(1)) == GRAVE_SECONDS - 0.25
    assert screen.pace.wait(counts(1, own=1)) == CALM_SECONDS - 0.25  # our own probe's
    screen.now += GRAVE_SECONDS
    assert screen.pace.wait(counts(1)) == 0
    screen.now += CALM_SECONDS
    assert screen.pace.wait(counts()) == 0
    screen.calm = False
    assert screen.pace.wait(counts()) == 0


def test_a_stream_of_errors_is_news_once() -> None:
    screen = Screen()
    screen.calm = True
    screen.pace.painted(counts())
    assert screen.pace.wait(counts(1)) == GRAVE_SECONDS
    screen.pace.painted(counts(1))
    screen.now += QUIET_SECONDS
    assert screen.pace.wait(counts(2)) == 0  # long since due
    screen.pace.painted(counts(2))
    assert screen.pace.wait(counts(3)) == CALM_SECONDS
    screen.now += QUIET_SECONDS + 1
    screen.pace.painted(counts(2))
    assert screen.pace.wait(counts(3)) == GRAVE_SECONDS


def test_what_is_going_to_be_painted_in_time_wakes_nobody() -> None:
    screen = Screen()
    screen.calm = True
    screen.pace.painted(counts())
    assert not screen.pace.is_settled(counts())
    screen.pace.settle(screen.pace.wait(counts()))
    assert screen.pace.is_settled(counts())
    assert not screen.pace.is_settled(counts(1))  # an error is to be seen sooner
    screen.calm = False
    assert not screen.pace.is_settled(counts())
    screen.pace.is_shown = False
    assert screen.pace.is_settled(counts(1))


def test_out_of_view_it_is_not_painted() -> None:
    screen = Screen()
    screen.pace.is_shown = False
    assert screen.pace.wait(counts(1)) == math.inf


async def test_a_log_that_comes_into_view_shows_what_has_come_meanwhile(scene: Scene) -> None:
    async with flown(scene, size=(120, 40)) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: "GET /cart" in text_of(app, "#all-logs"))
        views = app.screen.query_one("#all-logs").query(LogView)
        view = views.first()
        assert view.pace.beside == [each.pace for each in views]
        await pilot.press("6")
        await until(pilot, lambda: not view.pace.is_shown)
        before = view.virtual_size.height
        with (scene.repo / "logs" / "app.log").open("a") as log:
            log.write("2026-03-10T13:16:40Z INFO written behind another page\n")
        await until(pilot, lambda: view.status.counts.lines > before)
        assert view.virtual_size.height == before
        await pilot.press("2")
        await until(pilot, lambda: "written behind another page" in text_of(app, "#all-logs"))

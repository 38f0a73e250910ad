"""What is told covers nothing, can be put away, and can be read again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.notices import NoticesDialog
from cockpit.tui.dialogs.poll import PollDialog
from cockpit.tui.log_app import LogApp
from cockpit.tui.widgets.checklist import ItemList
from cockpit.tui.widgets.notice_line import NoticeLine
from tests.tui.painted import assert_safe, lines, settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import type_in

Look = Callable[[str], Scene]
LONG = "the journal could not be written: no space left on device; free some space on /var, and press R to read again"


def told(app: CockpitApp) -> list[str]:
    """The rows of the line that is in view."""
    line = app.screen.query_one(NoticeLine)
    return text_in(app, line.region).splitlines() if line.display else []


def say(app: CockpitApp, text: str, *, severity: str = "information", seconds: float = 600.0) -> None:
    """Tell something that no slow machine outlasts."""
    app.notify(text, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]


def age(app: CockpitApp, seconds: float) -> None:
    """Let what was told be older, and what is over go."""
    for one in app._notifications:
        one.raised_at -= seconds
    app.notices.show()


def counted_layouts(app: CockpitApp) -> list[object]:
    """Return a list that has an entry for each time the screen is laid out from now on."""
    flows = list[object]()
    compositor, reflow = app.screen._compositor, app.screen._compositor.reflow

    def counted(*arguments: object) -> object:
        flows.append(arguments)
        return reflow(*arguments)  # type: ignore[arg-type]

    compositor.reflow = counted  # type: ignore[method-assign, assignment]
    return flows


async def test_it_stands_above_the_footer_and_everything_else_stays_in_view(look: Look) -> None:
    app = look("red").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        items = app.screen.query_one(ItemList)
        items.action_cursor_bottom()
        await settle(pilot)
        before = lines(app)
        say(app, "noted")
        await until(pilot, lambda: told(app))
        assert "noted" in lines(app)[-2]
        assert lines(app)[-1] == before[-1], "the footer"
        assert lines(app)[:4] == before[:4]
        assert "checkout" in lines(app)[-3], "the probes"
        assert "GET /cart" in lines(app)[-4], "the newest line of the log"
        assert any(line.startswith("▸") for line in text_of(app, "#items").splitlines()), "the row one is at"
        assert len(told(app)) == 1


async def test_one_may_be_over_while_they_are_gathered(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        say(app, "first", seconds=5.0)
        say(app, "second", seconds=600.0)
        await until(pilot, lambda: len(app._notifications) == 2)
        began = time.time()
        looks = iter([began] * 2)  # one for each of them; whoever asks again is told that time has passed
        monkeypatch.setattr("textual.notifications.time", lambda: next(looks, began + 60.0))
        app.notices.show()
        assert "second" in "".join(told(app))


@pytest.mark.full
async def test_on_a_low_terminal_the_newest_are_told_and_the_others_are_counted(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        for text in ("first", "second", LONG):
            say(app, text, severity="error")
        await until(pilot, lambda: len(app._notifications) == 3)
        await until(pilot, lambda: "the journal" in "".join(told(app)))
        rows = told(app)
        assert len(rows) == 2
        assert rows[0].rstrip().endswith("+2")
        assert "press R to read" in rows[1]
        say(app, "third")
        say(app, "fourth")
        await until(pilot, lambda: "fourth" in told(app)[0])
        assert [row.split()[1] for row in told(app)] == ["fourth", "third"]
        assert told(app)[0].rstrip().endswith("+3")
        await pilot.resize_terminal(200, 50)
        await until(pilot, lambda: len(told(app)) == 5)
        assert [row.split()[1] for row in told(app)] == ["fourth", "third", "the", "second", "first"]


@pytest.mark.full
async def test_none_goes_unseen_behind_newer_ones(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        for text in ("first", "second", "third", "fourth"):
            say(app, text, seconds=60.0)
        await until(pilot, lambda: told(app) and "fourth" in told(app)[0])
        age(app, 60.0)
        await until(pilot, lambda: told(app) and "second" in told(app)[0])
        assert min(one.time_left for one in app._notifications) > 40
        age(app, 2.0)
        await pilot.press("escape")
        await until(pilot, lambda: not told(app))
        assert [one.message for one in app.notices.kept] == ["fourth", "third", "second", "first"]


@pytest.mark.full
async def test_an_error_stays_to_be_read_and_goes_by_itself(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        height = app.screen.query_one(ItemList).size.height
        app.tell("no", severity="error")
        await until(pilot, lambda: told(app))
        assert min(one.time_left for one in app._notifications) >= 8
        age(app, 8.5)
        await settle(pilot)
        assert told(app)
        age(app, 1.4)
        await until(pilot, lambda: not told(app))
        assert app.screen.query_one(ItemList).size.height == height


@pytest.mark.full
async def test_what_is_said_again_and_again_is_there_once(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        say(app, "noted")
        for _ in range(5):
            say(app, "the journals cannot be read", severity="error")
        await until(pilot, lambda: len(app.notices.kept) == 2 and len(told(app)) == 2)
        assert [row.split()[1] for row in told(app)] == ["the", "noted"]


@pytest.mark.full
async def test_what_waited_too_long_comes_into_view_no_more(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        for number in range(4):
            say(app, f"message {number}", seconds=60.0)
        await until(pilot, lambda: told(app) and "message 3" in told(app)[0])
        for one in app.notices.kept:
            one.raised_at -= 31.0
        say(app, "message 4", seconds=60.0)
        await until(pilot, lambda: "message 4" in told(app)[0])
        age(app, 60.5)
        await until(pilot, lambda: not told(app))


@pytest.mark.full
@pytest.mark.parametrize("size", [(60, 15), (40, 12), (20, 5)])
async def test_on_the_smallest_it_leaves_the_identity_and_the_item_one_is_at(size: tuple[int, int], look: Look) -> None:
    app = look("red").app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        say(app, LONG, severity="error")
        await until(pilot, lambda: told(app))
        await settle(pilot)
        assert_safe(app)
        assert lines(app)[0].startswith(" shop")
        assert any(line.startswith("▸") for line in text_of(app, "#items").splitlines())
        assert "the journal" in told(app)[0]
        assert "q back" in lines(app)[-1] or size[0] < 40


@pytest.mark.full
async def test_escape_puts_away_what_can_have_been_read(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        say(app, "read long since")
        await until(pilot, lambda: told(app))
        age(app, 2.0)
        say(app, "came this moment", severity="error")
        await until(pilot, lambda: "came this" in told(app)[0])
        await pilot.press("escape")
        await until(pilot, lambda: [one.message for one in app._notifications] == ["came this moment"])
        await until(pilot, lambda: len(told(app)) == 1)
        age(app, 2.0)
        await pilot.press("escape")
        await until(pilot, lambda: not told(app))


@pytest.mark.full
@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_upon_a_dialog_its_last_row_tells_and_no_other(size: tuple[int, int], look: Look) -> None:
    app = look("red").app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        say(app, "told before it was opened")
        await until(pilot, lambda: told(app))
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, PollDialog))
        await until(pilot, lambda: app.screen.query(NoticeLine))
        await until(pilot, lambda: "told before" in lines(app)[-1])
        assert sum("told before" in line for line in lines(app)) == 1
        await app.pop_screen()
        await until(pilot, lambda: "told before" in lines(app)[-2])


@pytest.mark.full
async def test_what_was_said_is_read_again_from_the_palette(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        say(app, "first of all")
        say(app, LONG, severity="error")
        await until(pilot, lambda: len(app.notices.kept) == 2)
        app.clear_notifications()
        await pilot.press("colon")
        await settle(pilot)
        await type_in(pilot, "what was said")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NoticesDialog))
        await settle(pilot)
        said = text_in(app, app.screen.query_one(".box").region)
        assert said.index("the journal could not") < said.index("first of all")
        assert "press R to" in said
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, NoticesDialog))


@pytest.mark.full
async def test_a_tick_of_the_clock_lays_nothing_out_while_something_is_told(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        say(app, "noted")
        await until(pilot, lambda: told(app))
        await settle(pilot)
        flows = counted_layouts(app)
        began = time.monotonic()
        for _ in range(5):
            app.tick_clock()
            await settle(pilot)
        assert not flows or time.monotonic() - began > 5, "but by what is told going away"


@pytest.mark.full
async def test_the_next_of_many_messages_lays_nothing_out_where_it_takes_as_many_rows(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        for number in range(4):
            say(app, f"noted {number}")
        await until(pilot, lambda: "noted 3" in "".join(told(app)))
        await settle(pilot)
        flows = counted_layouts(app)
        say(app, "noted 4")
        await until(pilot, lambda: "noted 4" in "".join(told(app)))
        await settle(pilot)
        assert not flows
        say(app, "noted again, " * 12)
        await until(pilot, lambda: "noted again" in "".join(told(app)))
        await settle(pilot)
        assert flows


@pytest.mark.full
@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_in_the_viewer_of_logs_too_the_newest_line_stays_in_view(size: tuple[int, int], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("".join(f"2026-03-10T13:16:33Z INFO line {number}\n" for number in range(100)))
    app = LogApp([("app", log)])
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: "line 99" in painted(app)[-1])
        await pilot.press("I")
        await until(pilot, lambda: "there is but one log" in painted(app)[-1])
        await until(pilot, lambda: "line 99" in painted(app)[-2])
        for one in app._notifications:
            one.raised_at -= 2.0
        await pilot.press("escape")
        await until(pilot, lambda: "line 99" in painted(app)[-1])


def painted(app: LogApp) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]

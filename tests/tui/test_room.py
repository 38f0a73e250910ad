"""The room that the checklist has on the terminals that are used over a bad line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.tui.widgets.checklist import ItemList
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.moments import RATES
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import Scene

Look = Callable[[str], Scene]


@pytest.mark.parametrize(
    ("moment", "least"),
    [
        ("calm", 13),
        ("red", 12),
        *(pytest.param(name, 12, marks=pytest.mark.full) for name in ("running", "stopped", "troubled", "asked")),
        *(pytest.param(name, 13, marks=pytest.mark.full) for name in ("held", "signed", "done", "cared")),
    ],
)
async def test_on_80x24_the_items_have_half_of_the_screen(moment: str, least: int, look: Look) -> None:
    app = look(moment).app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        items = app.screen.query_one(ItemList)
        await until(pilot, lambda: items.size.height)
        assert items.size.height >= least
        said = lines(app)
        # What must be in view with them.
        assert said[0].startswith(" shop  PROD")
        tabs = next(line for line in said if "1Check 2Logs" in line)
        assert "READY" in tabs
        assert any("looks at it" in line for line in said) is (least == 12), "the banner"
        assert "3 Deployment Day" in text_of(app, "#phase-strip") or moment == "cared"
        assert "debt" in text_of(app, "#phase-strip") or moment == "cared"
        assert "PAUSE POINT" in text_of(app, "#pause-point")
        assert text_of(app, "#item-detail").strip()
        await until(pilot, lambda: "GET /cart" in text_of(app, "#tails"))
        assert "errors/min" in text_of(app, "#tails")
        assert "checkout" in text_of(app, "#probe-strip")
        assert "q back" in said[-1]


@pytest.mark.full
async def test_of_all_probes_one_is_told_the_state_before_how_long_one_took(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        strip = text_of(app, "#probe-strip")
        assert all(f"{name} ✓ 4s" in strip for name in ("api", "db", "checkout", "cdn", "search"))
        await pilot.resize_terminal(140, 24)
        await settle(pilot)
        assert "checkout ✓ 130ms 4s" in text_of(app, "#probe-strip")


@pytest.mark.full
async def test_a_log_that_is_gone_to_has_room_to_be_read_in(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        items, log = app.screen.query_one(ItemList), app.screen.query(LogTail).first()
        await until(pilot, lambda: log.size.height == 1)
        log.focus()
        await until(pilot, lambda: log.size.height == 7)
        await until(pilot, lambda: "queue depth" in text_of(app, "#tails"))
        assert items.size.height == 7
        assert items.cursor - items.scroll_offset.y < 7, "the item one is at stays in view"
        await pilot.press("escape")
        await until(pilot, lambda: items.size.height == 13)


@pytest.mark.full
async def test_what_comes_next_is_in_view_behind_the_item_that_one_goes_to(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        items = app.screen.query_one(ItemList)
        assert items.go_to(RATES)
        await settle(pilot)
        await pilot.press("down", "down")
        assert items.cursor - items.scroll_offset.y == items.size.height - 3
        items.action_cursor_bottom()
        await settle(pilot)
        assert items.scroll_offset.y == items.max_scroll_y


@pytest.mark.full
@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
async def test_large_terminals_keep_titles_and_logs(size: tuple[int, int], look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert "3 Deployment Day" in text_of(app, "#items-title")
        assert "deferred 1 · debt 1 · due 14" in text_of(app, "#items-title")
        assert app.screen.query_one("#tails").size.height == 12


@pytest.mark.full
async def test_one_terminal_changed_in_height_has_titles_and_loses_them_again(look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "debt 1" in text_of(app, "#phase-strip")
        await pilot.resize_terminal(80, 30)
        await until(pilot, lambda: "debt 1" in text_of(app, "#items-title"))
        assert "debt" not in text_of(app, "#phase-strip")
        assert "probes" in text_of(app, "#strip-title")
        assert "──" not in text_of(app, "#probe-strip")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "debt 1" in text_of(app, "#phase-strip"))
        assert "──" in text_of(app, "#probe-strip")


@pytest.mark.full
@pytest.mark.parametrize(("size", "least"), [((60, 20), 8), ((60, 15), 8), ((40, 12), 5), ((40, 10), 7)])
async def test_below_that_the_items_have_most_of_it(size: tuple[int, int], least: int, look: Look) -> None:
    app = look("red").app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        assert lines(app)[0].startswith(" shop  PROD")
        assert app.screen.query_one(ItemList).size.height >= least
        assert "q back" in lines(app)[-1]


@pytest.mark.full
async def test_on_80x24_maintenance_lists_more_than_it_tells_of_the_year(look: Look) -> None:
    app = look("cared").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("9")
        await settle(pilot)
        assert app.screen.query_one("#occurrences").size.height >= 14
        year = text_of(app, "#year")
        assert year.split()[:2] == ["this", "item"]
        assert "1 overdue" in year.splitlines()[1], "the cadence with the most that was not done"
        await pilot.resize_terminal(80, 40)
        await until(pilot, lambda: "annually" in text_of(app, "#year"))
        assert "✓ done" in text_of(app, "#year")


@pytest.mark.full
@pytest.mark.parametrize(
    ("width", "last"), [(80, "0Review rollback READY"), (120, " 0 Review "), (145, " 0 Review "), (200, "sign-off ")]
)
async def test_every_tab_and_the_light_are_in_view_at_any_width(width: int, last: str, look: Look) -> None:
    app = look("calm").app()
    async with app.run_test(size=(width, 40)) as pilot:
        await settle(pilot)
        tabs = text_of(app, "#tabs")
        assert "9" in tabs
        assert last in tabs
        assert "rollback READY" in tabs
        assert ("Environment" in tabs, "READY to v2.4.0" in tabs) == (width > 120, width >= 120)

"""Page 2 lists what is alike in a log, new first, and what an access log's requests come to; a row filters the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import OptionList

from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.alike import AlikeDialog
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.options import Options
from tests.tui.painted import lines, settle, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


@asynccontextmanager
async def listed(scene: Scene, *keys: str) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press(*keys)
        await until(pilot, lambda: isinstance(app.screen, AlikeDialog))
        await until(pilot, lambda: app.screen.query_one(OptionList).option_count)
        yield app, pilot


def shown_of(app: CockpitApp, name: str) -> list[str]:
    (tail,) = [tail for tail in app.screen.query("LogsPage LogTail").results(LogTail) if tail.log_name == name]
    extent = tail.buffer.extent
    return [line.text for line in tail.buffer.lines_between(extent.first, extent.end)]


async def test_a_template_that_is_new_filters_the_log(scene: Scene) -> None:
    with (scene.repo / "logs" / "app.log").open("a") as log:
        for order in (1, 2, 3):
            log.write(f"2031-03-10T14:16:40.000Z ERROR stock (main) of {order} is gone [x]\n")
    async with listed(scene, "F") as (app, pilot):
        await until(pilot, lambda: "stock (main) of <n> is gone [x]" in "\n".join(lines(app)))
        (row,) = [line for line in lines(app) if "stock (main)" in line and "<n>" in line]
        assert "new error" in row
        assert " 3 " in row
        await pilot.press("enter")
        await until(pilot, lambda: len(shown_of(app, "app")) == 3)
        assert all("is gone [x]" in text for text in shown_of(app, "app"))
        await pilot.press("escape")
        await until(pilot, lambda: len(shown_of(app, "app")) > 3)


async def test_a_page_is_turned_of_a_list_that_has_just_been_filled() -> None:
    class Filled(App[int]):
        CSS = "Options { height: auto; max-height: 5; }"

        def compose(self) -> ComposeResult:
            yield Options(compact=True)

    app = Filled()
    async with app.run_test(size=(80, 24)) as pilot:
        options = app.query_one(Options)
        assert options.size.height == 0

        def fill_and_turn() -> None:
            options.add_options([str(number) for number in range(20)])
            options.highlighted = 0
            options.action_page_down()

        app.call_later(fill_and_turn)
        await until(pilot, lambda: (options.highlighted or 0) >= 4)
        options.action_page_up()
        assert options.highlighted == 0
        options.display = False
        await pilot.pause()
        options.clear_options().add_options(["a", "b"])
        options.highlighted = 1
        options.action_page_up()
        await pilot.pause()
        assert app.is_running


async def test_requests_have_classes_and_the_slowest_path_comes_first(scene: Scene) -> None:
    request = '10.0.0.1 - - [10/Mar/2031:14:16:40 +0000] "GET /{} HTTP/1.1" {} 12 "-" "curl" rt={}\n'
    with (scene.repo / "logs" / "access.log").open("a") as log:
        log.write(request.format("slow/17", 503, 2.5) + request.format("slow/18", 200, 1.5))
        log.write(request.format("quick", 200, 0.01) * 3)
    async with listed(scene, "tab", "F", "tab") as (app, pilot):
        await until(pilot, lambda: "GET /slow/:id" in "\n".join(lines(app)))
        rows = [line for line in lines(app) if "10 ms  GET /quick" in line or "2500 ms" in line]
        assert "GET /slow/:id" in rows[0]
        assert "2500 ms" in rows[0]
        assert any("5xx " in line and "2xx " in line for line in lines(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(shown_of(app, "access")) == 2)


async def test_a_wide_title_counts_levels_and_draws_the_course(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await until(pilot, lambda: "1 error 1 warning" in "\n".join(lines(app)))

"""What changes behind a page, or in one corner of it, does not have the whole screen laid out or painted anew."""

from __future__ import annotations

import pytest
from msgspec import structs
from textual._compositor import Compositor
from textual.strip import Strip

from cockpit.release.run import ItemView
from cockpit.tui.messages import LiveChanged
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.checklist import Heading, ItemList
from cockpit.tui.widgets.log_view import LogView
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown

pytestmark = pytest.mark.full

ItemRow = Heading | ItemView


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is painted and laid out whole from now on."""
    done: list[str] = []
    for name in ("render_full_update", "reflow"):
        original = getattr(Compositor, name)

        def noted(*arguments: object, name: str = name, original: object = original, **named: object) -> object:
            done.append(name)
            return original(*arguments, **named)  # type: ignore[operator]

        monkeypatch.setattr(Compositor, name, noted)
    return done


@pytest.mark.parametrize("page", ["1", "6"])
async def test_a_log_line_paints_its_pane_alone(scene: Scene, whole: list[str], page: str) -> None:
    async with flown(scene, size=(200, 50)) as (app, pilot):
        await until(pilot, lambda: "GET /cart" in text_of(app, "#tails"))
        view = app.screen.query(LogView).first()
        await pilot.press(page)
        await settle(pilot)  # also all the pages, which come one after another
        counted, height = view.status.counts.lines, view.virtual_size.height
        whole.clear()
        with (scene.repo / "logs" / "app.log").open("a") as log:
            log.writelines(f"2026-03-10T13:16:{second}Z INFO one more\n" for second in range(35, 55))
        await until(pilot, lambda: view.status.counts.lines == counted + 20)
        await until(pilot, lambda: view.virtual_size.height == height + (20 if page == "1" else 0))
        await pilot.pause(0.2)
        assert not whole
        assert view.scroll_y == view.max_scroll_y


async def test_a_sample_paints_what_shows_it(scene: Scene, whole: list[str]) -> None:
    async with flown(scene, size=(200, 50)) as (app, pilot):
        await settle(pilot)
        whole.clear()
        first, *others = scene.live.probes
        app.post_message(
            LiveChanged(structs.replace(scene.live, probes=(structs.replace(first, latency_ms=777.0), *others)))
        )
        await until(pilot, lambda: "777ms" in text_of(app, "#board"))
        await pilot.pause(0.1)
        assert not whole


async def test_a_key_draws_the_two_rows_that_the_cursor_leaves_and_comes_to(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with flown(scene, size=(200, 50)) as (app, pilot):
        # What comes after the first frame lays the screen out again: pages, logs, the layout one left.
        await until(pilot, lambda: "GET /cart" in text_of(app, "#tails"))
        await settle(pilot)
        items = app.screen.query_one(ItemList)
        before, drawn = items.cursor, list[ItemRow]()
        draw = ItemList.draw

        def noted(self: ItemList, row: ItemRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
            drawn.append(row)
            return draw(self, row, width, inks, cursor=cursor)

        monkeypatch.setattr(ItemList, "draw", noted)
        await pilot.press("j")
        await pilot.pause(0.1)
        assert items.cursor == before + 1
        assert sorted(map(items.rows.index, drawn)) == [before, before + 1]


async def test_a_second_that_passes_paints_the_lines_that_tell_it(scene: Scene) -> None:
    async with flown(scene, size=(200, 50)) as (app, pilot):
        await until(pilot, lambda: "GET /cart" in text_of(app, "#tails"))
        await settle(pilot)
        screen = app.screen
        asked = {name: screen.query_one(name) for name in ("#identity", "#tabs", "#phases", "#hints", "#recent")}
        for widget in asked.values():
            widget._exchange_repaint_regions()
        scene.clock.time += 1
        app.tick_clock()
        told = {name for name, widget in asked.items() if widget._exchange_repaint_regions()}
        assert told == {"#identity"}

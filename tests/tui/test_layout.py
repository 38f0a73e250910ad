"""Everybody comes back to where they were, in the colours they chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.layouts import Layout, LayoutStore, Taste
from cockpit.tui.app import CockpitApp
from cockpit.tui.themes import LIGHT, MONOCHROME
from cockpit.tui.widgets.checklist import ItemList
from cockpit.tui.widgets.probes import ProbeBoard
from tests.tui import moments
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import BEN, Scene

pytestmark = pytest.mark.full


@pytest.fixture
def layouts(tmp_path: Path) -> LayoutStore:
    return LayoutStore(Path("/clone"), tmp_path / "own")


async def left_at(app: CockpitApp, *keys: str) -> None:
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        app.exit(0)


async def test_closing_and_reopening_lands_where_one_was(scene: Scene, layouts: LayoutStore) -> None:
    await left_at(scene.app(layouts=layouts), "right", "j", "j", "j")
    kept = layouts.layout(scene.run.id, "Ana Lima")
    assert (kept.page, kept.pane) == ("checklist", "items")
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: getattr(app.screen.query_one(ItemList).item, "id", "") == kept.row)
        assert kept.row in {view.id for view in scene.run.phases[3].items}


async def test_the_page_its_filter_and_the_zoomed_pane_come_back(scene: Scene, layouts: LayoutStore) -> None:
    scene.live = moments.live(moments.RED)
    await left_at(scene.app(layouts=layouts), "3", "slash", "c", "enter", "j", "plus")
    kept = layouts.layout(scene.run.id, "Ana Lima")
    assert kept == Layout("probes", kept.row, "all-probes", True, "c")
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(200, 50)) as pilot:
        await until(pilot, lambda: app.screen.maximized is not None)
        board = app.screen.query_one("#all-probes", ProbeBoard)
        assert app.screen.maximized is board
        assert board.key_of(board.current) == kept.row  # type: ignore[arg-type]
        assert "/c" in "\n".join(lines(app)) or app.screen.query_one("#filter").value == "c"  # type: ignore[attr-defined]


async def test_another_person_begins_at_the_beginning(scene: Scene, layouts: LayoutStore) -> None:
    await left_at(scene.app(layouts=layouts), "4")
    scene.session.identify(BEN.name)
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        assert app.flight is not None
        assert app.flight.page.id == "checklist"


async def test_who_goes_somewhere_at_once_is_not_taken_back(scene: Scene, layouts: LayoutStore) -> None:
    layouts.keep_layout(scene.run.id, "Ana Lima", Layout(page="tags"))
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(80, 24)) as pilot:
        app._layout.touch()
        app.flight.action_page("probes")  # type: ignore[union-attr]
        await settle(pilot)
        assert app.flight is not None
        assert app.flight.page.id == "probes"


async def test_a_layout_of_another_time_is_no_trouble(scene: Scene, layouts: LayoutStore) -> None:
    layouts.keep_layout(scene.run.id, "Ana Lima", Layout("gone", "row", "pane", True, "x"))
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.flight is not None
        assert app.flight.page.id == "checklist"


async def test_the_theme_is_tried_on_and_kept_by_enter(scene: Scene, layouts: LayoutStore) -> None:
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for keys in (["escape"], ["enter"]):
            await pilot.press("colon", *"theme", "enter")
            await until(pilot, lambda: "colour-blind" in text_of(app, "#themes"))
            await pilot.press("j")
            await until(pilot, lambda: app.theme == LIGHT.name)
            await pilot.press(*keys)
            await settle(pilot)
            assert app.theme == ("dark" if keys == ["escape"] else LIGHT.name)
    assert layouts.taste("Ana Lima") == Taste(theme=LIGHT.name)


async def test_no_colour_leaves_no_choice(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scene.app(theme=LIGHT.name)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        assert app.theme == MONOCHROME.name
        await pilot.press("colon", *"theme", "enter")
        await until(pilot, lambda: any("NO_COLOR is set" in line for line in lines(app)))


async def test_whoever_watched_an_execution_comes_back_to_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layouts: LayoutStore
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.done(scene)
    await left_at(scene.app(layouts=layouts), "X")
    assert layouts.layout(scene.run.id, "Ana Lima").page == "execution"
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shown is not None and app.shown.place == "execution")


async def test_whoever_is_cut_off_in_an_execution_was_already_kept_there(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layouts: LayoutStore
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.running_now(scene)
    app = scene.app(layouts=layouts)
    monkeypatch.setattr(app, "tick_clock", lambda: None)  # the line is cut before the clock ticks
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app._layout._kept is not None)
        await pilot.press("X")
        await until(pilot, lambda: layouts.layout(scene.run.id, "Ana Lima").page == "execution")


@pytest.mark.parametrize(
    "layout", [Layout("execution"), Layout("tags2"), Layout("checklist", row="gone/with/the-file", pane="nowhere")]
)
async def test_a_place_that_is_no_more_is_not_gone_to(scene: Scene, layouts: LayoutStore, layout: Layout) -> None:
    layouts.keep_layout(scene.run.id, "Ana Lima", layout)
    app = scene.app(layouts=layouts)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.pause(0.2)
        assert app.shown is not None
        assert app.shown.place.startswith("checklist: ")

"""What others wrote is data on every screen: no instruction to the terminal, no markup, and never too wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from textual.widget import Widget
from textual.widgets import Button

from cockpit.tui.widgets.lines import PaneTitle
from tests.tui.hostile import START, TEXTS
from tests.tui.painted import assert_safe, settle, strips, text_in
from tests.tui.places import PLACES, item
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


def assert_rows_fit(widget: Widget) -> None:
    """Each row that a widget draws by itself is exactly as wide as its content."""
    drawn_by = next(kind for kind in type(widget).__mro__ if "render_line" in vars(kind))
    if not drawn_by.__module__.startswith("cockpit."):
        return
    width = widget.scrollable_content_region.width
    for y in range(widget.scrollable_content_region.height):
        row = widget.render_line(y)
        assert sum(cell_len(segment.text) for segment in row) == width, f"row {y}: {row.text!r}"


@pytest.mark.parametrize("name", PLACES)
async def test_hostile_text_is_shown_as_what_it_is(name: str, look: Callable[[str], Scene]) -> None:
    place = PLACES[name]
    scene = look(place.moment)
    app = scene.app()
    async with app.run_test(size=place.size, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press(*place.keys.split())
        await settle(pilot)
        app.tick_clock()  # a page that is turned to reads again with the next second
        await settle(pilot)
        for kind, text in TEXTS.items():
            await place.feed(app, scene, text)
            await settle(pilot)
            widget = app.screen.query(place.widget).first()
            painted = strips(app)
            shown = text_in(app, widget.region, painted)
            assert START in shown, f"{kind} is not there"
            assert_safe(app, painted)
            assert_rows_fit(widget)
            if kind == "unbalanced-markup" and "…" not in shown:
                assert START + "[/nope] [bold red]x [@click=app.quit]y[/] $text" in " ".join(
                    shown.replace("▌", " ").split()
                )
            elif kind == "unbalanced-markup":
                assert START + "[/" in shown
        assert app.is_running
    assert app.return_code in (None, 0)


@pytest.mark.parametrize("name", ["CardDialog", "ConfirmPlanDialog", "ItemDialog", "ConfirmDialog"])
async def test_a_text_of_any_length_leaves_the_buttons_in_view(name: str, look: Callable[[str], Scene]) -> None:
    place = PLACES[name]
    scene = look(place.moment)
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await place.feed(app, scene, TEXTS["long"])
        await settle(pilot)
        buttons = [button for button in app.screen.query(Button) if button.display]
        assert buttons
        for button in buttons:
            assert str(button.label) in text_in(app, button.region)


async def test_no_wide_character_is_lost_where_a_text_is_wrapped(look: Callable[[str], Scene]) -> None:
    scene = look("calm")
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await item(app, scene, "発" * 100)
        await settle(pilot)
        facts = app.screen.query_one("ItemFacts")
        note = [facts.render_line(y).text for y in range(facts.size.height)]
    assert not [line for line in note if "…" in line]


async def test_a_log_shows_hostile_lines_and_its_pane_a_hostile_name(scene: Scene) -> None:
    (scene.repo / "logs" / "app.log").write_bytes(
        b"".join(f"{text}\n".encode() for text in TEXTS.values()) + b"\xff\xfe \x9b31m\n"
    )
    app = scene.app()
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        assert_safe(app)
        assert "[/nope] [bold red]x [@click=app.quit]y[/] $text" in text_in(app, app.screen.region)
        title = app.screen.query("#all-logs PaneTitle").first()
        assert isinstance(title, PaneTitle)
        for text in TEXTS.values():
            title.show(text)
            await pilot.pause()
            assert START in text_in(app, title.region)
            assert_safe(app)
            assert_rows_fit(title)

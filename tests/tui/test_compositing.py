"""A patch of the screen looks as if all of it had been drawn, and what is not in it is not."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual import on
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.message import Message
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from cockpit.tui.compositing import PatchCompositor, PatchScreen
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.thrift import _of_chops
from tests.tui.painted import settle
from tests.tui.rings import holds_itself, strips_held
from tests.tui.scenes import Scene

WIDTH, HEIGHT = 40, 12

regions = st.builds(
    Region, st.integers(-2, WIDTH), st.integers(-2, HEIGHT), st.integers(1, WIDTH), st.integers(1, HEIGHT)
)


class Patched(PatchScreen, Screen[None]):
    """Panes beside and above each other, one with a frame, one over the others, one that scrolls out of its box."""

    CSS = """
    #framed { border: round red; height: 6; width: 15; }
    #over { layer: above; offset: 8 3; width: 12; height: 4; }
    #box { overflow-y: auto; width: 1fr; }
    #tall { height: 30; }
    Patched { layers: base above; }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("framed " * 9, id="framed")
            with Vertical(id="box"):
                yield Static("tall " * 300, id="tall")
        yield Static("over " * 9, id="over")


class Renewed(ScrollView):
    """Draws every line anew each time, and keeps what it drew."""

    def render_lines(self, crop: Region) -> list[Strip]:
        width = self.scrollable_content_region.width
        self.drawn = [Strip([Segment("x" * width)]) for _ in crop.line_range]
        return self.drawn


class Drawn(Static):
    """Counts how often it is drawn."""

    times = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.times += 1
        return super().render_lines(crop)


def painted(compositor: Compositor, dirty: list[Region], *, whole: bool) -> dict[tuple[int, int], str]:
    """What stands in each cell that is painted, and how."""
    compositor._dirty_regions = set(dirty)
    draw = Compositor.render_partial_update if whole else PatchCompositor.render_partial_update
    update = draw(compositor)  # type: ignore[arg-type]
    cells: dict[tuple[int, int], str] = {}
    for y, x, strip in _of_chops(update) if update is not None else ():
        at = x
        for segment in strip:
            for character in segment.text:
                cells[y, at] = f"{character} {segment.style}"
                at += 1
    return cells


async def test_a_patch_looks_as_if_all_had_been_drawn() -> None:
    app = App[None]()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        screen = Patched()
        await app.push_screen(screen)
        screen.query_one("#box").scroll_to(y=7, animate=False)
        await pilot.pause()
        compositor = screen._compositor

        @settings(max_examples=60)
        @given(st.lists(regions, min_size=1, max_size=4))
        def alike(dirty: list[Region]) -> None:
            screen_region = Region(0, 0, WIDTH, HEIGHT)
            inside = [region for each in dirty if (region := each.intersection(screen_region))]
            whole = painted(compositor, inside, whole=True)
            patch = painted(compositor, dirty, whole=False)
            wanted = {(y, x) for region in inside for y in region.line_range for x in region.column_range}
            assert wanted <= patch.keys()
            assert {cell: patch[cell] for cell in patch} == {cell: whole[cell] for cell in patch}

        alike()


@pytest.mark.parametrize("bar", ["hidden", "scroll"])
async def test_lines_that_are_drawn_anew_leave_nothing_to_the_garbage_collector(bar: str) -> None:
    class Wide(PatchScreen, Screen[None]):
        CSS = f"Renewed {{ overflow-y: {bar}; }}"

        def compose(self) -> ComposeResult:
            yield Renewed()

    app = App[None]()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.push_screen(screen := Wide())
        await pilot.pause()
        painted(screen._compositor, [Region(0, 0, WIDTH, HEIGHT)], whole=False)
        drawn = screen.query_one(Renewed).drawn
        assert len(drawn) == HEIGHT
        assert {strip.cell_length < WIDTH for strip in drawn} == {bar == "scroll"}
        assert not any(map(holds_itself, drawn))


async def test_a_line_keeps_no_pieces_of_itself() -> None:
    """Where others stand before it, it is painted in pieces, which together take more memory than it does."""

    class Covered(PatchScreen, Screen[None]):
        CSS = """
        Covered { layers: base above; }
        #over { layer: above; offset: 8 3; width: 12; height: 4; }
        """

        def compose(self) -> ComposeResult:
            yield Renewed()
            yield Static("over " * 9, id="over")

    app = App[None]()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.push_screen(screen := Covered())
        await pilot.pause()
        cells = painted(screen._compositor, [Region(0, 0, WIDTH, HEIGHT)], whole=False)
        drawn = screen.query_one(Renewed).drawn
        assert [cells[4, x][0] for x in (7, 8, 19, 20)] == ["x", "o", " ", "x"]
        assert not [held for strip in drawn for held in strips_held(strip)]


async def test_what_lies_between_two_changes_is_not_drawn() -> None:
    class Three(PatchScreen, Screen[None]):
        def compose(self) -> ComposeResult:
            for name in ("first", "between", "last"):
                yield Drawn(name, id=name)

    app = App[None]()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.push_screen(screen := Three())
        await pilot.pause()
        first, between, last = screen.query(Drawn)
        before = between.times
        first.update("other")
        last.update("other")
        first.refresh()
        last.refresh()
        await pilot.pause(0.1)
        assert first.times > 1
        assert between.times == before


async def test_what_a_change_brings_about_elsewhere_is_on_the_same_frame() -> None:
    class Told(Message):
        """Goes up to the screen, which asks another widget."""

    class Asked(Message, bubble=False):
        """Comes down."""

    class Last(Drawn):
        @on(Asked)
        def change(self) -> None:
            self.refresh()

    class Apart(PatchScreen, Screen[None]):
        def compose(self) -> ComposeResult:
            with Vertical(), Vertical():
                yield Drawn("first", id="first")
            with Vertical(), Vertical():
                yield Last("last", id="last")

        @on(Told)
        def pass_on(self) -> None:
            self.query_one(Last).post_message(Asked())

    class Counting(App[None]):
        frames = 0

        def _display(self, screen: Screen[object], renderable: object) -> None:
            self.frames += renderable is not None

    app = Counting()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.push_screen(screen := Apart())
        await pilot.pause(0.2)
        first, last = screen.query(Drawn)
        app.frames = last.times = 0
        first.refresh()
        first.post_message(Told())
        await asyncio.sleep(0.2)
        assert last.times == 1
        assert app.frames == 1


async def test_no_screen_draws_one_behind_it_that_lies_over_it(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        page, asking, over = app.screen, ConfirmDialog("Go on?", "Yes"), ConfirmDialog("Really?", "Yes")
        await app.push_screen(asking)
        await app.push_screen(over)
        await settle(pilot)
        for screen, behind in ((page, None), (asking, page), (over, asking)):
            visible_screen_stack.set(
                [page, cast("Screen[object]", asking)]
            )  # as it is where those above have come out of their caches
            drawn = screen.render()
            assert (drawn.screen if isinstance(drawn, BackgroundScreen) else None) is behind

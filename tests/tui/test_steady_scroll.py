"""A scroll bar looks as Textual draws it, and only those of its cells are painted that look otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widget import Widget

from cockpit.tui.themed import ThemedApp
from cockpit.tui.themes import THEMES
from cockpit.tui.widgets.steady_scroll import AsciiScrollBar, SteadyScrollBar

HEIGHT = 9
places = st.tuples(st.integers(0, 60), st.integers(0, 15), st.integers(0, 60))  # lines in all, in view, the first seen


class Bars(ThemedApp):
    """Textual's bar and ours beside each other."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield ScrollBar()
            yield SteadyScrollBar()

    def put(self, bar: ScrollBar, place: tuple[int, int, int]) -> None:
        bar.window_virtual_size, bar.window_size = place[0], min(place[1], place[0])
        bar.position = min(place[2], place[0] - bar.window_size)


def cells(bar: Widget) -> list[list[tuple[str, str]]]:
    """What stands in each cell, and how."""
    strips = bar.render_lines(Region(0, 0, 1, HEIGHT))
    return [[(segment.text, f"{segment.style} {segment.style and segment.style.meta}") for segment in strip]
            for strip in strips]  # fmt: skip


@pytest.mark.parametrize("theme", [*THEMES])
@pytest.mark.parametrize("renderer", [ScrollBarRender, AsciiScrollBar])
async def test_it_looks_as_textual_draws_it(
    theme: str, renderer: type[ScrollBarRender], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Bars(theme=theme)
    async with app.run_test(size=(20, HEIGHT)) as pilot:
        await pilot.pause()
        theirs, ours = app.query_one(ScrollBar), app.query_one(SteadyScrollBar)
        monkeypatch.setattr(ScrollBar, "renderer", renderer)

        @settings(max_examples=25)
        @given(places)
        def alike(place: tuple[int, int, int]) -> None:
            for bar in (theirs, ours):
                app.put(bar, place)
            theirs.refresh()
            assert cells(ours) == cells(theirs)

        alike()


async def test_what_looks_otherwise_is_painted() -> None:
    app = Bars()
    async with app.run_test(size=(20, HEIGHT)) as pilot:
        await pilot.pause()
        bar = app.query_one(SteadyScrollBar)

        @given(places, places)
        def painted(before: tuple[int, int, int], now: tuple[int, int, int]) -> None:
            app.put(bar, before)
            looked = cells(bar)
            bar._repaint_regions.clear()
            app.put(bar, now)
            changed = {y for y, (one, other) in enumerate(zip(looked, cells(bar), strict=True)) if one != other}
            assert changed <= {y for region in bar._repaint_regions for y in region.line_range}

        painted()
        app.put(bar, (40, 4, 10))
        cells(bar)
        bar._repaint_regions.clear()
        app.put(bar, (40, 4, 14))
        assert sum(region.height for region in bar._repaint_regions) < HEIGHT

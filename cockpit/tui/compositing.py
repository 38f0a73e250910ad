"""Painting a part of the screen costs that part: what lies between two changes, or behind them, is not drawn.

Textual draws every widget in the box around all changes. With a clock in the first line and a probe's age in the last
one that box is the whole screen, once a second.

And what moves is painted where it was and where it is. Textual compares each layout with the one before; but where a
list scrolls, or a widget's place is looked up meanwhile, it lays out anew and forgets how it was, and a line that moved
stands on two rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

from rich.segment import Segment
from textual._compositor import ChopsUpdate, Compositor, CompositorMap, ReflowResult
from textual._context import visible_screen_stack
from textual.geometry import Region, Size
from textual.screen import UPDATE_PERIOD
from textual.strip import Strip
from textual.timer import Timer

from cockpit.tui.thrift import ThriftyApp

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen
    from textual.widget import Widget

Line = dict[int, Strip | None]  # what is drawn between two cuts of a line, by the column that it begins in
_TURNS = 8  # of the loop: a message that goes up to a page and comes down to another widget takes fewer


class PatchCompositor(Compositor):
    """Draws of each widget the lines on which something is to be painted, unless others cover it there."""

    _flowed: CompositorMap | None = None  # as it was laid out last, and its widgets were told

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        """Lay out anew; what differs from what is drawn is to be painted, and widgets are told by the last layout."""
        drawn = self._map_in_use
        if self._flowed is not None:
            self._full_map = self._flowed
        result = super().reflow(parent, size)
        self._flowed = self._full_map
        self._full_map_invalidated = False
        self._paint_differences(drawn, self._full_map)
        return result

    def clear(self) -> None:
        """Let go of all widgets."""
        self._flowed = None
        super().clear()

    @property
    def full_map(self) -> CompositorMap:
        """Where every widget is; laid out anew where that is not known any more."""
        drawn = self._map_in_use
        found = super().full_map
        if found is not drawn:
            self._cuts = self._layers = self._layers_visible = None
            self._paint_differences(drawn, found)
        return found

    @property
    def _map_in_use(self) -> CompositorMap:
        """By which widgets are drawn."""
        return self._full_map if self._visible_map is None else self._visible_map

    def _paint_differences(self, before: CompositorMap, now: CompositorMap) -> None:
        for _, geometry in before.items() ^ now.items():
            if region := geometry.clip.intersection(geometry.region):
                self._dirty_regions.add(region)

    def render_partial_update(self) -> ChopsUpdate | None:
        """Return what is to be painted, or None where nothing is."""
        screen = self.size.region
        regions = [region for dirty in self._dirty_regions if (region := dirty.intersection(screen))]
        self._dirty_regions.clear()
        if not regions:
            return None
        spans = list(self._regions_to_spans(regions))
        lines: list[Line] = [{}] * screen.height
        ends: list[list[int]] = [[]] * screen.height
        wanted: dict[int, set[int]] = {}  # the beginnings of what is not drawn yet, by line
        for y, first, end in spans:
            cuts = self.cuts[y]
            if y not in wanted:
                lines[y], ends[y], wanted[y] = dict.fromkeys(cuts[:-1]), cuts[1:], set()
            wanted[y].update(at for at, after in pairwise(cuts) if at < end and after > first)
        self._draw(lines, wanted)
        return ChopsUpdate(lines, spans, ends)

    def _draw(self, lines: list[Line], wanted: dict[int, set[int]]) -> None:
        """Fill in what is wanted; the widgets come with the foremost first."""
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            rows = [y for y in _rows_of(seen, wanted) if any(seen.x <= at < seen.right for at in wanted[y])]
            if not rows:
                continue
            for y, strip in _drawn(widget, region, seen, rows):
                cuts = [cut for cut in self.cuts[y] if seen.x <= cut <= seen.right]
                for at, piece in zip(cuts, _divided(strip, [cut - seen.x for cut in cuts[1:]]), strict=False):
                    if at in wanted[y]:
                        lines[y][at] = piece
                        wanted[y].remove(at)
                if not wanted[y]:
                    del wanted[y]
            if not wanted:
                return


class PatchScreen:
    """A screen that is painted in patches; to be named before the kind of screen it is."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._compositor: Compositor = PatchCompositor()
        self._painting: Timer | None = None

    @property
    def _update_timer(self) -> Timer:
        """When to paint, as Textual has it, but for what comes onto the same frame."""
        if self._painting is None:
            screen = cast("Screen[Any]", self)
            self._painting = screen.set_interval(UPDATE_PERIOD, self._paint_together, name="screen_update", pause=True)
        return self._painting

    def render(self) -> RenderableType:
        """Return what stands behind all widgets: the screen below this one, dimmed, or a plain ground."""
        # Textual has each screen take the next one off a list, from the top down. Where one above comes out of its
        # cache, a screen below would take itself, or one above it: a ring, in which drawing never ends.
        screen = cast("Screen[Any]", self)
        stack = screen.app.screen_stack
        visible_screen_stack.set(stack[: stack.index(screen)] if screen in stack else [])
        return super().render()  # type: ignore[misc,no-any-return]

    async def _paint_together(self) -> None:
        # What a key changes elsewhere, by the messages it has sent off, is on the same frame: a second one would be
        # drawn, and come, up to a sixtieth of a second later.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        cast("Screen[Any]", self)._on_timer_update()

    def _compositor_refresh(self) -> None:
        screen = cast("Screen[Any]", self)
        app = screen.app
        if screen is app.screen and isinstance(app, ThriftyApp) and app.holds_back():
            screen._dirty_widgets.clear()  # the compositor keeps what is to be painted of them
            return
        super()._compositor_refresh()  # type: ignore[misc]


def _rows_of(seen: Region, wanted: dict[int, set[int]]) -> list[int]:
    if len(wanted) < seen.height:
        return sorted(y for y in wanted if seen.y <= y < seen.bottom)
    return [y for y in range(seen.y, seen.bottom) if y in wanted]


def _divided(strip: Strip, cuts: list[int]) -> Sequence[Strip]:
    """Return a strip's pieces that end at these cuts, of which those behind its end, where a scroll bar is, are none.

    Textual would keep them in the strip for the next time, which seldom comes: what is drawn again has changed. They
    take more than the strip does, and one that is cut nowhere would be kept in itself: a ring for each line that is
    drawn anew, which only the garbage collector undoes, in walks that take as long as several frames.
    """
    if cuts[:1] == [strip.cell_length]:
        return [strip]
    within = [cut for cut in cuts if cut <= strip.cell_length]
    parts = Segment.divide(strip, within)
    return [Strip(part, cut - before) for part, before, cut in zip(parts, [0, *within], within, strict=False)]


def _drawn(widget: Widget, region: Region, seen: Region, rows: list[int]) -> Iterator[tuple[int, Strip]]:
    """Yield those rows of the screen as the widget draws them, of its `region` as much as is `seen`."""
    first, last = rows[0], rows[-1]
    crop = Region(seen.x - region.x, first - region.y, seen.width, last - first + 1)
    strips = widget.render_lines(crop)
    for y in rows:
        yield y, strips[y - first]

"""Scrolling by keys without animation: each frame of one is another 20 kB over a slow link. And a bar that stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple, Self, cast

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from cockpit.tui.widgets.unframed import Unframed

_NO_COLOUR = Color.default()


class AsciiScrollBar(ScrollBarRender):
    """A scrollbar of whole cells, whose thumb is a colour and no sign."""

    VERTICAL_BARS = HORIZONTAL_BARS = [" "] * 8


class _Looks(NamedTuple):
    """What a bar is drawn from: its colours, and the thumb's ends in eighths of a cell."""

    size: Size
    thumb: tuple[int, int] | None
    mouse_over: bool
    grabbed: Offset | None
    theme: str


class SteadyScrollBar(ScrollBar, Unframed):
    """A vertical bar of which only what looks otherwise is painted: most new lines do not move its thumb."""

    _painted: _Looks | None = None
    _cells: Sequence[Strip] = ()
    _drawn_from: tuple[object, ...] = ()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint it anew, where it would look otherwise."""
        if self.is_mounted and not (regions or layout or recompose):
            looks, before = self._looks(), self._painted
            if looks == before:
                return self
            self._painted = looks
            if before is not None and looks.thumb and before.thumb and looks._replace(thumb=before.thumb) == before:
                regions = tuple(_between_ends(before.thumb, looks.thumb, looks.size))
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the cells of a part of the bar; Textual would lay each of them out as a line of text."""
        if self.parent is not None:
            self._draw()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Return one cell of the bar."""
        return self._cells[y] if y < len(self._cells) else Strip.blank(self.size.width, self.rich_style)

    def _draw(self) -> None:
        bar, ground, size = cast("ScrollBarRender", self.render()), self.visual_style.rich_style, self.size.height
        drawn_from = (size, bar.virtual_size, bar.window_size, bar.position, bar.thickness, bar.style, ground)
        if drawn_from == self._drawn_from:
            return
        style = cast("Style", bar.style)
        segments = bar.render_bar(
            size,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            bar.thickness,
            back_color=style.bgcolor or _NO_COLOUR,
            bar_color=style.color or _NO_COLOUR,
        ).segments
        kinds = {id(segment): Strip(Segment.apply_style([segment], ground)) for segment in segments}
        self._cells, self._drawn_from = [kinds[id(segment)] for segment in segments], drawn_from

    def _looks(self) -> _Looks:
        size, total, window = self.size.height, ceil(self.window_virtual_size), ceil(self.window_size)
        thumb: tuple[int, int] | None = None
        if size and 0 < window < total and size != total:
            length = max(1, window / (total / size))
            start = int((size - length) * (self.position / (total - window)) * 8)
            thumb = start, start + ceil(length * 8)
        return _Looks(self.size, thumb, self.mouse_over, self.grabbed, self.app.theme)


def _between_ends(before: tuple[int, int], now: tuple[int, int], size: Size) -> Iterator[Region]:
    """Yield the cells that either end of a thumb leaves or comes to."""
    for one, other in zip(before, now, strict=True):
        if one != other:
            first, last = min(one, other) // 8, min(max(one, other) // 8, size.height - 1)
            if first <= last:
                yield Region(0, first, size.width, last - first + 1)


class SteadyScrollView(ScrollView):
    """A scroll view whose keys move it at once."""

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The vertical bar, made when it is asked for first."""
        if self._vertical_scrollbar is None:
            bar = SteadyScrollBar(vertical=True, name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar = bar
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    def action_scroll_up(self) -> None:
        """Scroll up a line."""
        self.scroll_up(animate=False)

    def action_scroll_down(self) -> None:
        """Scroll down a line."""
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll up a page."""
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        """Scroll down a page."""
        self.scroll_page_down(animate=False)

    def action_scroll_home(self) -> None:
        """Go to the first line."""
        self.scroll_to(y=0, animate=False)

    def action_scroll_end(self) -> None:
        """Go to the last line."""
        self.scroll_to(y=self.max_scroll_y, animate=False)

"""Scrolling by keys without animation: each frame of one is another 20 kB over a slow link. And a bar that stays."""

from __future__ import annotations

from math import ceil
from typing import Self

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender


class AsciiScrollBar(ScrollBarRender):
    """A scrollbar of whole cells, whose thumb is a colour and no sign."""

    VERTICAL_BARS = HORIZONTAL_BARS = [" "] * 8


class SteadyScrollBar(ScrollBar):
    """A vertical bar that is painted only where its thumb is drawn elsewhere: most new lines do not move it."""

    _painted: tuple[object, ...] | None = None

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint it anew, where it would look otherwise."""
        if self.is_mounted and not (regions or layout or recompose):
            looks = self._looks()
            if looks == self._painted:
                return self
            self._painted = looks
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _looks(self) -> tuple[object, ...]:
        """What the bar is drawn from: its colours, and the thumb's ends in eighths of a cell."""
        size, total, window = self.size.height, ceil(self.window_virtual_size), ceil(self.window_size)
        thumb: tuple[int, int] | None = None
        if size and 0 < window < total and size != total:
            length = max(1, window / (total / size))
            start = int((size - length) * (self.position / (total - window)) * 8)
            thumb = start, start + ceil(length * 8)
        return self.size, thumb, self.mouse_over, self.grabbed, self.app.theme


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

"""Scrolling by keys without animation: each frame of one is another 20 kB over a slow link."""

from __future__ import annotations

from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBarRender


class AsciiScrollBar(ScrollBarRender):
    """A scrollbar of whole cells, whose thumb is a colour and no sign."""

    VERTICAL_BARS = HORIZONTAL_BARS = [" "] * 8


class SteadyScrollView(ScrollView):
    """A scroll view whose keys move it at once."""

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

"""A log's lines as rows that scroll: laid out, drawn, kept in place while lines come and go. It knows no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.strip import Strip
from textual.timer import Timer

from cockpit.logs.buffer import Extent, LogBuffer
from cockpit.logs.line import Level
from cockpit.tui.glyphs import shown
from cockpit.tui.widgets.log_cursor import LogCursor
from cockpit.tui.widgets.log_drawing import LogDrawing
from cockpit.tui.widgets.log_layout import LogLayout, Place
from cockpit.tui.widgets.steady_scroll import SteadyScrollView
from cockpit.tui.widgets.unframed import Unframed

_MEASURED_AT_ONCE = 250  # lines on either side, a few milliseconds
_MEASURED_EVERY = 0.02  # seconds: keys and frames come between


def _by_shape(text: str) -> str:
    from cockpit.redact import masked

    return masked(text, ())


class LogScroll(SteadyScrollView, Unframed, can_focus=True):
    """The rows of a buffer, of which `hint` says why there are none."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--time",
        "log-view--hint",
        "log-view--current",
        "log-view--gutter",
        "log-view--trail",
        *(f"log-view--{level.word}" for level in Level),
    }
    DEFAULT_CSS = """
    LogScroll {
        height: 1fr;
        background: $surface;
        border: round $border-blurred;
        border-subtitle-color: $text-warning;
        overflow-x: auto;
        overflow-y: scroll;
        scrollbar-size: 0 1;
        &:focus { border: round $border; }
        & .log-view--time { color: $text-muted; }
        & .log-view--hint { color: $text-muted; text-style: italic; }
        & .log-view--current { background: $badge-ground; color: $badge; text-style: $mark-style; }
        & .log-view--gutter { color: $alarm; background: $alarm-ground; text-style: $alarm-style; }
        & .log-view--trail { color: $text-error; }
        & .log-view--fatal { color: $alarm; background: $alarm-ground; text-style: $alarm-style; }
        & .log-view--error { color: $text-error; background: $error-muted; text-style: bold; }
        & .log-view--warning { color: $text-warning; }
        & .log-view--notice { color: $text-accent; }
        & .log-view--info { color: $text-success; }
        & .log-view--debug { color: $text-muted; }
        & .log-view--trace { color: $text-muted; }
        & .log-view--none { color: $text; }
    }
    """

    def __init__(
        self, buffer: LogBuffer, zone: tzinfo, *, ascii_only: bool, name: str, id: str | None, classes: str | None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.buffer = buffer
        self.cursor = LogCursor(buffer)
        self._drawing = LogDrawing(self, zone, ascii_only=ascii_only, mask=self._masked)
        self._layout = LogLayout(buffer, self._drawing.rows_of)
        self._extent = Extent(0, 0, 0, 0)
        self._top_line = 0
        self._top_place: int | None = None
        self._is_moving = False
        self._measuring: Timer | None = None
        self._looked_at = range(0)  # rows whose length is known
        self._place: tuple[int, Offset] | None = None  # how wide it is, and how far it is scrolled, while it is drawn

    def _masked(self, text: str) -> str:
        """Return a line as it may be shown: the app knows more secrets than their shapes tell."""
        mask: Callable[[str], str] = getattr(self.app, "masked", _by_shape)
        return mask(text)

    @property
    def folds(self) -> bool:
        """Whether long lines are folded."""
        return self._layout.folds

    @property
    def height(self) -> int:
        """How many rows are in view."""
        return self.scrollable_content_region.height

    def hint(self) -> str:
        """Why there is nothing to see."""
        return "nothing so far"

    def lay_out(self, *, to_end: bool) -> bool:
        """Take in what the buffer holds now, and stay at the line in view or go to the end; whether rows began anew."""
        extent, layout = self.buffer.extent, self._layout
        top = layout.first + round(self.scroll_y)
        is_new, others = extent.generation != self._extent.generation, extent != self._extent
        self._extent = extent
        held = self._held(is_new=is_new)
        around = extent.end if to_end else self.buffer.row_of(held)
        if layout.take_in(extent, self.scrollable_content_region.width, around=around):
            others, self._looked_at = True, range(0)
            top = layout.row_of(held)
        self._settle(top, to_end=to_end)
        if others or extent.first == extent.end:  # what is said where there is nothing may be something else by now
            self.refresh()
        if not layout.is_whole and self._measuring is None:
            self._measuring = self.set_timer(_MEASURED_EVERY, self._measure)
        return is_new

    def _held(self, *, is_new: bool) -> int:
        """The line that stays in view: the top one, but for another filter the current one, if there is one."""
        top = self.buffer.number_now(self._top_line, self._top_place)
        if top is not None and top != self._top_line:
            return top  # the lines were read anew, and nobody has gone elsewhere
        current = self.cursor.current if is_new else None
        return self._top_line if current is None else current

    def _settle(self, top: int, *, to_end: bool) -> None:
        """Make room for all rows, and have a row at the top, or the last ones in view."""
        layout = self._layout
        with self.moving():
            self._make_room(0 if layout.folds else self.virtual_size.width, layout.end - layout.first)
            target = self.max_scroll_y if to_end else max(top - layout.first, 0)
            if target != round(self.scroll_y):  # or a scrolling under way would be stopped
                self.scroll_to(y=target, animate=False)
        self.look()

    def _measure(self) -> None:
        """Go on folding lines far from those in view, which stay where they are."""
        self._measuring = None
        layout = self._layout
        if layout.is_whole:
            return
        to_end = round(self.scroll_y) >= self.max_scroll_y
        place = layout.find(layout.first + round(self.scroll_y))
        layout.measure(_MEASURED_AT_ONCE)
        self._settle(layout.row_of(place.number) + place.part if place else 0, to_end=to_end)
        if not layout.is_whole:
            self._measuring = self.set_timer(_MEASURED_EVERY, self._measure)

    def show_number(self, number: int, part_above: int) -> None:
        """Scroll to a line, with a part of the height above it; not where it is in view already."""
        row = self._layout.row_of(number) - self._layout.first
        with self.moving():
            self.scroll_to(y=row - self.height // part_above, animate=False)
        self.look()
        self.refresh()

    def fold(self) -> None:
        """Fold long lines, or let them run out to the right."""
        self.look()
        self._layout.fold(not self._layout.folds)
        self.scroll_to(x=0, animate=False)

    def look(self) -> None:
        """Note the line at the top, and make room to scroll sideways to the end of the longest line seen so far."""
        self._top_line = self.number_at(0)
        self._top_place = self.buffer.place_of(self._top_line)
        region = self.scrollable_content_region
        self._drawing.keep_for(region.height)
        if self._layout.folds:
            return
        top = self._layout.first + round(self.scroll_y)
        widest, known = self.virtual_size.width, self._looked_at
        self._looked_at = range(top, top + region.height)
        for row in self._looked_at:
            place = self._layout.find(row) if row not in known else None
            if place:
                widest = max(widest, self._drawn(place, region.width)[0].cell_length)
        if widest > self.virtual_size.width:
            self._make_room(widest, self.virtual_size.height)

    def _make_room(self, width: int, height: int) -> None:
        """Set how far one can scroll: every new line does, so only the scroll bars learn of it.

        Setting `virtual_size` itself would lay the whole screen out and paint all of it anew, even where the log is on
        a page that is not shown.
        """
        size = Size(width, height)
        if size != self.virtual_size:
            self.set_reactive(LogScroll.virtual_size, size)
            self._scroll_update(size)

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Mark scrolling that is not the reader's."""
        self._is_moving = True
        try:
            yield
        finally:
            self._is_moving = False

    def number_at(self, y: int) -> int:
        """The number of the line in a row of the screen, or else in the last row."""
        place = self._layout.find(min(self._layout.first + round(self.scroll_y) + y, self._layout.end - 1))
        return place.number if place else 0

    def is_in_view(self, number: int) -> bool:
        """Whether the line is on the screen."""
        return self.number_at(0) <= number <= self.number_at(self.height - 1)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of a part of the widget."""
        self._place = self.scrollable_content_region.width, self.scroll_offset  # for all of them once
        try:
            return super().render_lines(crop)
        finally:
            self._place = None

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        width, (scroll_x, scroll_y) = self._place or (self.scrollable_content_region.width, self.scroll_offset)
        if self._extent.first == self._extent.end:
            hint = Segment(shown(self.hint()), self.get_component_rich_style("log-view--hint"))
            return Strip([hint] if y == 0 else []).crop_extend(0, width, self.rich_style)
        place = self._layout.find(self._layout.first + scroll_y + y)
        if place is None:
            return Strip.blank(width, self.rich_style)
        strip, style = self._drawn(place, width)
        if not scroll_x and strip.cell_length == width:
            return strip  # which would be kept in itself: only the garbage collector undoes that
        return strip.crop_extend(scroll_x, scroll_x + width, style)

    def notify_style_update(self) -> None:
        """Draw anew in the new theme's colours."""
        super().notify_style_update()
        self._drawing.forget()

    def _drawn(self, place: Place, width: int) -> tuple[Strip, Style]:
        width = width if self._layout.folds else 0
        sign = self.cursor.sign(place.number)
        return self._drawing.draw(place.number, place.line, sign=sign, width=width, part=place.part)

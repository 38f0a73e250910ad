"""One log as it grows: colour and word by level, follow and pause, errors to jump to, a filter."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on, work
from textual.events import Mount, Resize, Unmount
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from cockpit.logs.buffer import Extent, LogBuffer
from cockpit.logs.counters import LogCounts
from cockpit.logs.follow import FollowState
from cockpit.logs.line import Level
from cockpit.logs.match import SlowPatternError, TextFilter
from cockpit.logs.reader import LogReader, ReaderStatus
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.widgets.log_drawing import LogDrawing
from cockpit.tui.widgets.log_layout import LogLayout, Place
from cockpit.tui.widgets.steady_scroll import SteadyScrollView

_PART_ABOVE = 3  # an error that is jumped to stands below a third of the height


class LogView(SteadyScrollView, can_focus=True):
    """The log at `path`, read by a thread, or the lines of a given `buffer`, with times shown in `timezone`.

    It follows the end until the reader scrolls up, and again from the end on. Its border's subtitle says how many
    lines are new below; `Status` tells the rest to whoever draws the title.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--time",
        "log-view--hint",
        "log-view--current",
        "log-view--gutter",
        "log-view--trail",
        *(f"log-view--{level.word}" for level in Level),
    }
    DEFAULT_CSS = """
    LogView {
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
        & .log-view--current { background: $primary; color: $text; text-style: bold; }
        & .log-view--gutter { color: $text; background: $error; text-style: bold; }
        & .log-view--trail { color: $text-error; }
        & .log-view--fatal { color: $text; background: $error; text-style: bold; }
        & .log-view--error { color: $text-error; background: $error-muted; text-style: bold; }
        & .log-view--warning { color: $text-warning; }
        & .log-view--notice { color: $text-accent; }
        & .log-view--info { color: $text-success; }
        & .log-view--debug { color: $text-muted; }
        & .log-view--trace { color: $text-muted; }
        & .log-view--none { color: $text; }
    }
    """

    follow: var[bool] = var(True, init=False)

    @dataclass
    class Status(Message):
        """What the pane's title needs to know; `new` lines have come since the reader left the end."""

        view: LogView
        name: str
        counts: LogCounts
        follow: bool
        new: int
        state: FollowState
        reason: str
        filter: str
        folds: bool
        too_slow: SlowPatternError | None  # why the filter wanted is not in force

        @property
        def control(self) -> LogView:
            """The log that this is about."""
            return self.view

    class News(Message, bubble=False):
        """The buffer or the counts have changed; waiting ones are merged into one."""

        def can_replace(self, message: Message) -> bool:
            """Every one says the same."""
            return isinstance(message, LogView.News)

    def __init__(
        self,
        name: str,
        path: Path | None = None,
        *,
        timezone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        buffer: LogBuffer | None = None,
        ascii_only: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.buffer = buffer if buffer is not None else LogBuffer()
        self.log_name = name
        self._path = path
        self._drawing = LogDrawing(self, timezone, ascii_only=ascii_only)
        self._reader = (
            LogReader(name, path, buffer=self.buffer, on_news=self._post_news, zone=timezone, clock=clock)
            if path is not None
            else None
        )
        self._extent = Extent(0, 0, 0, 0)
        self._layout = LogLayout(self.buffer, self._drawing.rows_of)
        self._seen_end = 0  # the row after the last that was there when the reader left the end
        self._current: int | None = None  # the line that was jumped to
        self._top_line = 0
        self._notice = ""
        self._wanted_filter: TextFilter | None = None
        self._is_moving = False
        self._last_status: tuple[object, ...] = ()

    @property
    def status(self) -> ReaderStatus:
        """How the reading stands; a given buffer counts as followed."""
        if self._reader is None:
            return ReaderStatus(LogCounts(self.log_name), FollowState.FOLLOWING)
        return self._reader.status

    @property
    def folds(self) -> bool:
        """Whether long lines are folded."""
        return self._layout.folds

    @property
    def new(self) -> int:
        """How many lines have come since the reader left the end."""
        return 0 if self.follow else max(self._extent.end - self._seen_end, 0)

    def apply_filter(self, text: str) -> None:
        """Show only lines in which `text` is found: a regular expression or a part; `!` inverts, empty shows all."""
        self._wanted_filter = TextFilter.lenient(text) if text.removeprefix("!") else None
        self._filter_buffer()

    def show_news(self) -> None:
        """Take in what the buffer holds now: the widget does so by itself where it reads a file."""
        extent, before, layout = self.buffer.extent, self._extent, self._layout
        top = layout.first + round(self.scroll_y)
        self._extent = extent
        if extent.generation != before.generation:
            self._seen_end = extent.end
        if layout.take_in(extent, self.scrollable_content_region.width):
            top = layout.row_of(self._top_line if self._current is None else self._current)
        with self._moving():
            self.virtual_size = Size(0 if layout.folds else self.virtual_size.width, layout.end - layout.first)
            target = self.max_scroll_y if self.follow else max(top - layout.first, 0)
            if target != round(self.scroll_y):  # or a scrolling under way would be stopped
                self.scroll_to(y=target, animate=False)
        self._look()
        self.refresh()
        self._tell()

    def action_toggle_follow(self) -> None:
        """Follow the end, or stop here."""
        self.follow = not self.follow

    def action_toggle_wrap(self) -> None:
        """Fold long lines, or let them run out to the right; the line at the top stays."""
        self._look()
        self._layout.fold(not self._layout.folds)
        self.scroll_to(x=0, animate=False)
        self.show_news()

    def action_next_error(self) -> None:
        """Go to the next error, from the one gone to last while it is in view, otherwise from the top."""
        current = self._current_in_view()
        self._jump(self.buffer.next_error(self._number_at(0) - 1 if current is None else current), "no later error")

    def action_previous_error(self) -> None:
        """Go to the error before the one gone to last while it is in view, otherwise before the bottom."""
        current = self._current_in_view()
        bottom = self._number_at(self.scrollable_content_region.height - 1)
        self._jump(self.buffer.previous_error(bottom + 1 if current is None else current), "no earlier error")

    def action_scroll_end(self) -> None:
        """Go to the end and follow it."""
        self.follow = True

    def watch_follow(self, follow: bool) -> None:
        """Leave the end, or go back to it."""
        self._seen_end = self._extent.end
        if follow:
            self._current = None
            self.show_news()
        else:
            self._tell()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause where the reader scrolls up, follow again from the end on."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_moving:
            return
        self._notice = ""
        self._look()
        # At the end already although the position fell: the pane has grown, or there are fewer lines.
        if new_value < old_value and new_value < self.max_scroll_y:
            self.follow = False
        elif new_value > old_value and new_value >= self.max_scroll_y:
            self.follow = True

    def render_line(self, y: int) -> Strip:
        """Draw one row of the screen."""
        width = self.scrollable_content_region.width
        if self._extent.first == self._extent.end:
            hint = Segment(shown(self._hint()), self.get_component_rich_style("log-view--hint"))
            return Strip([hint] if y == 0 else []).crop_extend(0, width, self.rich_style)
        scroll_x, scroll_y = self.scroll_offset
        place = self._layout.find(self._layout.first + scroll_y + y)
        if place is None:
            return Strip.blank(width, self.rich_style)
        strip, style = self._drawn(place)
        return strip.crop_extend(scroll_x, scroll_x + width, style)

    def notify_style_update(self) -> None:
        """Draw anew in the new theme's colours."""
        super().notify_style_update()
        self._drawing.forget()

    @on(Mount)
    def _start(self) -> None:
        if self._reader is not None:
            self._reader.start()
        self.show_news()

    @on(Unmount)
    def _stop(self) -> None:
        if self._reader is not None:
            self._reader.stop()

    @on(News)
    @on(Resize)
    def _take_news(self) -> None:
        self.show_news()

    @work(thread=True, group="filter")
    def _filter_buffer(self) -> None:
        """Apply the filter wanted last, also where it was changed while this looked through the lines."""
        while (wanted := self._wanted_filter) is not self.buffer.filter:
            self.buffer.set_filter(wanted)
            if wanted is self._wanted_filter and wanted is not None and wanted.slow:
                break
        self._post_news()

    def _post_news(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended while a thread was still reading
            self.post_message(self.News())

    def _look(self) -> None:
        """Note the line at the top, and make room to scroll sideways to the end of the longest line seen so far."""
        self._top_line = self._number_at(0)
        if self._layout.folds:
            return
        top = self._layout.first + round(self.scroll_y)
        widest = self.virtual_size.width
        for row in range(top, top + self.scrollable_content_region.height):
            place = self._layout.find(row)
            if place:
                widest = max(widest, self._drawn(place)[0].cell_length)
        if widest > self.virtual_size.width:
            self.virtual_size = Size(widest, self.virtual_size.height)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Mark scrolling that is not the reader's."""
        self._is_moving = True
        try:
            yield
        finally:
            self._is_moving = False

    def _number_at(self, y: int) -> int:
        """The number of the line in a row of the screen, or else in the last row."""
        place = self._layout.find(min(self._layout.first + round(self.scroll_y) + y, self._layout.end - 1))
        return place.number if place else 0

    def _drawn(self, place: Place) -> tuple[Strip, Style]:
        width = self.scrollable_content_region.width if self._layout.folds else 0
        is_current = place.number == self._current
        return self._drawing.draw(place.number, place.line, is_current=is_current, width=width, part=place.part)

    def _current_in_view(self) -> int | None:
        if self._current is None:
            return None
        height = self.scrollable_content_region.height
        return self._current if self._number_at(0) <= self._current <= self._number_at(height - 1) else None

    def _jump(self, number: int | None, otherwise: str) -> None:
        if number is None:
            self._notice = otherwise
            self._tell()
            return
        self.follow = False
        self._current, self._notice = number, ""
        row = self._layout.row_of(number) - self._layout.first
        with self._moving():
            self.scroll_to(y=row - self.scrollable_content_region.height // _PART_ABOVE, animate=False)
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        """Say in the border, and to whoever listens, how things stand, where that has changed."""
        status, new = self.status, self.new
        typed = self.buffer.filter.typed if self.buffer.filter else ""
        paused = "" if self.follow else f"{new} new" if new else "paused"
        waiting = "" if status.state is FollowState.FOLLOWING else str(status.state)
        self.border_subtitle = f" {choose_glyphs().dot} ".join(part for part in (waiting, self._notice, paused) if part)
        wanted = self._wanted_filter
        slow = wanted.slow if wanted is not None else None
        told = (status, self.follow, new, typed, slow, self.folds)
        if told != self._last_status:
            self._last_status = told
            self.post_message(
                self.Status(
                    self,
                    self.log_name,
                    status.counts,
                    self.follow,
                    new,
                    status.state,
                    status.reason,
                    typed,
                    self.folds,
                    slow,
                )
            )

    def _hint(self) -> str:
        """Why there is nothing to see."""
        status, where = self.status, self._path or self.log_name
        if self._extent.lines and self.buffer.filter:
            return f"none of {self._extent.lines} lines matches {self.buffer.filter.typed}"
        if status.state is FollowState.WAITING:
            return f"waiting for {where}: {status.reason}" if status.reason else f"opening {where}"
        if status.state is FollowState.UNREADABLE:
            return f"{where} cannot be read: {status.reason}"
        return f"{where} is empty so far"

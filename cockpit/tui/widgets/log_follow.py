"""One log as it grows, and back to its first line: follow and pause, and what is told of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.events import Hide, Mount, MouseScrollDown, MouseScrollUp, Resize, Show, Unmount
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.flood import FLOOD_SECONDS
from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import LogReader, ReaderStatus
from cockpit.tui.glyphs import shown
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_journey import Travelled
from cockpit.tui.widgets.log_pace import LogPace
from cockpit.tui.widgets.log_scroll import LogScroll
from cockpit.tui.widgets.log_source import LogSource
from cockpit.tui.widgets.log_status import LogStatus, border_text

if TYPE_CHECKING:
    from cockpit.logs.sieve import Sieve
    from cockpit.tui.widgets.log_travel import LogTravel

_FEED_SECONDS = 1.0  # so often is looked at whether a command still lives
_LEAST_ROWS = 24


class LogFollow(LogScroll):
    """The log of `origin`, read by a thread, or the lines of a given `buffer`, with times shown in `timezone`.

    A `reader` that is given has perhaps begun already. It follows the end until the reader scrolls up, and again from
    the end on. Its border's subtitle says how many lines are new below; `LogStatus` tells the rest to whoever draws the
    title.
    """

    follow: var[bool] = var(True, init=False)

    class News(Message, bubble=False):
        """The buffer or the counts have changed; waiting ones are merged into one."""

        def can_replace(self, message: Message) -> bool:
            """Every one says the same."""
            return isinstance(message, LogFollow.News)

    def __init__(
        self,
        name: str,
        origin: LogOrigin | Path | None = None,
        *,
        timezone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        buffer: LogBuffer | None = None,
        reader: LogReader | None = None,
        ascii_only: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        if buffer is None:
            buffer = reader.buffer if reader is not None else LogBuffer()
        super().__init__(buffer, timezone, ascii_only=ascii_only, name=name, id=id, classes=classes)
        self.log_name = name
        self._source = LogSource(name, origin, buffer, timezone=timezone, clock=clock, reader=reader)
        self.reader = self._source.reader  # None where the buffer was given
        self._timezone = timezone
        self._clock = clock
        self._travel: LogTravel | None = None
        self._seen_end = 0  # the row after the last that was there when the reader left the end
        self._seen_lines = 0  # how many had been counted then
        self._has_been_laid_out = False
        self.pace = LogPace()
        self._later: Timer | None = None  # for what has come and is not painted yet
        self._once_calm: Timer | None = None
        self._notice = ""
        self._below = ""  # what the lower border says
        self._wanted_filter: Sieve | None = None
        self._searched: Sieve | None = None  # while the filter is lifted to show what is around a match
        self._last_status: tuple[object, ...] = ()

    @property
    def status(self) -> ReaderStatus:
        """How the reading stands; a given buffer counts as followed."""
        return self._source.status

    @property
    def travel(self) -> LogTravel | None:
        """What goes anywhere in the file; None where the lines come from no file."""
        reader = self.reader
        if reader is not None and (self._travel is None or self._travel.path != reader.path):
            from cockpit.tui.widgets.log_travel import LogTravel  # the first line is on the screen before it

            if self._travel is not None:
                self._travel.close()
            self._travel = LogTravel(self, reader, self.buffer)
        return self._travel

    @property
    def progress(self) -> str:
        """How far a search or a journey through the file is; empty where none is under way."""
        return self._travel.progress if self._travel is not None else ""

    @property
    def new(self) -> int:
        """How many lines have come since the reader left the end."""
        if self.follow:
            return 0
        if self._extent.has_end:
            return max(self._extent.end - self._seen_end, 0)
        return max(self.status.counts.lines - self._seen_lines, 0)

    def show_news(self) -> None:
        """Take in what the buffer holds now: the widget does so by itself where it reads a file."""
        if self.lay_out(to_end=self.follow):
            self._seen_end = self._extent.end
        if self.reader is not None and self._is_astray():
            self.reader.rejoin(self._is_astray)
        self._load_at_edges()
        self.tell()
        self.pace.painted(self.status.counts)

    def _is_astray(self) -> bool:
        """Whether the end is to be followed and is not here, and nobody is on the way elsewhere."""
        is_travelling = self._travel is not None and self._travel.is_under_way
        return self.follow and not self.buffer.has_end and not is_travelling

    def action_toggle_follow(self) -> None:
        """Follow the end, or stop here."""
        self.follow = not self.follow

    def action_toggle_wrap(self) -> None:
        """Fold long lines, or let them run out to the right; the line at the top stays."""
        self.fold()
        self.show_news()

    def action_scroll_up(self) -> None:
        """Scroll up a line."""
        if not self._stops_where_all_is_seen():
            super().action_scroll_up()

    def action_page_up(self) -> None:
        """Scroll up a page."""
        if not self._stops_where_all_is_seen():
            super().action_page_up()

    def _stops_where_all_is_seen(self) -> bool:
        """In a flood there is nothing above what is seen: stop here, and let what came before be read."""
        if self.max_scroll_y or not self.follow or self.reader is None:
            return False
        self.follow = False
        self._load_at_edges(asked=True)
        return True

    def action_scroll_down(self) -> None:
        """Scroll down a line."""
        if not self.goes_on_below():
            super().action_scroll_down()

    def action_page_down(self) -> None:
        """Scroll down a page."""
        if not self.goes_on_below():
            super().action_page_down()

    def goes_on_below(self) -> bool:
        """Whether the last line in memory is in view and is not the log's: there what comes after it is read."""
        if self.follow or self._extent.has_end or self.scroll_y < self.max_scroll_y or self.travel is None:
            return False
        self.travel.later(asked=True)
        return True

    @on(MouseScrollDown)
    @on(MouseScrollUp)
    def _wheel_at_an_edge(self, event: MouseScrollDown | MouseScrollUp) -> None:
        if event.ctrl or event.shift:
            return  # sideways
        if isinstance(event, MouseScrollDown):
            self.goes_on_below()
        else:
            self._stops_where_all_is_seen()

    def action_scroll_home(self) -> None:
        """Go to the log's first line, wherever that is."""
        if self.travel is None:
            super().action_scroll_home()
        else:
            self.travel.go_home()

    def action_scroll_end(self) -> None:
        """Go to the end and follow it."""
        if self.follow:
            self._join()  # perhaps on the way elsewhere
        else:
            self.follow = True

    def watch_follow(self, follow: bool) -> None:
        """Leave the end, or go back to it."""
        self._seen_end = self._extent.end
        self._seen_lines = self.status.counts.lines
        self.buffer.pinned = not follow
        if follow:
            self._join()
        else:
            self.tell()

    def _join(self) -> None:
        self.cursor.go(None)
        if self._travel is not None:
            self._travel.leave()
        self.show_news()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause where the reader scrolls up, follow again from the end on."""
        super().watch_scroll_y(old_value, new_value)
        if self._is_moving:
            return
        self._notice = ""
        self.look()
        # At the end already although the position fell: the pane has grown, or there are fewer lines.
        if new_value < old_value and new_value < self.max_scroll_y:
            self.follow = False
        elif new_value > old_value and new_value >= self.max_scroll_y and self._extent.has_end:
            self.follow = True
        self._load_at_edges(asked=True)

    def say(self, notice: str) -> None:
        """Say something in the border."""
        self._notice = notice
        self.tell()

    def tell(self) -> None:
        """Say in the border, and to whoever listens, how things stand, where that has changed."""
        status, new, wanted = self.status, self.new, self._wanted_filter
        sieve = self.buffer.filter or self._searched
        slow = wanted.slow if wanted is not None else None
        at = "" if self.follow or self.travel is None else self.travel.position(self.number_at(0))
        paused = "" if self.follow else f"{new} new" if new else "paused"
        below = border_text(state=status.state, notice=self.progress or self._notice, position=at, paused=paused)
        if below != self._below:
            self._below = below
            self.border_subtitle = Content(shown(below))  # the whole log is painted anew for it
        said = self.progress or self._notice
        told = (
            status, at, said, self.follow, new, sieve.typed if sieve else "", self.folds, slow,
            self._searched is not None,
        )  # fmt: skip
        if told == self._last_status:
            return
        self._last_status = told
        self.post_message(
            LogStatus(
                self, self.log_name, status.counts, self.follow, new, status.state, status.reason,
                sieve.typed if sieve else "", self.folds, slow, status.skipped, self._searched is not None, at, said,
                self._source.is_fed,
            )
        )  # fmt: skip

    @on(Mount)
    def _start(self) -> None:
        reader = self.reader
        if reader is not None:
            reader.on_news = self._post_news
            reader.is_calm = "SSH_CONNECTION" in os.environ
            reader.may_rest = self.pace.is_calm
            reader.start()
            if isinstance(self.app, ThemedApp):
                self.app.after_first_frame(reader.go_on)
            else:
                reader.go_on()
        if self._source.is_fed:
            self.set_interval(_FEED_SECONDS, self.tell)
        self.show_news()

    @on(Unmount)
    def _stop(self) -> None:
        self._source.stop()
        if self._travel is not None:
            self._travel.close()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed and not self._has_been_laid_out:
            # What is there already is on the first frame, not on the one after it.
            self._has_been_laid_out = True
            self.show_news()
        return changed

    @on(Show)
    @on(Hide)
    def _come_or_go(self, event: Show | Hide) -> None:
        self.pace.is_shown = isinstance(event, Show)
        if self.reader is not None:
            self.reader.see(seen=self.pace.is_shown)
        if self.pace.is_shown:
            self._take_news()

    @on(News)
    def _take_news_in_time(self) -> None:
        counts = self.status.counts
        wait = self.pace.wait(counts)
        if not wait:
            self._take_news()
        elif not self.pace.is_settled(counts):
            if self._later is not None:
                self._later.stop()
            self._later = self.set_timer(wait, self._take_news)
            self.pace.settle(wait)

    @on(Resize)
    @on(Travelled)
    def _take_news(self) -> None:
        if self._later is not None:
            self._later.stop()
            self._later = None
        if self.reader is not None:
            self.reader.rows = max(self.height, _LEAST_ROWS)
        self.show_news()

    def _load_at_edges(self, *, asked: bool = False) -> None:
        """Bring earlier lines where the first ones are in view, and later ones where those at the window's end are."""
        if self.reader is None or not self.height or self.buffer.span.start is None:
            return
        # In a flood a screenful is all there is, and what comes next throws out whatever was put before it.
        wants_more = self.max_scroll_y == 0 and self._extent.has_end
        if wants_more and self.follow and self.reader.is_flooded:
            self._look_again_once_calm()
            return
        near_top = self.scroll_y < self.height and (not self.follow or wants_more)
        near_end = not (self._extent.has_end or self.follow) and self.scroll_y > self.max_scroll_y - self.height
        if not (near_top or near_end) or self.travel is None or (near_top and self.travel.earlier(asked=asked)):
            return
        if near_end and (asked or self.max_scroll_y == 0):
            self.travel.later(asked=asked)

    def _look_again_once_calm(self) -> None:
        """Show the news once the flood is over, also where nothing comes after it."""
        if self._once_calm is None:
            self._once_calm = self.set_timer(FLOOD_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._once_calm = None
        if self.pace.is_shown:
            self.show_news()

    def _post_news(self) -> None:
        # In the reader's thread: waking the loop costs more than the look whether it needs to be.
        if self.pace.is_settled(self.status.counts):
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended while a thread was still reading
            self.post_message(self.News())

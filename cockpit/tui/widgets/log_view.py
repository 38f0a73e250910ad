"""One log as it grows, and back to its first line: follow and pause, errors and matches to go to, a filter, marks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from textual import on, work
from textual.events import Mount, Resize, Unmount
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.counters import LogCounts
from cockpit.logs.follow import FollowState
from cockpit.logs.held import Span
from cockpit.logs.line import LogLine
from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import FIRST_LINES, LogReader, ReaderStatus
from cockpit.tui.theme import ThemedApp
from cockpit.tui.widgets.log_journey import Arrived, Travelled
from cockpit.tui.widgets.log_scroll import LogScroll
from cockpit.tui.widgets.log_status import LogStatus, border_text

if TYPE_CHECKING:
    from cockpit.logs.sieve import Sieve
    from cockpit.tui.widgets.log_travel import LogTravel

_FEED_SECONDS = 1.0  # so often is looked at whether a command still lives
_LEAST_ROWS = 24
_PART_ABOVE = 3  # an error that is jumped to stands below a third of the height


class LogView(LogScroll):
    """The log of `origin`, read by a thread, or the lines of a given `buffer`, with times shown in `timezone`.

    A `reader` that is given has perhaps begun already.

    It follows the end until the reader scrolls up, and again from the end on. Its border's subtitle says how many
    lines are new below; `LogStatus` tells the rest to whoever draws the title.
    """

    follow: var[bool] = var(True, init=False)

    class News(Message, bubble=False):
        """The buffer or the counts have changed; waiting ones are merged into one."""

        def can_replace(self, message: Message) -> bool:
            """Every one says the same."""
            return isinstance(message, LogView.News)

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
        self._origin = LogOrigin(name, origin) if isinstance(origin, Path) else origin
        self._feed = self._origin.acquire() if self._origin is not None and self._origin.is_fed else None
        path = self._feed.path if self._feed else self._origin.path if self._origin else None
        self._path = path
        self._timezone = timezone
        self._clock = clock
        self.reader = reader
        self._travel: LogTravel | None = None
        if path is not None and reader is None:
            self.reader = LogReader(
                name,
                path,
                buffer=self.buffer,
                zone=timezone,
                clock=clock,
                first=FIRST_LINES,
                tagged=self._origin is not None and bool(self._origin.merged),
                encoding=self._origin.encoding if self._origin is not None else "",
            )
        self._seen_end = 0  # the row after the last that was there when the reader left the end
        self._seen_lines = 0  # how many had been counted then
        self._has_been_laid_out = False
        self._notice = ""
        self._wanted_filter: Sieve | None = None
        self._searched: Sieve | None = None  # while the filter is lifted to show what is around a match
        self._last_status: tuple[object, ...] = ()

    @property
    def status(self) -> ReaderStatus:
        """How the reading stands; a given buffer counts as followed."""
        if self._origin is not None and self._origin.refused:
            return ReaderStatus(LogCounts(self.log_name), FollowState.UNREADABLE, self._origin.refused)
        if self.reader is None:
            return ReaderStatus(LogCounts(self.log_name), FollowState.FOLLOWING)
        status = self.reader.status
        if self._feed is not None and self._feed.trouble:
            return msgspec.structs.replace(status, state=FollowState.WAITING, reason=self._feed.trouble)
        return status

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

    def apply_filter(self, text: str) -> None:
        """Show only lines that `text` chooses, as `read_sieve` reads it; `!` inverts, empty shows all."""
        from cockpit.logs.sieve import read_sieve

        self._wanted_filter = read_sieve(text, now=self._clock(), zone=self._timezone)
        self._searched = None
        self._filter_buffer()

    def show_news(self) -> None:
        """Take in what the buffer holds now: the widget does so by itself where it reads a file."""
        if self.lay_out(to_end=self.follow):
            self._seen_end = self._extent.end
        self._load_at_edges()
        self.tell()

    def action_toggle_follow(self) -> None:
        """Follow the end, or stop here."""
        self.follow = not self.follow

    def action_toggle_wrap(self) -> None:
        """Fold long lines, or let them run out to the right; the line at the top stays."""
        self.fold()
        self.show_news()

    def action_next_error(self) -> None:
        """Go to the next error, from the one gone to last while it is in view, otherwise from the top."""
        self._go_to_next(_is_error, forward=True, otherwise="no later error")

    def action_previous_error(self) -> None:
        """Go to the error before the one gone to last while it is in view, otherwise before the bottom."""
        self._go_to_next(_is_error, forward=False, otherwise="no earlier error")

    def go_to_match(self, step: int) -> None:
        """Go to the next (1) or previous (-1) line that the filter chooses, or chose before it was lifted."""
        sieve = self._searched or self._wanted_filter
        if sieve is None:
            self.say("nothing is looked for: / takes a pattern")
            return
        otherwise = f"no {'later' if step > 0 else 'earlier'} match"
        self._go_to_next(sieve.wants, forward=step > 0, otherwise=otherwise, sieve=sieve)

    def toggle_context(self) -> None:
        """Lift the filter and show what is around the current match, or put it in force again."""
        if self._searched is not None:
            self._wanted_filter, self._searched = self._searched, None
        elif self._wanted_filter is not None:
            if self.current_in_view() is None:
                self.cursor.go(self.number_at(self.height - 1))
            self.follow = False
            self._wanted_filter, self._searched = None, self._wanted_filter
        else:
            return
        self._filter_buffer()

    def go_to_time(self, typed: str) -> None:
        """Go to the first line at or after a time: `14:05`, `15m` ago, or a date and time."""
        from cockpit.logs.sieve import read_moment

        at = read_moment(typed.strip(), now=self._clock(), zone=self._timezone)
        if at is None:
            self.say(f"{typed.strip()} is no time: write 14:05, 15m, or 2026-03-10T14:05")
        elif self.travel is not None:
            self.travel.go_to_time(at)

    def action_scroll_home(self) -> None:
        """Go to the log's first line, wherever that is."""
        if self.travel is None:
            super().action_scroll_home()
        else:
            self.travel.go_home()

    def action_scroll_end(self) -> None:
        """Go to the end and follow it."""
        self.follow = True

    def watch_follow(self, follow: bool) -> None:
        """Leave the end, or go back to it."""
        self._seen_end = self._extent.end
        self._seen_lines = self.status.counts.lines
        self.buffer.pinned = not follow
        if follow:
            self.cursor.go(None)
            if self._travel is not None:
                self._travel.cancel()
            if self.reader is not None and not self.buffer.extent.has_end:
                self.reader.rejoin()
            self.show_news()
        else:
            self.tell()

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
        self.border_subtitle = border_text(
            state=status.state, notice=self.progress or self._notice, position=at, paused=paused
        )
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
                self._feed is not None,
            )
        )  # fmt: skip

    def hint(self) -> str:
        """Why there is nothing to see."""
        status = self.status
        where = self.log_name if self._path is None or self._feed is not None else self._path
        if self.progress:
            return self.progress
        if self._extent.lines and self.buffer.filter:
            return f"none of {self._extent.lines} lines matches {self.buffer.filter.typed}"
        if self.buffer.filter and self.buffer.sieved:
            return f"no line found so far that matches {self.buffer.filter.typed}"
        if status.state is FollowState.WAITING:
            return f"waiting for {where}: {status.reason}" if status.reason else f"opening {where}"
        if status.state is FollowState.UNREADABLE:
            return f"{where} cannot be read: {status.reason}"
        return f"{where} is empty so far"

    def current_in_view(self) -> int | None:
        """Return the number of the current line, where it is on the screen."""
        current = self.cursor.current
        return current if current is not None and self.is_in_view(current) else None

    def jump(self, number: int) -> None:
        """Go to a line in memory, and make it the current one."""
        self.follow = False
        self.cursor.go(number)
        self._notice = ""
        self.show_number(number, _PART_ABOVE)
        self._load_at_edges()
        self.tell()

    @on(Mount)
    def _start(self) -> None:
        if self.reader is not None:
            self.reader.on_news = self._post_news
            self.reader.start()
            if isinstance(self.app, ThemedApp):
                self.app.after_first_frame(self.reader.go_on)
            else:
                self.reader.go_on()
        if self._feed is not None:
            self.set_interval(_FEED_SECONDS, self.tell)
        self.show_news()

    @on(Unmount)
    def _stop(self) -> None:
        if self.reader is not None:
            self.reader.stop()
        if self._travel is not None:
            self._travel.close()
        if self._feed is not None and self._origin is not None:
            self._origin.release()

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if changed and not self._has_been_laid_out:
            # What is there already is on the first frame, not on the one after it.
            self._has_been_laid_out = True
            self.show_news()
        return changed

    @on(Resize)
    def _tell_rows(self) -> None:
        if self.reader is not None:
            self.reader.rows = max(self.height, _LEAST_ROWS)

    @on(News)
    @on(Resize)
    @on(Travelled)
    def _take_news(self) -> None:
        self.show_news()

    @on(Arrived)
    def _arrive(self, message: Arrived) -> None:
        number = None if message.place is None else self.buffer.number_of(message.place)
        self.lay_out(to_end=False)
        if number is None:
            self.say(message.said)
        else:
            self.jump(number)

    @work(thread=True, group="filter")
    def _filter_buffer(self) -> None:
        """Apply the filter wanted last, also where it was changed while this looked through the lines."""
        while (wanted := self._wanted_filter) is not self.buffer.filter:
            if self.buffer.sieved:
                # Between its lines are others, which this filter may choose: they are read anew.
                current = self.cursor.current
                place = self.buffer.place_of(self._top_line if current is None else current)
                place = self.buffer.span.start if place is None else place
                self.buffer.replace((), (), Span(place, place), has_end=False)
                self.app.call_later(self._read_again, place)
            self.buffer.set_filter(wanted)
            if wanted is self._wanted_filter and wanted is not None and wanted.slow:
                break
        self._post_news()

    def _read_again(self, place: int | None) -> None:
        if self.follow and self.reader is not None:
            self.reader.rejoin()
        elif self.travel is not None and place is not None:
            self.travel.go(place, anew=True)

    def _load_at_edges(self, *, asked: bool = False) -> None:
        """Bring earlier lines where the first ones are in view, and later ones where those at the window's end are."""
        if self.reader is None or not self.height or self.buffer.span.start is None:
            return
        near_top = self.scroll_y < self.height and (not self.follow or self.max_scroll_y == 0)
        near_end = not self._extent.has_end and self.scroll_y > self.max_scroll_y - self.height
        if not (near_top or near_end) or self.travel is None or (near_top and self.travel.earlier(asked=asked)):
            return
        if near_end and (asked or self.max_scroll_y == 0):
            self.travel.later(asked=asked)

    def _post_news(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended while a thread was still reading
            self.post_message(self.News())

    def _go_to_next(
        self, wants: Callable[[LogLine], bool], *, forward: bool, otherwise: str, sieve: Sieve | None = None
    ) -> None:
        current = self.current_in_view()
        if current is not None:
            start = current
        else:
            start = self.number_at(0) - 1 if forward else self.number_at(self.height - 1) + 1
        number = self.buffer.search(wants, start, forward=forward)
        if number is not None:
            self.jump(number)
        elif self.travel is None or (forward and self._extent.has_end):
            self.say(otherwise)
        elif sieve is not None:
            self.travel.find_match(sieve, forward=forward)
        else:
            self.travel.find_error(forward=forward)


def _is_error(line: LogLine) -> bool:
    return line.is_error

"""A log in which one looks for things: errors and matches to go to, a filter, a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work

from cockpit.logs.follow import FollowState
from cockpit.logs.line import LogLine
from cockpit.tui.widgets.log_follow import LogFollow
from cockpit.tui.widgets.log_journey import Arrived

if TYPE_CHECKING:
    from cockpit.logs.sieve import Sieve

_PART_ABOVE = 3  # an error that is jumped to stands below a third of the height


class LogView(LogFollow):
    """A log that is followed, with what finds things in it, in memory or anywhere in the file."""

    def apply_filter(self, text: str) -> None:
        """Show only lines that `text` chooses, as `read_sieve` reads it; `!` inverts, empty shows all."""
        from cockpit.logs.sieve import read_sieve

        self._wanted_filter = read_sieve(text, now=self._clock(), zone=self._timezone)
        self._searched = None
        self._filter_buffer(self._place_in_view())

    @property
    def filter_remark(self) -> str:
        """What is to be said of the filter as it was typed; empty for nearly all."""
        return self._wanted_filter.why_literal if self._wanted_filter is not None else ""

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
        self._filter_buffer(self._place_in_view())

    def go_to_time(self, typed: str) -> None:
        """Go to the first line at or after a time: `14:05`, `15m` ago, or a date and time."""
        from cockpit.logs.sieve import read_moment

        at = read_moment(typed.strip(), now=self._clock(), zone=self._timezone)
        if at is None:
            self.say(f"{typed.strip()} is no time: write 14:05, 15m, or 2026-03-10T14:05")
        elif self.travel is not None:
            self.travel.go_to_time(at)
        else:
            self.say("this log is no file here: there is no time to go to")

    def hint(self) -> str:
        """Why there is nothing to see."""
        status = self.status
        where = self._source.where
        if self.progress:
            return self.progress
        if self.buffer.filter and self.buffer.sieved:  # more was looked through than is in memory
            return f"none of the lines looked through matches {self.buffer.filter.typed}"
        if self.buffer.filter and self._extent.lines:
            return f"none of {self._extent.lines} lines matches {self.buffer.filter.typed}"
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

    def show_news(self) -> None:
        """Take in what the buffer holds now; where lines are missing that the filter in force shows, they are read."""
        super().show_news()
        if self.buffer.has_all_for(self.buffer.filter):
            return
        if self.reader is not None and self.reader.is_flooded:
            self._look_again_once_calm()  # a flood lets lines go by that the filter would show
        else:
            self._filter_buffer(self._place_in_view())

    @on(Arrived)
    def _arrive(self, message: Arrived) -> None:
        if self._travel is None or not self._travel.end(message.journey):
            return  # another one has begun
        place = message.place
        number = None if place is None else self.buffer.number_from(place)
        if number is not None:
            self.lay_out(to_end=False)
            self.jump(number)
            return
        is_hidden = place is not None and self.buffer.filter is not None
        if message.said or is_hidden:
            self._notice = message.said or "from there on, nothing matches the filter"
        self.show_news()

    def _place_in_view(self) -> int | None:
        current = self.cursor.current
        return self.buffer.place_of(self._top_line if current is None else current)

    @work(thread=True, group="filter", exit_on_error=False)
    def _filter_buffer(self, place: int | None) -> None:
        try:
            self._apply_wanted(place)
        except Exception as error:  # our own mistake, which is no reason to lose the log
            self._wanted_filter, self._notice = None, f"the filter has failed: {error!r}"
            self.buffer.set_filter(None)
        self._post_news()

    def _apply_wanted(self, place: int | None) -> None:
        """Apply the filter wanted last, also where it was changed while this looked through the lines.

        Lines that it shows, and that were left out when those around them were read, are read anew around a place.
        """
        buffer = self.buffer
        while (wanted := self._wanted_or_none()) is not buffer.filter or not buffer.has_all_for(wanted):
            if buffer.has_all_for(wanted):
                buffer.set_filter(wanted)
            else:
                place = buffer.span.start if place is None else place
                buffer.begin_anew(wanted, place)
                self.app.call_later(self._read_again, place)

    def _wanted_or_none(self) -> Sieve | None:
        """The filter wanted last; none where it has turned out to be too slow."""
        wanted = self._wanted_filter
        return None if wanted is None or wanted.slow else wanted

    def _read_again(self, place: int | None) -> None:
        if self.follow:
            self.show_news()  # which joins the end again
        elif self.travel is not None and place is not None:
            self.travel.go(place, anew=True)

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

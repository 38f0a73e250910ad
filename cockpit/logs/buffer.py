"""The lines of one log that are in memory, with a filter over them; fed by one thread, read by another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from cockpit.logs.chosen import ChosenRows, LeftOut, LineFilter, matching_or_none
from cockpit.logs.held import HeldLines, Span
from cockpit.logs.line import LogLine

CAPACITY = 20_000
CHARACTERS = 8_000_000
_FEW = 1000  # rows, which are several screenfuls: so many are quickly taken out of the others


class Extent(NamedTuple):
    """Which rows there are: from `first` up to `end`. A new filter starts a new `generation`, whose rows count from 0.

    Rows keep their numbers while the oldest are dropped, and count on below 0 where earlier lines are put before them.
    `lines` counts those that the filter hides too. `missed` lines have come that are in the file only, since the
    reader looks at others. `has_end` says that the last line here is the log's.
    """

    first: int
    end: int
    lines: int
    generation: int
    missed: int = 0
    has_end: bool = True


class LogBuffer:
    """A window of classified lines, numbered as they come; rows are the lines that the filter shows.

    It ends where the log does, and moves on with it, unless it is `pinned`: then what is read stays, and what comes is
    only counted once there is no room. Every method may be called from any thread; one thread at a time appends.
    """

    def __init__(self, capacity: int = CAPACITY, *, characters: int = CHARACTERS) -> None:
        self._lock = Lock()
        self._held = HeldLines(capacity, characters)
        self._rows = ChosenRows()
        self._ticket = 0
        self._missed = 0
        self._has_end = True
        self._left_out = LeftOut()
        self.pinned = False

    @property
    def filter(self) -> LineFilter | None:
        """The filter in force."""
        return self._rows.filter

    @property
    def sieved(self) -> bool:
        """Whether lines were left out, when they were read, that another filter than the present one would show."""
        return self._left_out.is_any

    def has_all_for(self, line_filter: LineFilter | None) -> bool:
        """Whether every line from the first to the last here that this filter shows is here."""
        return not self._left_out.may_matter_to(line_filter)

    @property
    def has_end(self) -> bool:
        """Whether the last line here is the log's."""
        return self._has_end

    @property
    def span(self) -> Span:
        """Which part of the log is in memory."""
        return self._held.span

    @property
    def extent(self) -> Extent:
        """Which rows there are now."""
        with self._lock:
            held, rows = self._held, self._rows
            first, end = rows.extent(held.first, held.end)
            return Extent(first, end, len(held.lines), rows.generation, self._missed, self._has_end)

    def append(self, lines: Sequence[LogLine], places: Sequence[int] = (), end: int | None = None) -> None:
        """Add the log's next lines, dropping the oldest beyond the capacity; `end` is the place after them."""
        # Looked at before the lock is taken: those who draw wait for it.
        chosen_by, number = self.filter, self._held.end
        numbers = matching_or_none(chosen_by, lines, number)
        with self._lock:
            if not self._has_end or (self.pinned and places and not self._held.has_room_for(lines)):
                self._has_end = False
                self._missed += len(lines)
                return
            if self.filter is not chosen_by or number != self._held.end:
                numbers = matching_or_none(self.filter, lines, self._held.end)
            self._add(lines, places, end, numbers)
        self._pack()

    def skip(self, count: int, place: int | None) -> None:
        """Let so many lines go by unread, up to a place: what is here is let go, or kept and not added to."""
        with self._lock:
            if self.pinned or not self._has_end:
                self._has_end = False
                self._missed += count
            else:
                self._restart(place)

    def give_up(self, line_filter: LineFilter) -> None:
        """Show all lines again, where that filter is in force: it has turned out to be too slow."""
        with self._lock:
            if self.filter is line_filter:
                self._rows.show_all()

    def append_chosen(
        self, lines: Sequence[LogLine], places: Sequence[int], end: int, *, sieve: LineFilter, is_partial: bool = False
    ) -> bool:
        """Add what `sieve` chose among the log's next lines, up to `end`; the others are in the file only.

        It `is_partial` where it has not looked at all of them. False where another filter is in force by now: it
        chooses other lines.
        """
        with self._lock:
            if sieve is not self.filter:
                return False
            if self._has_end:
                self._left_out.note(sieve, is_partial=is_partial)
        self.append(lines, places, end)
        return True

    def extend(
        self, lines: Sequence[LogLine], places: Sequence[int], end: int, *, after: int, sieve: LineFilter | None
    ) -> bool:
        """Add lines that come after these from the file, up to `end`; `sieve` is what chose them, if anything did.

        They are to stand `after` a place: False where these do not end there any more, or by another filter by now.
        """
        with self._lock:
            if self._has_end or after != self._held.span.end or not self._takes(sieve):
                return False
            self._left_out.note(sieve)
            self._add(lines, places, end, matching_or_none(self.filter, lines, self._held.end))
        self._pack()
        return True

    def prepend(
        self, lines: Sequence[LogLine], places: Sequence[int], start: int, *, before: int, sieve: LineFilter | None
    ) -> int | None:
        """Put the lines before these, from the file, and return how many; without room the newest are let go.

        Where the end is followed, lines that the filter hides are let go instead, and of the earlier ones only as many
        are taken as there is room for. They are to stand `before` a place: None where these do not begin there any
        more, since others came first, or where another filter than their `sieve` is in force by now.
        """
        with self._lock:
            held = self._held
            if before != held.span.start or not self._takes(sieve):
                return None
            if self._has_end and not self.pinned and not held.has_room_for(lines):
                self._sift()
                count = held.fitting(lines)
                if not count:
                    return 0
                lines, places, start = lines[-count:], places[-count:], places[-count]
            self._left_out.note(sieve)
            held.prepend(lines, places, start)
            numbers = matching_or_none(self.filter, lines, held.first)
            if numbers is None:
                self._rows.show_all()
            else:
                self._rows.prepend(numbers)
            if held.is_full and (count := held.drop_last()):
                self._missed += count if self._has_end else 0
                self._has_end = False
                self._rows.keep(held.first, held.end)
            return len(lines)

    def replace(
        self, lines: Sequence[LogLine], places: Sequence[int], span: Span, *, has_end: bool,
        sieve: LineFilter | None = None, when: Callable[[], bool] = lambda: True,
    ) -> bool:  # fmt: skip
        """Hold these lines instead: another part of the log.

        False where it is not the time for it any more: `when` is asked while nobody else can change what is here.
        """
        with self._lock:
            if not when():
                return False
            self._restart(span.start)
            self._has_end, self._missed = has_end, 0
            self._left_out.note(sieve)
            self._rows.generation += 1
            self._add(lines, places, span.end, matching_or_none(self.filter, lines, self._held.first))
        self._pack()
        return True

    def begin_anew(self, line_filter: LineFilter | None, place: int | None) -> None:
        """Hold nothing at a place, from which on lines are to be read through another filter."""
        with self._lock:
            self._ticket += 1
            self._restart(place)
            self._has_end, self._missed = False, 0
            self._rows.choose(line_filter, [])

    def set_filter(self, text_filter: LineFilter | None) -> bool:
        """Show only matching lines, all with None; False where another filter was set meanwhile.

        A filter that turns out to be too slow, now or with lines to come, is taken off again: its `slow` tells.
        It looks at every line: call it from a thread that may take its time. The lock is not held while it looks.
        """
        held = self._held
        with self._lock:
            self._ticket += 1
            ticket, lines, first = self._ticket, held.lines.copy(), held.first
        numbers = matching_or_none(text_filter, lines, first)
        with self._lock:
            if ticket != self._ticket:
                return False
            if first > held.first:  # earlier lines have come meanwhile
                numbers = matching_or_none(text_filter, held.lines, held.first)
                lines, first = held.lines, held.first
            looked_at = max(first + len(lines), held.first)
            more = matching_or_none(text_filter, held.lines.between(looked_at, held.end), looked_at)
            if numbers is None or more is None:
                self._rows.show_all()
                return True
            numbers += more
            self._rows.choose(text_filter, numbers[bisect_left(numbers, held.first) :])
            return True

    def line_at(self, row: int) -> tuple[int, LogLine] | None:
        """Return the number and the line in a row; None where there is none, or not any more."""
        with self._lock:
            number = self._rows.number(row)
            line = None if number is None else self._held.lines.at(number)
            return None if number is None or line is None else (number, line)

    def lines_between(self, first: int, end: int) -> list[LogLine]:
        """Return the lines in the rows from `first` up to `end`, as far as they are there."""
        with self._lock:
            return self._between(first, end)

    def lines_of(self, numbers: range) -> list[LogLine]:
        """Return the lines of these numbers, as far as they are there and the filter shows them."""
        with self._lock:
            return self._between(self._rows.row_of(numbers.start), self._rows.row_of(numbers.stop))

    def row_of(self, number: int) -> int:
        """Return the row of a line, or of the next one that is shown."""
        with self._lock:
            return self._rows.row_of(number)

    def number_now(self, number: int, place: int | None) -> int | None:
        """Return what number a line has that had this one, and this place if any; None where it is not in memory."""
        with self._lock:
            held = self._held
            if held.place_of(number) == place:
                return number if held.first <= number < held.end else None
            return None if place is None else held.number_of(place)

    def place_of(self, number: int) -> int | None:
        """Return the place of a line in the log; None where it is not in memory or the log has no places."""
        with self._lock:
            return self._held.place_of(number)

    def number_of(self, place: int) -> int | None:
        """Return the number of the line that starts at a place; None where it is not in memory."""
        with self._lock:
            return self._held.number_of(place)

    def number_from(self, place: int) -> int | None:
        """Return the number of the first line shown at or after a place; None where that is not in memory."""
        with self._lock:
            number = self._held.number_from(place)
            if number is None or self.filter is None:
                return number
            numbers = self._rows.numbers
            index = bisect_left(numbers, number)
            return numbers[index] if index < len(numbers) else None

    def search(self, wants: Callable[[LogLine], bool], start: int, *, forward: bool = True) -> int | None:
        """Return the number of the nearest line shown beyond line `start` that is wanted; it may take its time."""
        with self._lock:
            lines = self._held.lines.copy()
            numbers: Sequence[int] = range(lines.first, lines.end)
            if self.filter is not None:
                numbers = self._rows.numbers.copy()
        if forward:
            beyond: Iterable[int] = numbers[bisect_right(numbers, start) :]
        else:
            beyond = reversed(numbers[: bisect_left(numbers, start)])
        return next((number for number in beyond if (line := lines.at(number)) is not None and wants(line)), None)

    def _between(self, first: int, end: int) -> list[LogLine]:
        held = self._held.lines
        if self.filter is None:
            return held.between(first, end)
        return [line for number in self._rows.between(first, end) if (line := held.at(number)) is not None]

    def _takes(self, sieve: LineFilter | None) -> bool:
        """Whether lines that were chosen by it, or all of them, leave out none that is to be shown now."""
        return sieve is None or sieve is self.filter

    def _add(self, lines: Sequence[LogLine], places: Sequence[int], end: int | None, numbers: list[int] | None) -> None:
        self._held.append(lines, places, end)
        if numbers is None:
            self._rows.show_all()
        else:
            self._rows.append(numbers)
        if self._held.is_full:
            self._sift()
        if self._held.is_full:
            self._held.drop_first()
            self._rows.keep(self._held.first, self._held.end)

    def _sift(self) -> None:
        """Let go of the lines that the filter hides, where the end is followed and few are shown.

        Otherwise those that are shown would be dropped for others that are not.
        """
        numbers, sieve = self._rows.numbers, self.filter
        if sieve is None or self.pinned or not self._has_end or self._held.span.start is None or len(numbers) > _FEW:
            return
        self._held.keep_only(numbers)
        self._left_out.note(sieve)
        self._rows.choose(sieve, list(range(self._held.first, self._held.end)))

    def _pack(self) -> None:
        """Pack what is not among the newest lines any more; the lock is not held meanwhile: those who draw wait for it.

        A compressor lets go of the interpreter, and gets it back when all others have had their turn.
        """
        while True:
            with self._lock:
                held = self._held.lines
                lines = held.unpacked()
            if not lines:
                return
            from cockpit.logs.chunks import pack  # the first screen needs none

            chunk = pack(lines)
            with self._lock:
                if self._held.lines is not held or not held.hold_packed(lines, chunk):
                    return  # they have been let go, or with the next ones it is tried again

    def _restart(self, place: int | None) -> None:
        self._left_out = LeftOut()
        self._held.restart(place)
        self._rows.keep(self._held.first, self._held.end)

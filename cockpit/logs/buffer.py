"""The lines of one log that are in memory, with a filter over them; fed by one thread, read by another."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import NamedTuple, Protocol

from cockpit.logs.line import LogLine
from cockpit.logs.match import SlowPatternError

CAPACITY = 20_000
CHARACTERS = 8_000_000  # so that a log of very long lines does not fill the memory
_LEAP = 1 << 40
_SLACK = 1.1  # lines are dropped in lots


class LineFilter(Protocol):
    """Chooses lines."""

    @property
    def typed(self) -> str:
        """What a person typed."""
        ...

    @property
    def slow(self) -> SlowPatternError | None:
        """Why it was given up, if it was."""
        ...

    def matches(self, text: str) -> bool:
        """Whether a line of this text may be chosen; SlowPatternError where that takes too long."""
        ...

    def wants(self, line: LogLine) -> bool:
        """Whether this line is chosen; SlowPatternError where that takes too long."""
        ...


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


class Span(NamedTuple):
    """The places in the log from which on, and up to which, the lines in memory are; None where it has no places."""

    start: int | None
    end: int | None


class LogBuffer:
    """A window of classified lines, numbered as they come; rows are the lines that the filter shows.

    It ends where the log does, and moves on with it, unless it is `pinned`: then what is read stays, and what comes is
    only counted once there is no room. Every method may be called from any thread; one thread at a time appends.
    """

    def __init__(self, capacity: int = CAPACITY, *, characters: int = CHARACTERS) -> None:
        self._capacity = capacity
        self._most_characters = characters
        self._lock = Lock()
        self._lines: list[LogLine] = []
        self._places = array("q")  # of each line in the log, where it has places
        self._span = Span(None, None)
        self._first = 0  # the number of the oldest line
        self._characters = 0
        self._filter: LineFilter | None = None
        self._rows: list[int] = []  # line numbers, with a filter only
        self._first_row = 0
        self._generation = 0
        self._ticket = 0
        self._missed = 0
        self._has_end = True
        self._sieved: LineFilter | None = None  # the filter through which lines were read from the file, if any
        self.pinned = False

    @property
    def filter(self) -> LineFilter | None:
        """The filter in force."""
        return self._filter

    @property
    def sieved(self) -> bool:
        """Whether lines were left out, when they were read, that another filter than the present one would show."""
        return self._sieved is not None

    @property
    def span(self) -> Span:
        """Which part of the log is in memory."""
        return self._span

    @property
    def extent(self) -> Extent:
        """Which rows there are now."""
        with self._lock:
            first, count = (
                (self._first, len(self._lines)) if self._filter is None else (self._first_row, len(self._rows))
            )
            return Extent(first, first + count, len(self._lines), self._generation, self._missed, self._has_end)

    def append(self, lines: Sequence[LogLine], places: Sequence[int] = (), end: int | None = None) -> None:
        """Add the log's next lines, dropping the oldest beyond the capacity; `end` is the place after them."""
        # Looked at before the lock is taken: those who draw wait for it.
        chosen_by, number = self._filter, self._first + len(self._lines)
        rows = _matching_or_none(chosen_by, lines, number)
        with self._lock:
            if not self._has_end or (self.pinned and places and self._is_full()):
                self._has_end = False
                self._missed += len(lines)
                return
            if self._filter is not chosen_by or number != self._first + len(self._lines):
                rows = _matching_or_none(self._filter, lines, self._first + len(self._lines))
            self._add(lines, places, end, rows)
            if self._is_full():
                self._drop_first()

    def skip(self, count: int, place: int | None) -> None:
        """Let so many lines go by unread, up to a place: what is here is let go, or kept and not added to."""
        with self._lock:
            if self.pinned or not self._has_end:
                self._has_end = False
                self._missed += count
            else:
                self._clear()
                self._span = Span(place, place)

    def append_chosen(
        self, lines: Sequence[LogLine], places: Sequence[int], end: int, *, sieve: LineFilter | None
    ) -> None:
        """Add what `sieve` chose among the log's next lines, up to `end`; the others are in the file only."""
        with self._lock:
            if sieve is self._filter and self._has_end:
                self._sieved = sieve
        self.append(lines, places, end)

    def extend(self, lines: Sequence[LogLine], places: Sequence[int], end: int, *, sieve: LineFilter | None) -> None:
        """Add lines that come after these from the file, up to `end`; `sieve` is what chose them, if anything did."""
        with self._lock:
            if self._has_end:
                return
            self._sieved = sieve or self._sieved
            rows = _matching_or_none(self._filter, lines, self._first + len(self._lines))
            self._add(lines, places, end, rows)
            if self._is_full():
                self._drop_first()

    def prepend(
        self, lines: Sequence[LogLine], places: Sequence[int], start: int, *, sieve: LineFilter | None,
        before: int | None = None,
    ) -> None:  # fmt: skip
        """Put the lines before these, from the file; without room for both the newest are let go.

        Where they are to stand `before` a place, and these do not begin there any more, they are left out.
        """
        with self._lock:
            if before is not None and before != self._span.start:
                return
            self._sieved = sieve or self._sieved
            self._first -= len(lines)
            rows = _matching_or_none(self._filter, lines, self._first)
            self._lines[:0] = lines
            self._places[:0] = array("q", places)
            self._span = Span(start, self._span.end)
            self._characters += sum(len(line.text) for line in lines)
            if rows is None:
                self._show_all()
            else:
                self._rows[:0] = rows
                self._first_row -= len(rows)
            if self._is_full():
                self._drop_last()

    def replace(
        self, lines: Sequence[LogLine], places: Sequence[int], span: Span, *, has_end: bool,
        sieve: LineFilter | None = None,
    ) -> None:  # fmt: skip
        """Hold these lines instead: another part of the log."""
        with self._lock:
            self._clear()
            self._has_end, self._missed, self._sieved = has_end, 0, sieve
            self._span = Span(span.start, span.start)
            self._generation += 1
            self._add(lines, places, span.end, _matching_or_none(self._filter, lines, self._first))

    def set_filter(self, text_filter: LineFilter | None) -> bool:
        """Show only matching lines, all with None; False where another filter was set meanwhile.

        A filter that turns out to be too slow, now or with lines to come, is taken off again: its `slow` tells.
        It looks at every line: call it from a thread that may take its time. The lock is not held while it looks.
        """
        with self._lock:
            self._ticket += 1
            ticket, lines, first = self._ticket, self._lines.copy(), self._first
        rows = _matching_or_none(text_filter, lines, first)
        with self._lock:
            if ticket != self._ticket:
                return False
            if first > self._first:  # earlier lines have come meanwhile
                rows = _matching_or_none(text_filter, self._lines, self._first)
                lines, first = self._lines, self._first
            looked_at = max(first + len(lines), self._first)
            more = _matching_or_none(text_filter, self._lines[looked_at - self._first :], looked_at)
            if rows is None or more is None:
                self._show_all()
                return True
            rows += more
            self._filter, self._rows, self._first_row = text_filter, rows[bisect_left(rows, self._first) :], 0
            self._generation += 1
            return True

    def line_at(self, row: int) -> tuple[int, LogLine] | None:
        """Return the number and the line in a row; None where there is none, or not any more."""
        with self._lock:
            number = self._number(row)
            return None if number is None else (number, self._lines[number - self._first])

    def lines_between(self, first: int, end: int) -> list[LogLine]:
        """Return the lines in the rows from `first` up to `end`, as far as they are there."""
        with self._lock:
            if self._filter is None:
                return self._lines[max(first - self._first, 0) : max(end - self._first, 0)]
            numbers = self._rows[max(first - self._first_row, 0) : max(end - self._first_row, 0)]
            return [self._lines[number - self._first] for number in numbers]

    def row_of(self, number: int) -> int:
        """Return the row of a line, or of the next one that is shown."""
        with self._lock:
            return number if self._filter is None else self._first_row + bisect_left(self._rows, number)

    def place_of(self, number: int) -> int | None:
        """Return the place of a line in the log; None where it is not in memory or the log has no places."""
        with self._lock:
            index = number - self._first
            return self._places[index] if 0 <= index < len(self._places) else None

    def number_of(self, place: int) -> int | None:
        """Return the number of the line that starts at a place; None where it is not in memory."""
        with self._lock:
            index = bisect_left(self._places, place)
            return self._first + index if index < len(self._places) and self._places[index] == place else None

    def search(self, wants: Callable[[LogLine], bool], start: int, *, forward: bool = True) -> int | None:
        """Return the number of the nearest line shown beyond line `start` that is wanted; it may take its time."""
        with self._lock:
            lines, first = self._lines.copy(), self._first
            numbers: Sequence[int] = range(first, first + len(lines)) if self._filter is None else self._rows.copy()
        if forward:
            beyond: Iterable[int] = numbers[bisect_right(numbers, start) :]
        else:
            beyond = reversed(numbers[: bisect_left(numbers, start)])
        return next((number for number in beyond if wants(lines[number - first])), None)

    def _add(self, lines: Sequence[LogLine], places: Sequence[int], end: int | None, rows: list[int] | None) -> None:
        self._characters += sum(len(line.text) for line in lines)
        self._lines += lines
        if places:
            self._places.extend(places)
            self._span = Span(places[0] if self._span.start is None else self._span.start, end)
        elif end is not None:
            self._span = Span(self._span.start, end)
        if rows is None:
            self._show_all()
        else:
            self._rows += rows

    def _show_all(self) -> None:
        self._filter, self._rows, self._first_row = None, [], 0
        self._generation += 1

    def _number(self, row: int) -> int | None:
        if self._filter is None:
            return row if self._first <= row < self._first + len(self._lines) else None
        index = row - self._first_row
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _is_full(self) -> bool:
        return len(self._lines) > self._capacity * _SLACK or self._characters > self._most_characters * _SLACK

    def _clear(self) -> None:
        """Let every line go; numbers go on so far ahead that those before the next lines have never been used."""
        self._drop_count(len(self._lines))
        self._first += _LEAP

    def _drop_first(self) -> None:
        self._drop_count(self._surplus(self._lines))

    def _drop_count(self, count: int) -> None:
        self._characters -= sum(len(line.text) for line in self._lines[:count])
        del self._lines[:count]
        if self._places:
            del self._places[:count]
            self._span = Span(self._places[0] if self._places else self._span.end, self._span.end)
        self._first += count
        hidden = bisect_left(self._rows, self._first)
        del self._rows[:hidden]
        self._first_row += hidden

    def _drop_last(self) -> None:
        count = self._surplus(self._lines[::-1])
        if not count:
            return
        kept = len(self._lines) - count
        self._characters -= sum(len(line.text) for line in self._lines[kept:])
        self._missed += count if self._has_end else 0
        self._has_end = False
        self._span = Span(self._span.start, self._places[kept])
        del self._lines[kept:]
        del self._places[kept:]
        del self._rows[bisect_left(self._rows, self._first + kept) :]

    def _surplus(self, lines: Sequence[LogLine]) -> int:
        """How many of these, from the first on, are too many."""
        count = max(len(lines) - self._capacity, 0)
        characters = self._characters - sum(len(line.text) for line in lines[:count])
        while characters > self._most_characters and count < len(lines) - 1:
            characters -= len(lines[count].text)
            count += 1
        return count


def _matching_or_none(line_filter: LineFilter | None, lines: Iterable[LogLine], first: int) -> list[int] | None:
    """The numbers of the lines that the filter chooses, none without one; None where it is too slow."""
    if line_filter is None:
        return []
    wants = line_filter.wants
    try:
        return [number for number, line in enumerate(lines, start=first) if wants(line)]
    except SlowPatternError:
        return None

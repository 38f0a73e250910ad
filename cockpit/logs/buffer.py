"""The newest lines of one log, with a filter over them; fed by one thread, read by another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import NamedTuple

from cockpit.logs.line import LogLine
from cockpit.logs.match import SlowPatternError, TextFilter

CAPACITY = 50_000
CHARACTERS = 32_000_000  # so that a log of very long lines does not fill the memory
_SLACK = 1.1  # lines are dropped in lots


class Extent(NamedTuple):
    """Which rows there are: from `first` up to `end`. A new filter starts a new `generation`, whose rows count from 0.

    Rows keep their numbers while the oldest are dropped. `lines` counts those that the filter hides too.
    """

    first: int
    end: int
    lines: int
    generation: int


class LogBuffer:
    """A ring of classified lines, numbered from 0 on as they come; rows are the lines that the filter shows.

    Every method may be called from any thread; one thread at a time appends.
    """

    def __init__(self, capacity: int = CAPACITY, *, characters: int = CHARACTERS) -> None:
        self._capacity = capacity
        self._most_characters = characters
        self._lock = Lock()
        self._lines: list[LogLine] = []
        self._first = 0  # the number of the oldest line
        self._characters = 0
        self._errors: list[int] = []
        self._filter: TextFilter | None = None
        self._rows: list[int] = []  # line numbers, with a filter only
        self._first_row = 0
        self._generation = 0
        self._ticket = 0

    @property
    def filter(self) -> TextFilter | None:
        """The filter in force."""
        return self._filter

    @property
    def extent(self) -> Extent:
        """Which rows there are now."""
        with self._lock:
            if self._filter is None:
                return Extent(self._first, self._first + len(self._lines), len(self._lines), self._generation)
            return Extent(self._first_row, self._first_row + len(self._rows), len(self._lines), self._generation)

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add the next lines, dropping the oldest beyond the capacity."""
        # Looked at before the lock is taken: those who draw wait for it.
        chosen_by, number = self._filter, self._first + len(self._lines)
        rows = self._matching_or_none(chosen_by, lines, number)
        with self._lock:
            for offset, line in enumerate(lines):
                self._characters += len(line.text)
                if line.is_error:
                    self._errors.append(number + offset)
            self._lines += lines
            if self._filter is not chosen_by:
                rows = self._matching_or_none(self._filter, lines, number)
            if rows is None:
                self._show_all()
            else:
                self._rows += rows
            if len(self._lines) > self._capacity * _SLACK or self._characters > self._most_characters * _SLACK:
                self._drop()

    def set_filter(self, text_filter: TextFilter | None) -> bool:
        """Show only matching lines, all with None; False where another filter was set meanwhile.

        A filter that turns out to be too slow, now or with lines to come, is taken off again: its `slow` tells.
        It looks at every line: call it from a thread that may take its time. The lock is not held while it looks.
        """
        with self._lock:
            self._ticket += 1
            ticket, lines, first = self._ticket, self._lines.copy(), self._first
        rows = self._matching_or_none(text_filter, lines, first)
        with self._lock:
            if ticket != self._ticket:
                return False
            looked_at = max(first + len(lines), self._first)
            more = self._matching_or_none(text_filter, self._lines[looked_at - self._first :], looked_at)
            if rows is None or more is None:
                self._show_all()
                return True
            rows += more
            self._filter, self._rows, self._first_row = text_filter, rows[bisect_left(rows, self._first) :], 0
            self._generation += 1
            return True

    def _show_all(self) -> None:
        self._filter, self._rows, self._first_row = None, [], 0
        self._generation += 1

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

    def next_error(self, after: int) -> int | None:
        """Return the number of the first error shown after line `after`."""
        with self._lock:
            return self._first_shown(self._errors[bisect_right(self._errors, after) :])

    def previous_error(self, before: int) -> int | None:
        """Return the number of the last error shown before line `before`."""
        with self._lock:
            return self._first_shown(reversed(self._errors[: bisect_left(self._errors, before)]))

    def search(self, wanted: TextFilter, start: int, *, forward: bool = True) -> int | None:
        """Return the number of the nearest line shown beyond line `start` that matches; it may take its time."""
        with self._lock:
            lines, first = self._lines.copy(), self._first
            numbers: Sequence[int] = range(first, first + len(lines)) if self._filter is None else self._rows.copy()
        if forward:
            beyond: Iterable[int] = numbers[bisect_right(numbers, start) :]
        else:
            beyond = reversed(numbers[: bisect_left(numbers, start)])
        return next((number for number in beyond if wanted.matches(lines[number - first].text)), None)

    @staticmethod
    def _matching_or_none(text_filter: TextFilter | None, lines: Iterable[LogLine], first: int) -> list[int] | None:
        """The numbers of the lines that the filter chooses, none without one; None where it is too slow."""
        if text_filter is None:
            return []
        matches = text_filter.matches
        try:
            return [number for number, line in enumerate(lines, start=first) if matches(line.text)]
        except SlowPatternError:
            return None

    def _number(self, row: int) -> int | None:
        if self._filter is None:
            return row if self._first <= row < self._first + len(self._lines) else None
        index = row - self._first_row
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _first_shown(self, numbers: Iterable[int]) -> int | None:
        for number in numbers:
            if self._filter is None:
                return number
            index = bisect_left(self._rows, number)
            if index < len(self._rows) and self._rows[index] == number:
                return number
        return None

    def _drop(self) -> None:
        count = max(len(self._lines) - self._capacity, 0)
        self._characters -= sum(len(line.text) for line in self._lines[:count])
        while self._characters > self._most_characters and count < len(self._lines) - 1:
            self._characters -= len(self._lines[count].text)
            count += 1
        del self._lines[:count]
        self._first += count
        del self._errors[: bisect_left(self._errors, self._first)]
        hidden = bisect_left(self._rows, self._first)
        del self._rows[:hidden]
        self._first_row += hidden

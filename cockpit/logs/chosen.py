"""Which of a log's lines a filter shows, and how their rows are numbered."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Protocol

from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import SlowPatternError


class LineFilter(Protocol):
    """Chooses lines."""

    @property
    def typed(self) -> str:
        """What a person typed."""
        ...

    @property
    def minimum(self) -> Level:
        """The least level of what it chooses."""
        ...

    @property
    def text_only(self) -> bool:
        """Whether the text of a line alone decides."""
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


def matching_or_none(line_filter: LineFilter | None, lines: Iterable[LogLine], first: int) -> list[int] | None:
    """Return the numbers of the lines that a filter chooses, none without one; None where it is too slow."""
    if line_filter is None:
        return []
    wants = line_filter.wants
    try:
        return [number for number, line in enumerate(lines, start=first) if wants(line)]
    except SlowPatternError:
        return None


class LeftOut:
    """Which lines between those in memory are in the file only: what the filters they were read through passed over."""

    def __init__(self) -> None:
        self._sieves: list[LineFilter] = []
        self._is_partial = False  # whether even those filters have not looked at all

    @property
    def is_any(self) -> bool:
        """Whether there may be such lines."""
        return bool(self._sieves)

    def note(self, sieve: LineFilter | None, *, is_partial: bool = False) -> None:
        """Take note that lines were read through a filter, or all of them; it `is_partial` where it missed some."""
        if sieve is not None and not any(noted is sieve for noted in self._sieves):
            self._sieves.append(sieve)
        self._is_partial = self._is_partial or is_partial

    def may_matter_to(self, line_filter: LineFilter | None) -> bool:
        """Whether there may be such lines that this filter shows."""
        return self._is_partial or any(sieve is not line_filter for sieve in self._sieves)


class ChosenRows:
    """The numbers of the lines that `filter` shows, row by row; without one every line is a row, by its own number.

    A new filter starts a new `generation`, whose rows count from 0.
    """

    def __init__(self) -> None:
        self.filter: LineFilter | None = None
        self.numbers: list[int] = []
        self.generation = 0
        self._first = 0

    def show_all(self) -> None:
        """Show every line."""
        self.filter, self.numbers, self._first = None, [], 0
        self.generation += 1

    def choose(self, line_filter: LineFilter | None, numbers: list[int]) -> None:
        """Show the lines of these numbers, which a filter has chosen."""
        self.filter, self.numbers, self._first = line_filter, numbers, 0
        self.generation += 1

    def append(self, numbers: list[int]) -> None:
        """Add what was chosen among lines that come after these."""
        self.numbers += numbers

    def prepend(self, numbers: list[int]) -> None:
        """Put what was chosen before these."""
        self.numbers[:0] = numbers
        self._first -= len(numbers)

    def keep(self, first: int, end: int) -> None:
        """Keep only lines from number `first` up to `end`."""
        hidden = bisect_left(self.numbers, first)
        del self.numbers[:hidden]
        self._first += hidden
        del self.numbers[bisect_left(self.numbers, end) :]

    def extent(self, first: int, end: int) -> tuple[int, int]:
        """Return the rows of the lines from number `first` up to `end`."""
        return (first, end) if self.filter is None else (self._first, self._first + len(self.numbers))

    def number(self, row: int) -> int | None:
        """Return the number of the line in a row; None where the filter shows none there."""
        if self.filter is None:
            return row
        index = row - self._first
        return self.numbers[index] if 0 <= index < len(self.numbers) else None

    def between(self, first: int, end: int) -> list[int]:
        """Return the numbers of the lines in the rows from `first` up to `end`, with a filter."""
        return self.numbers[max(first - self._first, 0) : max(end - self._first, 0)]

    def row_of(self, number: int) -> int:
        """Return the row of a line, or of the next one that is shown."""
        return number if self.filter is None else self._first + bisect_left(self.numbers, number)

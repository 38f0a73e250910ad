"""The lines of one log that are in memory, numbered as they come, and where in the log they stand."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from cockpit.logs.line import LogLine

_LEAP = 1 << 40
_SLACK = 1.1  # lines are dropped in lots


class Span(NamedTuple):
    """The places in the log from which on, and up to which, the lines in memory are; None where it has no places."""

    start: int | None
    end: int | None


class HeldLines:
    """Up to `capacity` lines, of `characters` together: a log of very long lines does not fill the memory.

    Lines keep their numbers while the oldest are dropped, and count on below 0 where earlier ones are put before them.
    """

    def __init__(self, capacity: int, characters: int) -> None:
        self._capacity = capacity
        self._most_characters = characters
        self._characters = 0
        self._places = array("q")  # of each line in the log, where it has places
        self.lines: list[LogLine] = []
        self.first = 0  # the number of the oldest line
        self.span = Span(None, None)

    @property
    def end(self) -> int:
        """The number of the next line to come."""
        return self.first + len(self.lines)

    @property
    def is_full(self) -> bool:
        """Whether it is time to drop lines."""
        return len(self.lines) > self._capacity * _SLACK or self._characters > self._most_characters * _SLACK

    def append(self, lines: Sequence[LogLine], places: Sequence[int], end: int | None) -> None:
        """Add the next lines; `end` is the place after them."""
        self._characters += sum(len(line.text) for line in lines)
        self.lines += lines
        if places:
            self._places.extend(places)
            self.span = Span(places[0] if self.span.start is None else self.span.start, end)
        elif end is not None:
            self.span = Span(self.span.start, end)

    def prepend(self, lines: Sequence[LogLine], places: Sequence[int], start: int) -> None:
        """Put lines before these, from the place `start` on."""
        self.first -= len(lines)
        self.lines[:0] = lines
        self._places[:0] = array("q", places)
        self.span = Span(start, self.span.end)
        self._characters += sum(len(line.text) for line in lines)

    def restart(self, start: int | None) -> None:
        """Let every line go and go on at a place; numbers leap so far ahead that no next line has an old one."""
        self._drop(len(self.lines))
        self.first += _LEAP
        self.span = Span(start, start)

    def drop_first(self) -> None:
        """Let go of the oldest lines that are too many."""
        self._drop(self._surplus(self.lines))

    def drop_last(self) -> int:
        """Let go of the newest lines that are too many; how many those were."""
        count = self._surplus(self.lines[::-1])
        if count:
            kept = len(self.lines) - count
            self._characters -= sum(len(line.text) for line in self.lines[kept:])
            self.span = Span(self.span.start, self._places[kept])
            del self.lines[kept:]
            del self._places[kept:]
        return count

    def at(self, number: int) -> LogLine | None:
        """Return the line of a number; None where it is not here, or not any more."""
        index = number - self.first
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def between(self, first: int, end: int) -> list[LogLine]:
        """Return the lines from number `first` up to `end`, as far as they are here."""
        return self.lines[max(first - self.first, 0) : max(end - self.first, 0)]

    def place_of(self, number: int) -> int | None:
        """Return the place of a line in the log; None where it is not here or the log has no places."""
        index = number - self.first
        return self._places[index] if 0 <= index < len(self._places) else None

    def number_of(self, place: int) -> int | None:
        """Return the number of the line that starts at a place; None where it is not here."""
        index = bisect_left(self._places, place)
        return self.first + index if index < len(self._places) and self._places[index] == place else None

    def _drop(self, count: int) -> None:
        self._characters -= sum(len(line.text) for line in self.lines[:count])
        del self.lines[:count]
        if self._places:
            del self._places[:count]
            self.span = Span(self._places[0] if self._places else self.span.end, self.span.end)
        self.first += count

    def _surplus(self, lines: Sequence[LogLine]) -> int:
        """How many of these, from the first on, are too many."""
        count = max(len(lines) - self._capacity, 0)
        characters = self._characters - sum(len(line.text) for line in lines[:count])
        while characters > self._most_characters and count < len(lines) - 1:
            characters -= len(lines[count].text)
            count += 1
        return count

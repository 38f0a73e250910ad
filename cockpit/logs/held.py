"""The lines of one log that are in memory, numbered as they come, and where in the log they stand."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cockpit.logs.line import LogLine

if TYPE_CHECKING:
    from cockpit.logs.chunks import Chunk

_LEAP = 1 << 40
_SLACK = 1.1  # lines are dropped in lots
_CHUNK = 256  # lines that are packed together; so many of the newest at least are at hand, for those who draw
_ASKED = 512  # packed lines that stay at hand after somebody asked for them: more than stand on any screen


class Span(NamedTuple):
    """The places in the log from which on, and up to which, the lines in memory are; None where it has no places."""

    start: int | None
    end: int | None


class PackedLines:
    """Lines from number `first` up to `end`: the newest as they are, all others packed by the chunk.

    A log that fills the memory with lines one by one, lets go of them and fills it again leaves it in pieces.
    """

    def __init__(self, first: int = 0) -> None:
        self.first = self.end = first
        self._chunks: list[Chunk] = []
        self._begins: list[int] = []  # the number of each chunk's first line, also where that is dropped already
        self._newest: list[LogLine] = []
        self._opened: tuple[int, Sequence[LogLine]] = (first, ())  # the chunk looked into last, and where it begins
        self._asked: dict[int, LogLine] = {}

    def __len__(self) -> int:
        return self.end - self.first

    def __iter__(self) -> Iterator[LogLine]:
        for begin, chunk in zip(self._begins, self._chunks, strict=True):
            yield from chunk.lines()[max(self.first - begin, 0) :]
        yield from self._newest

    def __reversed__(self) -> Iterator[LogLine]:
        yield from reversed(self._newest)
        for begin, chunk in zip(reversed(self._begins), reversed(self._chunks), strict=True):
            yield from reversed(chunk.lines()[max(self.first - begin, 0) :])

    def copy(self) -> PackedLines:
        """Return the same lines, which stay the same."""
        copied = PackedLines(self.first)
        copied.end = self.end
        copied._chunks, copied._begins = self._chunks.copy(), self._begins.copy()
        copied._newest = self._newest.copy()
        return copied

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add the next lines, as they are."""
        self._newest += lines
        self.end += len(lines)

    def unpacked(self) -> list[LogLine]:
        """Return so many of the lines that are not packed, from the oldest on, as are to be packed together next."""
        return self._newest[:_CHUNK] if len(self._newest) >= 2 * _CHUNK else []

    def hold_packed(self, lines: Sequence[LogLine], chunk: Chunk) -> bool:
        """Hold those `unpacked` lines as a chunk; False where they are not the next ones any more."""
        newest = self._newest
        if len(newest) < len(lines) or newest[len(lines) - 1] is not lines[-1]:
            return False
        self._chunks.append(chunk)
        self._begins.append(self._newest_begin)
        del newest[: len(lines)]
        return True

    def prepend(self, lines: Sequence[LogLine]) -> None:
        """Put lines before these."""
        self._forget()
        if self._begins and self._begins[0] < self.first:
            self._cut_first_chunk()
        self.first -= len(lines)
        self._pack(0, lines, self.first)

    def drop_first(self, count: int) -> None:
        """Let go of the oldest lines."""
        self.first += count
        gone = bisect_right(self._begins, self.first) - 1 if self.first < self._newest_begin else len(self._begins)
        if gone > 0:
            del self._begins[:gone]
            del self._chunks[:gone]
        del self._newest[: max(self.first - self._newest_begin, 0)]

    def drop_last(self, count: int) -> None:
        """Let go of the newest lines."""
        self._forget()
        kept = max(len(self._newest) - count, 0)
        del self._newest[kept:]
        self.end -= count
        while self._begins and self._begins[-1] >= self.end:
            del self._begins[-1], self._chunks[-1]
        if self._begins and not self._newest:
            begin, last = self._begins.pop(), self._chunks.pop()
            self._pack(len(self._chunks), last.lines()[: self.end - begin], begin)

    def at(self, number: int) -> LogLine | None:
        """Return the line of a number; None where it is not here, or not any more."""
        if not self.first <= number < self.end:
            return None
        newest = number - self._newest_begin
        if newest >= 0:
            return self._newest[newest]
        begin, lines = self._opened
        if begin <= number < begin + len(lines):
            line = lines[number - begin]
        elif (asked := self._asked.get(number)) is not None:
            return asked
        else:
            index = bisect_right(self._begins, number) - 1
            begin, lines = self._opened = self._begins[index], self._chunks[index].lines()
            line = lines[number - begin]
        if len(self._asked) >= _ASKED:
            self._asked.clear()
        self._asked[number] = line
        return line

    def between(self, first: int, end: int) -> list[LogLine]:
        """Return the lines from number `first` up to `end`, as far as they are here."""
        first, end = max(first, self.first), min(end, self.end)
        found: list[LogLine] = []
        for index in range(max(bisect_right(self._begins, first) - 1, 0), bisect_left(self._begins, end)):
            begin = self._begins[index]
            if begin != self._opened[0] or not self._opened[1]:
                self._opened = begin, self._chunks[index].lines()
            found += self._opened[1][max(first - begin, 0) : max(end - begin, 0)]
        begin = self._newest_begin
        return found + self._newest[max(first - begin, 0) : max(end - begin, 0)]

    def characters_between(self, first: int, end: int) -> int:
        """Return how many characters the lines from number `first` up to `end` have."""
        count = 0
        for begin, chunk in zip(self._begins, self._chunks, strict=True):
            if first <= begin and begin + chunk.count <= end:
                count += chunk.characters
            elif begin < end and begin + chunk.count > first:
                count += sum(len(line.text) for line in chunk.lines()[max(first - begin, 0) : end - begin])
        begin = self._newest_begin
        return count + sum(len(line.text) for line in self._newest[max(first - begin, 0) : max(end - begin, 0)])

    @property
    def _newest_begin(self) -> int:
        return self.end - len(self._newest)

    def _forget(self) -> None:
        """Look into chunks anew: other lines may come under numbers that were used before."""
        self._asked.clear()
        self._opened = (self.first, ())

    def _pack(self, index: int, lines: Sequence[LogLine], begin: int) -> None:
        from cockpit.logs.chunks import pack  # the first screen needs none

        cuts = range(0, len(lines), _CHUNK)
        self._chunks[index:index] = [pack(lines[cut : cut + _CHUNK]) for cut in cuts]
        self._begins[index:index] = [begin + cut for cut in cuts]

    def _cut_first_chunk(self) -> None:
        lines = self._chunks.pop(0).lines()[self.first - self._begins.pop(0) :]
        self._pack(0, lines, self.first)


class HeldLines:
    """Up to `capacity` lines, of `characters` together: a log of very long lines does not fill the memory.

    Lines keep their numbers while the oldest are dropped, and count on below 0 where earlier ones are put before them.
    """

    def __init__(self, capacity: int, characters: int) -> None:
        self._capacity = capacity
        self._most_characters = characters
        self._characters = 0
        self._places = array("q")  # of each line in the log, where it has places
        self.lines = PackedLines()
        self.span = Span(None, None)

    @property
    def first(self) -> int:
        """The number of the oldest line."""
        return self.lines.first

    @property
    def end(self) -> int:
        """The number of the next line to come."""
        return self.lines.end

    @property
    def is_full(self) -> bool:
        """Whether it is time to drop lines."""
        return len(self.lines) > self._capacity * _SLACK or self._characters > self._most_characters * _SLACK

    def has_room_for(self, lines: Sequence[LogLine]) -> bool:
        """Whether none need be dropped once these are added."""
        characters = self._characters + sum(len(line.text) for line in lines)
        return len(self.lines) + len(lines) <= self._capacity * _SLACK and characters <= self._most_characters * _SLACK

    def fitting(self, lines: Sequence[LogLine]) -> int:
        """Return for how many of these, from the last one on, there is room."""
        count, characters = 0, self._characters
        for line in islice(reversed(lines), max(self._capacity - len(self.lines), 0)):
            characters += len(line.text)
            if characters > self._most_characters:
                break
            count += 1
        return count

    def append(self, lines: Sequence[LogLine], places: Sequence[int], end: int | None) -> None:
        """Add the next lines; `end` is the place after them.

        Where a slow writer still writes to a file that was rotated away, they count as standing with what came last.
        """
        self._characters += sum(len(line.text) for line in lines)
        self.lines.append(lines)
        last, most = self._places[-1] if self._places else self.span.start, self.span.end
        if last is not None and places and places[0] < last:
            places = [max(place, last) for place in places]
        if end is not None and most is not None:
            end = max(end, most)
        if places:
            self._places.extend(places)
            self.span = Span(places[0] if self.span.start is None else self.span.start, end)
        elif end is not None:
            self.span = Span(self.span.start, end)

    def prepend(self, lines: Sequence[LogLine], places: Sequence[int], start: int) -> None:
        """Put lines before these, from the place `start` on."""
        self.lines.prepend(lines)
        self._places[:0] = array("q", places)
        self.span = Span(start, self.span.end)
        self._characters += sum(len(line.text) for line in lines)

    def restart(self, start: int | None) -> None:
        """Let every line go and go on at a place; numbers leap so far ahead that no next line has an old one."""
        self.lines = PackedLines(self.end + _LEAP)
        self._characters = 0
        self._places = array("q")
        self.span = Span(start, start)

    def keep_only(self, numbers: Sequence[int]) -> None:
        """Let every line go but those of these numbers, in order; they get others."""
        lines = [line for number in numbers if (line := self.lines.at(number)) is not None]
        places = [place for number in numbers if (place := self.place_of(number)) is not None]
        start, end = self.span
        self.restart(start)
        self.append(lines, places, end)

    def drop_first(self) -> None:
        """Let go of the oldest lines that are too many."""
        first, count = self.first, max(len(self.lines) - self._capacity, 0)
        characters = self._characters - self.lines.characters_between(first, first + count)
        if characters > self._most_characters:
            count, characters = self._surplus(islice(self.lines, count, None), count, characters)
        self._characters = characters
        self.lines.drop_first(count)
        if self._places:
            del self._places[:count]
            self.span = Span(self._places[0] if self._places else self.span.end, self.span.end)

    def drop_last(self) -> int:
        """Let go of the newest lines that are too many; how many those were."""
        end, count = self.end, max(len(self.lines) - self._capacity, 0)
        characters = self._characters - self.lines.characters_between(end - count, end)
        if characters > self._most_characters:
            count, characters = self._surplus(islice(reversed(self.lines), count, None), count, characters)
        if count:
            self._characters = characters
            self.span = Span(self.span.start, self._places[-count])
            self.lines.drop_last(count)
            del self._places[-count:]
        return count

    def place_of(self, number: int) -> int | None:
        """Return the place of a line in the log; None where it is not here or the log has no places."""
        index = number - self.first
        return self._places[index] if 0 <= index < len(self._places) else None

    def number_of(self, place: int) -> int | None:
        """Return the number of the line that starts at a place; None where it is not here."""
        index = bisect_left(self._places, place)
        return self.first + index if index < len(self._places) and self._places[index] == place else None

    def number_from(self, place: int) -> int | None:
        """Return the number of the first line that starts at or after a place; None where that is not here."""
        start, end = self.span
        if start is None or end is None or not start <= place < end:
            return None
        index = bisect_left(self._places, place)
        return self.first + index if index < len(self._places) else None

    def _surplus(self, lines: Iterator[LogLine], count: int, characters: int) -> tuple[int, int]:
        """Return how many lines are too many, if `count` are and these come next, and the characters of the others."""
        for line in lines:
            if characters <= self._most_characters or count >= len(self.lines) - 1:
                break
            count += 1
            characters -= len(line.text)
        return count, characters

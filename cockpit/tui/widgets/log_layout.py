"""Which part of which line of a log stands in a row of the screen: a line a row, or long lines folded into several."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate, islice
from typing import NamedTuple

from cockpit.logs.buffer import Extent, LogBuffer
from cockpit.logs.line import LogLine

_NARROWEST = 8  # columns: a pane of less shows every line in one row
_NEAR = 250  # lines on either side of those in view, which are folded at once: more than stand on any screen


class Place(NamedTuple):
    """A line by its number, and which of its rows this is."""

    number: int
    line: LogLine
    part: int


class LogLayout:
    """Rows of the screen, which keep their numbers while the oldest lines are dropped.

    Without folding they are the buffer's rows. With it, `ends` remembers for each of these where its last row is: eight
    bytes a line. `rows_of` says how many rows a line takes at a width. Folding begins around a row: the lines far from
    it stand in one row each until `measure` has come to them.
    """

    def __init__(self, buffer: LogBuffer, rows_of: Callable[[LogLine, int], int]) -> None:
        self._buffer = buffer
        self._rows_of = rows_of
        self._extent = Extent(0, 0, 0, 0)
        self._width = 0
        self._known_first = 0  # the buffer's row that the first of `ends` is about
        self._ends = array("q")
        self._before = 0  # where the row before those of `ends` has its last one
        self._measured = (0, 0)  # the buffer's rows from which on, and up to which, `ends` is true
        self._is_new = False
        self.folds = False

    @property
    def is_whole(self) -> bool:
        """Whether every line has been measured."""
        low, high = self._measured
        return not self.folds or (low <= self._extent.first and high >= self._extent.end)

    @property
    def first(self) -> int:
        """The first row there is."""
        return self._start(self._extent.first) if self.folds else self._extent.first

    @property
    def end(self) -> int:
        """The row after the last."""
        return self._start(self._extent.end) if self.folds else self._extent.end

    def take_in(self, extent: Extent, width: int, *, around: int | None = None) -> bool:
        """Lay out what the buffer holds now; True where the rows are counted anew.

        Then only the lines near the buffer's row `around` are measured, if one is given.
        """
        anew = self._is_new or extent.generation != self._extent.generation
        self._extent, self._is_new = extent, False
        if not self.folds:
            return anew
        if anew or width != self._width or not 0 <= extent.first - self._known_first <= len(self._ends):
            self._forget(width, extent.first)
            anew = True
        self._drop(extent.first)
        del self._ends[max(extent.end - self._known_first, 0) :]
        self._measured = min(self._measured[0], extent.end), min(self._measured[1], extent.end)
        if anew and around is not None:
            self._begin_around(min(max(around, extent.first), extent.end))
        else:
            self._append()
        return anew

    def measure(self, count: int) -> None:
        """Measure so many lines more above those that are measured, and below them; rows far away are shifted by it."""
        low, high = self._measured
        self._grow_to(max(low - count, self._extent.first), min(high + count, self._extent.end))

    def _begin_around(self, row: int) -> None:
        first, end = self._extent.first, self._extent.end
        self._ends = array("q", range(self._before + 1, self._before + 1 + end - first))
        self._measured = row, row
        self._grow_to(max(row - _NEAR, first), min(row + _NEAR, end))

    def _append(self) -> None:
        low, high = self._measured
        known = self._known_first + len(self._ends)
        start = self._ends[-1] if self._ends else self._before
        self._ends.extend(islice(accumulate(self._counts(known, self._extent.end), initial=start), 1, None))
        # Between what was measured first and what is new now there may be lines that were not.
        self._measured = low, self._extent.end if high >= known else high

    def _grow_to(self, low: int, high: int) -> None:
        known_low, known_high = self._measured
        self._put(known_high, high)
        self._put(low, known_low)
        self._measured = low, high

    def _put(self, low: int, high: int) -> None:
        """Write where these rows of the buffer end, and let all after them make room."""
        if low >= high:
            return
        ends, begin, end = self._ends, low - self._known_first, high - self._known_first
        before = self._start(low)
        measured = array("q", islice(accumulate(self._counts(low, high), initial=before), 1, None))
        shift = measured[-1] - ends[end - 1]
        ends[begin:end] = measured
        if shift:
            ends[end:] = array("q", [each + shift for each in ends[end:]])

    def _counts(self, low: int, high: int) -> list[int]:
        """Return how many rows each line takes, from one row of the buffer up to another."""
        if self._width < _NARROWEST:
            return [1] * (high - low)
        counts = [self._rows_of(line, self._width) for line in self._buffer.lines_between(low, high)]
        return [1] * (high - low - len(counts)) + counts  # the oldest may be gone since the extent was asked for

    def fold(self, folds: bool) -> None:
        """Fold long lines, or do not; the next `take_in` counts anew."""
        self.folds, self._is_new = folds, True
        self._forget(0, self._extent.first)

    def find(self, row: int) -> Place | None:
        """Return what stands in a row."""
        part = 0
        if self.folds:
            index = bisect_right(self._ends, row)
            part = row - (self._ends[index - 1] if index else self._before)
            row = self._known_first + index
        found = self._buffer.line_at(row)
        return None if found is None or part < 0 else Place(*found, part)

    def row_of(self, number: int) -> int:
        """Return the first row of a line, or of the next one that is shown."""
        row = self._buffer.row_of(number)
        return self._start(row) if self.folds else row

    def _start(self, row: int) -> int:
        index = min(row - self._known_first, len(self._ends))
        return self._ends[index - 1] if index > 0 else self._before

    def _forget(self, width: int, first: int) -> None:
        self._width, self._known_first, self._ends, self._before = width, first, array("q"), 0
        self._measured = (first, first)

    def _drop(self, first: int) -> None:
        count = first - self._known_first
        if count > 0:
            self._before = self._ends[count - 1]
            del self._ends[:count]
            self._known_first = first
            self._measured = max(self._measured[0], first), max(self._measured[1], first)

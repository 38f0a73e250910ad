"""Which part of which line of a log stands in a row of the screen: a line a row, or long lines folded into several."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from cockpit.logs.buffer import Extent, LogBuffer
from cockpit.logs.line import LogLine

_NARROWEST = 8  # columns: a pane of less shows every line in one row


class Place(NamedTuple):
    """A line by its number, and which of its rows this is."""

    number: int
    line: LogLine
    part: int


class LogLayout:
    """Rows of the screen, which keep their numbers while the oldest lines are dropped.

    Without folding they are the buffer's rows. With it, `ends` remembers for each of these where its last row is: eight
    bytes a line. `rows_of` says how many rows a line takes at a width.
    """

    def __init__(self, buffer: LogBuffer, rows_of: Callable[[LogLine, int], int]) -> None:
        self._buffer = buffer
        self._rows_of = rows_of
        self._extent = Extent(0, 0, 0, 0)
        self._width = 0
        self._known_first = 0  # the buffer's row that the first of `ends` is about
        self._ends = array("q")
        self._before = 0  # where the row before those of `ends` has its last one
        self._is_new = False
        self.folds = False

    @property
    def first(self) -> int:
        """The first row there is."""
        return self._start(self._extent.first) if self.folds else self._extent.first

    @property
    def end(self) -> int:
        """The row after the last."""
        return self._start(self._extent.end) if self.folds else self._extent.end

    def take_in(self, extent: Extent, width: int) -> bool:
        """Lay out what the buffer holds now; True where the rows are counted anew."""
        anew = self._is_new or extent.generation != self._extent.generation
        self._extent, self._is_new = extent, False
        if not self.folds:
            return anew
        if anew or width != self._width or not 0 <= extent.first - self._known_first <= len(self._ends):
            self._forget(width, extent.first)
            anew = True
        self._drop(extent.first)
        del self._ends[max(extent.end - self._known_first, 0) :]
        at = self._ends[-1] if self._ends else self._before
        for line in self._buffer.lines_between(self._known_first + len(self._ends), extent.end):
            at += self._rows_of(line, width) if width >= _NARROWEST else 1
            self._ends.append(at)
        return anew

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

    def _drop(self, first: int) -> None:
        count = first - self._known_first
        if count > 0:
            self._before = self._ends[count - 1]
            del self._ends[:count]
            self._known_first = first

"""What a reader points at in a log: the current line, a selection from it, and marked lines."""

from __future__ import annotations

from typing import NamedTuple

from cockpit.logs.buffer import LogBuffer


class _Pointed(NamedTuple):
    """A line as it was pointed at: by its number then, and by its place, where it has one."""

    number: int
    place: int | None


class LogCursor:
    """Lines of `buffer`, each known by its place in the log, where it has one: numbers change, and change hands."""

    def __init__(self, buffer: LogBuffer) -> None:
        self._buffer = buffer
        self._current: _Pointed | None = None
        self._anchor: _Pointed | None = None
        self._marked: set[tuple[bool, int]] = set()

    @property
    def current(self) -> int | None:
        """The number of the line that was gone to; None where it is not in memory."""
        return self._number(self._current)

    @property
    def selected(self) -> range:
        """The numbers of the lines selected; none where one that they begin or end with is not in memory."""
        anchor = self._number(self._anchor)
        current = self.current if anchor is not None else None
        if anchor is None or current is None:
            return range(0)
        return range(min(anchor, current), max(anchor, current) + 1)

    @property
    def has_selection(self) -> bool:
        """Whether lines are selected, in memory or not; one line alone is no selection."""
        return self._anchor is not None

    @property
    def marks(self) -> list[int]:
        """The places of the marked lines, or their numbers in a log without places, in order."""
        return sorted(where for _, where in self._marked)

    def go(self, number: int | None) -> None:
        """Point at a line, and select nothing."""
        self._current, self._anchor = None if number is None else self._pointed(number), None

    def extend(self, number: int, *, start: int) -> None:
        """Select up to a line: from `start` on where nothing was selected yet, or not from a line in memory."""
        if self._number(self._anchor) is None:
            self._anchor = self._pointed(start)
        self._current = self._pointed(number)

    def deselect(self) -> bool:
        """Select nothing; whether there was a selection."""
        had, self._anchor = self._anchor is not None, None
        return had

    def toggle_mark(self, number: int) -> bool:
        """Mark a line, or take its mark away; whether it is marked now."""
        self._marked ^= {self._identity(number)}
        return self._identity(number) in self._marked

    def sign(self, number: int) -> str:
        """Return what stands before a line: `>` where it is the current one, `+` selected, `*` marked, or nothing."""
        if number == self.current:
            return ">"
        if number in self.selected:
            return "+"
        return "*" if self._marked and self._identity(number) in self._marked else ""

    def _pointed(self, number: int) -> _Pointed:
        return _Pointed(number, self._buffer.place_of(number))

    def _number(self, pointed: _Pointed | None) -> int | None:
        return None if pointed is None else self._buffer.number_now(*pointed)

    def _identity(self, number: int) -> tuple[bool, int]:
        place = self._buffer.place_of(number)
        return (False, number) if place is None else (True, place)

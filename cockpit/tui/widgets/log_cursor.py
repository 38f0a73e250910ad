"""What a reader points at in a log: the current line, a selection from it, and marked lines."""

from __future__ import annotations

from cockpit.logs.buffer import LogBuffer


class LogCursor:
    """Line numbers of `buffer`; a mark is kept by its place in the log, where it has one: it outlives the window."""

    def __init__(self, buffer: LogBuffer) -> None:
        self._buffer = buffer
        self.current: int | None = None  # the line that was gone to
        self._anchor: int | None = None
        self._marked: set[tuple[bool, int]] = set()

    @property
    def selected(self) -> range:
        """The numbers of the lines selected; one line alone is no selection."""
        if self._anchor is None or self.current is None:
            return range(0)
        return range(min(self._anchor, self.current), max(self._anchor, self.current) + 1)

    @property
    def marks(self) -> list[int]:
        """The places of the marked lines, or their numbers in a log without places, in order."""
        return sorted(where for _, where in self._marked)

    def go(self, number: int | None) -> None:
        """Point at a line, and select nothing."""
        self.current, self._anchor = number, None

    def extend(self, number: int, *, start: int) -> None:
        """Select up to a line: from `start` on where nothing was selected yet."""
        # One whose lines were read anew since is gone: from there on nobody has selected anything.
        if self._anchor is None or not self._buffer.holds(self._anchor):
            self._anchor = start
        self.current = number

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

    def _identity(self, number: int) -> tuple[bool, int]:
        place = self._buffer.place_of(number)
        return (False, number) if place is None else (True, place)

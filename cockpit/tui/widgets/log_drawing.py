"""How a line of a log is drawn: gutter, time, level as a word, message."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from cockpit.logs.line import Level, LogLine
from cockpit.text import visible
from cockpit.tui.widgets.log_colours import drawn_runs, style_of

_WORDS = {
    Level.FATAL: "FATAL",
    Level.ERROR: "ERROR",
    Level.WARNING: "WARN",
    Level.NOTICE: "NOTE",
    Level.INFO: "INFO",
    Level.DEBUG: "DEBUG",
    Level.TRACE: "TRACE",
    Level.NONE: "",
}
_LONGEST = 4096  # characters of a line that can be scrolled to; an ellipsis stands for the rest
_KEPT = 3  # screenfuls of rows: each is a strip, which has many caches, and of a flood none comes again
_PREFIX = 16  # columns: gutter, time, level
_LEAST_ROOM = 24  # columns


@lru_cache(maxsize=1024)
def _clock_text(second: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(second, zone).strftime("%H:%M:%S")


class _Look(NamedTuple):
    """The styles of a kind of line: of the row, of the time in it, and of the level's word."""

    row: Style
    clock: Style
    word: Style


class LogDrawing:
    """Draws lines in the `log-view--…` component styles of `widget`, and keeps what it drew last."""

    def __init__(self, widget: Widget, zone: tzinfo, *, ascii_only: bool, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._widget = widget
        self._in_colour = not os.environ.get("NO_COLOR")
        self._zone = zone
        self._ascii_only = ascii_only
        self._drawn: LRUCache[tuple[int, str, str, int, int], tuple[Strip, Style]] = LRUCache(_KEPT)
        self._looks: dict[tuple[Level, bool], _Look] = {}

    def forget(self) -> None:
        """Draw everything anew, as for other colours."""
        self._drawn.clear()
        self._looks.clear()

    def keep_for(self, height: int) -> None:
        """Keep what is drawn where so many rows are in view; where they were others, nothing: the cache shrinks not."""
        most = max(height, 1) * _KEPT
        if self._drawn.maxsize != most:
            self._drawn.clear()
            self._drawn.maxsize = most

    def draw(self, number: int, line: LogLine, *, sign: str = "", width: int = 0, part: int = 0) -> tuple[Strip, Style]:
        """Return the whole line, or one row of it folded to `width`, and the style of what is to the right of it.

        A `sign` stands before a line that is pointed at.
        """
        key = (number, line.text, sign, width, part)  # lines read anew take the numbers of others
        drawn = self._drawn.get(key)
        if drawn is None:
            look = self._look(line)
            drawn = Strip(list(self._segments(line, look, sign=sign, width=width, part=part))), look.row
            self._drawn[key] = drawn
        return drawn

    def rows_of(self, line: LogLine, width: int) -> int:
        """Return how many rows the line takes, folded to `width`."""
        text, (first, rest) = self._text(line), _rooms(line, width)
        if text.isascii():
            return 1 if len(text) <= first else 1 + -(-(len(text) - first) // rest)
        return len(_folded(text, first, rest))

    def _text(self, line: LogLine) -> str:
        # A screen is shared, and pictures of it are taken.
        return visible(self._mask(line.message[: _LONGEST + 1]), limit=_LONGEST, ascii_only=self._ascii_only)

    def _look(self, line: LogLine) -> _Look:
        level = line.level
        # A stack trace belongs to the error above it: one bar of red says so, a wall of it would hide the rest.
        is_trail = line.continuation and level >= Level.ERROR
        look = self._looks.get((level, is_trail))
        if look is None:
            style = self._widget.get_component_rich_style
            of_row = "trail" if is_trail else level.word if level >= Level.ERROR else Level.NONE.word
            row = style(f"log-view--{of_row}")
            look = self._looks[level, is_trail] = _Look(
                row,
                row + Style(color=style("log-view--time").color),
                row + Style(color=style(f"log-view--{level.word}").color),
            )
        return look

    def _segments(self, line: LogLine, look: _Look, *, sign: str, width: int, part: int) -> Iterator[Segment]:
        row = look.row
        rooms = _rooms(line, width)
        pieces = _folded(self._text(line), *rooms) if width else [self._text(line)]
        text = pieces[part] if part < len(pieces) else ""
        start = sum(map(len, pieces[:part]))
        if part:
            yield Segment(" " * (width - rooms[1]), row)
            yield from self._coloured(line, text, start, row)
            return
        if sign or line.is_error:
            mark = self._widget.get_component_rich_style("log-view--current" if sign else "log-view--gutter")
            yield Segment(sign or "!", mark)
        else:
            yield Segment(" ", row)
        # What has neither time nor level, and what belongs to a line above, gets the whole width.
        if _has_prefix(line):
            clock = " " * 8 if line.at is None else _clock_text(int(line.at), self._zone)
            yield Segment(f"{clock} ", look.clock)
            yield Segment(f"{_WORDS[line.level]:5} ", look.word)
        yield from self._coloured(line, text, start, row)

    def _coloured(self, line: LogLine, text: str, start: int, row: Style) -> Iterator[Segment]:
        """Draw a part of the text, which begins at `start` in it, with the colours that the program gave it."""
        # A grave line has a ground of ours: what the program would like it to look like counts less.
        if not self._in_colour or not line.raw or line.level >= Level.ERROR:
            yield Segment(text, row)
            return
        at, ground = start, _hex(row.bgcolor)
        for run in drawn_runs(line, lambda piece: visible(piece, ascii_only=self._ascii_only)):
            first, end = max(run.start, at), min(run.end, start + len(text))
            if first < end:
                yield Segment(text[at - start : first - start], row)
                yield Segment(text[first - start : end - start], row + style_of(run.look, ground))
                at = end
        yield Segment(text[at - start :], row)


def _has_prefix(line: LogLine) -> bool:
    return not line.continuation and (line.at is not None or line.level is not Level.NONE)


def _rooms(line: LogLine, width: int) -> tuple[int, int]:
    """Columns for the text in the first row and in those after it, which stand below it where that leaves enough."""
    first = max(width - (_PREFIX if _has_prefix(line) else 1), 0)
    return first, first if first >= _LEAST_ROOM else max(width - 1, 1)


def _folded(text: str, first: int, rest: int) -> list[str]:
    """Return the text in pieces of at most so many cells; a character wider than its room takes it all the same."""
    if text.isascii():
        return [text[:first], *(text[start : start + rest] for start in range(first, len(text), rest))]
    pieces: list[str] = []
    start, used, room = 0, 0, first
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > room and (used or not pieces):
            pieces.append(text[start:index])
            start, used, room = index, 0, rest
        used += size
    return [*pieces, text[start:]]


def _hex(color: Color | None) -> str:
    return "#000000" if color is None else color.get_truecolor().hex

"""How a line of a log is drawn: gutter, time, level as a word, message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from cockpit.logs.line import Level, LogLine
from cockpit.text import visible

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
_KEPT = 512  # lines


@lru_cache(maxsize=1024)
def _clock_text(second: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(second, zone).strftime("%H:%M:%S")


class LogDrawing:
    """Draws lines in the `log-view--…` component styles of `widget`, and keeps what it drew last."""

    def __init__(self, widget: Widget, zone: tzinfo, *, ascii_only: bool) -> None:
        self._widget = widget
        self._zone = zone
        self._ascii_only = ascii_only
        self._drawn: LRUCache[tuple[int, bool], tuple[Strip, Style]] = LRUCache(_KEPT)

    def forget(self) -> None:
        """Draw everything anew, as for other colours."""
        self._drawn.clear()

    def draw(self, number: int, line: LogLine, *, is_current: bool) -> tuple[Strip, Style]:
        """Return the whole line, and the style of what is to the right of it."""
        drawn = self._drawn.get((number, is_current))
        if drawn is None:
            row = self._row_style(line)
            drawn = Strip(list(self._segments(line, row, is_current=is_current))), row
            self._drawn[number, is_current] = drawn
        return drawn

    def _row_style(self, line: LogLine) -> Style:
        # A stack trace belongs to the error above it: one bar of red says so, a wall of it would hide the rest.
        if line.continuation and line.level >= Level.ERROR:
            return self._widget.get_component_rich_style("log-view--trail")
        level = line.level if line.level >= Level.ERROR else Level.NONE
        return self._widget.get_component_rich_style(f"log-view--{level.word}")

    def _segments(self, line: LogLine, row: Style, *, is_current: bool) -> Iterator[Segment]:
        style = self._widget.get_component_rich_style
        if is_current:
            yield Segment(">", style("log-view--current"))
        else:
            yield Segment("!", style("log-view--gutter")) if line.is_error else Segment(" ", row)
        # What has neither time nor level, and what belongs to a line above, gets the whole width.
        if not line.continuation and (line.at is not None or line.level is not Level.NONE):
            clock = " " * 8 if line.at is None else _clock_text(int(line.at), self._zone)
            yield Segment(f"{clock} ", row + Style(color=style("log-view--time").color))
            word_style = row + Style(color=style(f"log-view--{line.level.word}").color)
            yield Segment(f"{_WORDS[line.level]:5} ", word_style)
        yield Segment(visible(line.message, limit=_LONGEST, ascii_only=self._ascii_only), row)

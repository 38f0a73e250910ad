"""A line of a log, as it was read and as it was understood."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct


class Level(IntEnum):
    """How grave a line is, in rising order; `word` is its name in commands and reports."""

    NONE = 0
    TRACE = 1
    DEBUG = 2
    INFO = 3
    NOTICE = 4
    WARNING = 5
    ERROR = 6
    FATAL = 7

    @property
    def word(self) -> str:
        """The level as commands and reports write it, such as `warning`."""
        return self.name.lower()


# The gravest first: the order in which reports list them.
LEVELS = tuple(sorted(Level, reverse=True))


class RawLine(NamedTuple):
    """One line as text without its end, and the bytes it took in the file, its end included."""

    text: str
    size: int


class LogLine(Struct, frozen=True, gc=False):
    """One classified line.

    `message` is what is left to show where time and level are shown apart. `at` is in epoch seconds, None where
    the line says none. A `continuation` (of a stack trace, say) has the level and time of its record and is not
    counted again. `raw` is the line with the colours that it had, where `text` has been rid of them.
    """

    text: str
    level: Level
    at: float | None
    source: str
    format: str
    message: str
    continuation: bool = False
    raw: str = ""

    @property
    def is_error(self) -> bool:
        """Whether this line itself reports an error or worse."""
        return self.level >= Level.ERROR and not self.continuation

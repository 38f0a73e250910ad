"""The mistakes found in one file, gathered so that a person reads all of them at once."""

from __future__ import annotations

from cockpit.errors import ConfigurationError, Problem
from cockpit.text import visible

# More than anybody would read; it keeps a hostile file from costing minutes.
MOST_PROBLEMS = 500


def quoted(text: str) -> str:
    """Return `text` in quotes, short and safe to print."""
    return f"'{visible(text, limit=60)}'"


class Problems:
    """Collects mistakes of the file at `path`; lines and columns count from 1."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: list[Problem] = []

    @property
    def found(self) -> list[Problem]:
        """The mistakes so far, in reading order."""
        return sorted(self._found, key=lambda problem: (problem.line, problem.column))

    def add(self, line: int, column: int, message: str) -> None:
        """Keep one mistake; ConfigurationError at once where there are too many to go on.

        Whatever names of the file's the message repeats, it is one line.
        """
        self._found.append(Problem(self.path, line, column, visible(message)))
        if len(self._found) >= MOST_PROBLEMS:
            message = f"{MOST_PROBLEMS} mistakes so far, the rest was not looked at: is this the right kind of file?"
            self._found.append(Problem(self.path, line, column, message))
            self.raise_any()

    def raise_any(self) -> None:
        """Raise ConfigurationError with all mistakes, where there are any."""
        if self._found:
            raise ConfigurationError(self.found)

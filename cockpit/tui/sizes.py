"""How much room there is: the classes of a screen by its width and height, and what they mean beyond styles."""

from __future__ import annotations

from typing import Any, Final

from textual.app import App

LOW: Final = 28  # rows of the terminal, below which what can be said in one line has no title of its own

WIDTHS: Final = [(0, "-tiny"), (60, "-narrow"), (110, "-medium"), (150, "-wide")]
HEIGHTS: Final = [(0, "-lowest"), (12, "-flat"), (20, "-short"), (LOW, "-middle"), (36, "-tall")]


def is_low(app: App[Any]) -> bool:
    """Whether the terminal is so low that titles give way to what they stand above."""
    return app.size.height < LOW

"""Textual by itself: the least that any app on it costs. `python -m tests.benchmarks.bare list|pages`."""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import ContentSwitcher, OptionList

LINES = 200
READY = "line 0 of a bare app"


class BareList(App[None]):
    """A list as high as the screen, whose cursor moves."""

    def compose(self) -> ComposeResult:
        yield OptionList(*(f"line {number} of a bare app" for number in range(LINES)), markup=False)


class BarePages(App[None]):
    """Two full pages of text; 1 and 2 turn to them."""

    BINDINGS: ClassVar = [("1", "page('first')"), ("2", "page('second')")]

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="first"):
            for page in ("first", "second"):
                lines = (f"line {number} of a bare app, on its {page} page" for number in range(LINES))
                yield OptionList(*lines, markup=False, id=page)

    def action_page(self, page: str) -> None:
        """Turn to a page."""
        self.query_one(ContentSwitcher).current = page


if __name__ == "__main__":
    {"list": BareList, "pages": BarePages}[sys.argv[1]]().run()

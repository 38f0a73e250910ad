"""A list of options whose pages can be turned as soon as it has been filled."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from textual.widgets import OptionList


class Options(OptionList):
    """Textual's list, which ends the app where a page is turned of one that has not been laid out yet."""

    def action_page_up(self) -> None:
        """Go up by what is in sight."""
        self._turn(super().action_page_up)

    def action_page_down(self) -> None:
        """Go down by what is in sight."""
        self._turn(super().action_page_down)

    def _turn(self, turn: Callable[[], object]) -> None:
        try:
            turn()
        except LookupError:
            self.call_after_refresh(_turn_if_possible, turn)


def _turn_if_possible(turn: Callable[[], object]) -> None:
    with contextlib.suppress(LookupError):  # one that is hidden has no pages
        turn()

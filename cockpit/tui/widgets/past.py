"""The strip that says that what is shown is the past."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.durations import long_duration
from cockpit.tui.rows import Part, row, width_of
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget


class PastBanner(LineWidget):
    """One line below the identity while an earlier time is shown; gone otherwise."""

    DEFAULT_CSS = """
    PastBanner { display: none; }
    PastBanner.-past { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told, self._ago = "", 0.0

    def show(self, told: str, ago: float) -> None:
        """Show which time it is, and how many seconds ago; an empty `told` is now."""
        self.set_class(bool(told), "-past")
        if (told, int(ago)) != (self._told, int(self._ago)):
            self._told, self._ago = told, ago
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        words = f" {self._told}  {long_duration(self._ago)} ago "
        left: list[Part] = [(words, inks.caution), (" nothing can be written ", inks.strong)]
        right: list[Part] = [("Esc now ", inks.muted)]
        return row(left, right if width_of(left) + width_of(right) <= width else [], width)

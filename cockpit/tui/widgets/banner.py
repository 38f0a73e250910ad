"""The banner: what calls a human, on every screen, until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from cockpit.tui.alarms import Alarm, told_first
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget

_LEAST_HEIGHT = 10  # rows of the terminal, from which on there is room for it


class AlarmBanner(LineWidget):
    """One line with the gravest alarm that nobody here has looked at; gone while there is none."""

    DEFAULT_CSS = """
    AlarmBanner { display: none; }
    AlarmBanner.-calling { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._alarms: Sequence[Alarm] = ()

    def show(self, alarms: Sequence[Alarm]) -> None:
        """Show these, the gravest first."""
        # On the smallest terminals the item one is at matters more; the strip above calls, too.
        self.set_class(bool(alarms) and self.app.size.height >= _LEAST_HEIGHT, "-calling")
        if alarms != self._alarms:
            self._alarms = alarms
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if not self._alarms:
            return row([], [], width)
        first = told_first(self._alarms)
        more = len(self._alarms) - len(first)
        titles = f" {self.glyphs.dot} ".join(alarm.title for alarm in first)
        left: list[Part] = [
            part(f" {self.glyphs.down} {titles} ", inks.alarm),
            part(f" {first[0].detail}", inks.strong),
        ]
        right: list[Part] = [(f"  {f'+{more} more  ' if more else ''}! looks at it ", inks.strong)]
        return row(left, right, width)

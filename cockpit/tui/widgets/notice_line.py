"""What was just told, on rows of its own above the footer: it covers nothing that one reads or acts on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.notifications import Notification

from cockpit.tui.rows import Part, width_of, wrapped
from cockpit.tui.sizes import is_low
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane

_MOST, _MOST_LOW = 3, 2  # rows of one message
_ROWS = 5  # of all messages; on a low terminal there is but the newest


class NoticeLine(TextPane):
    """The messages of now, the newest first; what does not fit is counted, and nothing is there while there are none.

    Upon a dialog it lies on the last rows, where the footer below has nothing to offer meanwhile.
    """

    DEFAULT_CSS = """
    NoticeLine { display: none; height: auto; background: $boost; }
    NoticeLine.-saying { display: block; }
    NoticeLine.-over { dock: bottom; layer: _toastrack; }
    """

    def __init__(self, *, id: str | None = None, over: bool = False) -> None:
        super().__init__(id=id)
        self.set_class(over, "-over")
        self._told: list[Notification] = []

    def show(self, told: Sequence[Notification]) -> None:
        """Show these, or nothing; the screen is laid out anew only where they are others."""
        if list(told) == self._told:
            return
        self._told = list(told)
        self.set_class(bool(told), "-saying")
        self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        each, most = (_MOST_LOW, 1) if is_low(self.app) else (_MOST, _ROWS)
        looks: dict[str, Part] = {
            "warning": (" ! ", inks.caution),
            "error": (f" {self.glyphs.down} ", inks.alarm),
        }
        lines: list[list[Part]] = []
        left = 0
        for number, one in enumerate(self._told):
            texts = wrapped(one.message, max(width - (9 if len(self._told) > 1 else 5), 10))
            if lines and len(lines) + min(len(texts), each) > most:
                left = len(self._told) - number
                break
            if len(texts) > each:
                texts = [*texts[: each - 1], texts[each - 1] + self.glyphs.ellipsis]
            mark = looks.get(one.severity, (f" {self.glyphs.dot} ", inks.badge))
            for row, text in enumerate(texts):
                lines.append([mark if not row else ("   ", inks.plain), (f" {text}", inks.strong)])
        if left:
            more = f"+{left} "
            lines[0].append((more.rjust(max(width - width_of(lines[0]), 0)), inks.muted))
        return lines

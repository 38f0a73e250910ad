"""What was just told, on rows of its own above the footer: it covers nothing that one reads or acts on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.notifications import Notification

from cockpit.tui.rows import Part, width_of, wrapped
from cockpit.tui.sizes import LOW
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane

# Rows of one message, where what to do about it comes last, and of several, by the least height of the terminal.
_ROOM = ((LOW, 3, 5), (20, 3, 2), (12, 2, 2), (0, 1, 1))


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
        """Show these, or nothing; the screen is laid out anew only where they take other rows than those before."""
        if list(told) == self._told:
            return
        before = self._height()
        self._told = list(told)
        self.set_class(bool(told), "-saying")
        self.refresh(layout=self._height() != before)

    @property
    def in_view(self) -> list[Notification]:
        """Those that there is room for; the others wait."""
        return self._told[: len(self._texts(self.app.size.width))]

    def _height(self) -> int:
        return sum(map(len, self._texts(self.app.size.width)))

    def _texts(self, width: int) -> list[list[str]]:
        """Return what there is room for, in rows, a message each."""
        each, most = next((one, all_) for least, one, all_ in _ROOM if self.app.size.height >= least)
        room = max(width - (9 if len(self._told) > 1 else 5), 10)
        texts: list[list[str]] = []
        for one in self._told:
            rows = wrapped(one.message, room)
            if len(rows) > each:
                rows = [*rows[: each - 1], rows[each - 1] + self.glyphs.ellipsis]
            if texts and sum(map(len, texts)) + len(rows) > most:
                break
            texts.append(rows)
        return texts

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        looks: dict[str, Part] = {
            "warning": (" ! ", inks.caution),
            "error": (f" {self.glyphs.down} ", inks.alarm),
        }
        lines: list[list[Part]] = []
        texts = self._texts(width)
        for one, rows in zip(self._told, texts, strict=False):
            mark = looks.get(one.severity, (f" {self.glyphs.dot} ", inks.badge))
            for number, text in enumerate(rows):
                lines.append([("   ", inks.plain) if number else mark, (f" {text}", inks.strong)])
        left = len(self._told) - len(texts)
        if left:
            more = f"+{left} "
            lines[0].append((more.rjust(max(width - width_of(lines[0]), 0)), inks.muted))
        return lines

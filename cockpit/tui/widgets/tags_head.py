"""What stands above the tags: whether the version that answers is the right one, and where to fall back to."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.release.discrepancy import Discrepancy
from cockpit.tui.rows import part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget


class Proposal(LineWidget):
    """What the picker proposes, and why."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._why = self._done = ""

    def show(self, why: str, done: str = "") -> None:
        """Show the reason; empty where nothing can be proposed, `done` where nothing is, for one has just been made."""
        self._why, self._done = why, done
        self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if self._done:
            more = "; Enter opens a tag to go on" if width >= 100 else "; no further one is proposed"
            return row([(" ", inks.plain), part(self._done, inks.good), (more, inks.muted)], [], width)
        if not self._why:
            return row([(" no earlier release to fall back to was found", inks.muted)], [], width)
        return row([(" proposed ", inks.muted), part(self._why, inks.accent)], [], width)


class Answering(LineWidget):
    """That another version answers than the one that is flown, or should; not there where all agree."""

    DEFAULT_CSS = """
    Answering { display: none; }
    Answering.-shown { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: Discrepancy | None = None

    def show(self, found: Discrepancy | None) -> None:
        """Show it, or take the line away."""
        if found != self._found:
            self._found = found
            self.set_class(found is not None, "-shown")
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if self._found is None:
            return row([], [], width)
        sign, ink = (f"{self.glyphs.bad} ", inks.bad) if self._found.grave else (" ", inks.muted)
        return row([(sign, ink), part(self._found.text, ink)], [], width)

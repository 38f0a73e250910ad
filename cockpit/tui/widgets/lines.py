"""Widgets of a fixed number of lines, drawn as strips."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.strip import Strip

from cockpit.tui.glyphs import Glyphs, choose_glyphs
from cockpit.tui.rows import Part, part, row, width_of
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.drawn import DrawnLines

NO_LOGS = "logs: {app: {file: /var/log/app.log}} in cockpit.yaml"
TAKEN_IN = "An open run takes that in by the palette: `:` migrate the run."


class LineWidget(DrawnLines):
    """A widget whose lines a subclass draws into the width there is."""

    DEFAULT_CSS = """
    LineWidget { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs: Glyphs = choose_glyphs()

    def line(self, y: int, width: int, inks: Inks) -> Strip:
        """Return line `y`, of `width` cells."""
        raise NotImplementedError

    def draw_line(self, index: int) -> Strip:
        return self.line(index, self.size.width, inks_of(self.app))


class TextPane(DrawnLines):
    """A widget that shows lines of parts, from the top; what does not fit is left out."""

    DEFAULT_CSS = """
    TextPane { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        self._laid_out: tuple[int, Sequence[Sequence[Part]]] | None = None
        super().__init__(id=id)
        self.glyphs: Glyphs = choose_glyphs()

    def lines(self, inks: Inks, width: int) -> Sequence[Sequence[Part]]:
        """Return the lines, wrapped to `width` where they should be."""
        raise NotImplementedError

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self.lines(inks_of(self.app), width))

    def forget(self) -> None:
        """Lay the text out anew: once for all rows of a repaint, for a long note costs more than its rows."""
        self._laid_out = None
        super().forget()

    def renew_where(self, may_differ: Callable[[int], bool]) -> None:
        self._laid_out = None
        super().renew_where(may_differ)

    def draw_line(self, index: int) -> Strip:
        width = self.size.width
        if self._laid_out is None or self._laid_out[0] != width:
            self._laid_out = (width, self.lines(inks_of(self.app), width))
        lines = self._laid_out[1]
        return row(lines[index] if index < len(lines) else [], [], width)


class PaneTitle(LineWidget):
    """A rule with a pane's name at the left and its state at the right."""

    def __init__(self, title: str, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._title = title
        self._left: Sequence[Part] = ()
        self._right: Sequence[Part] = ()
        self._lit = False

    def show(
        self,
        title: str | None = None,
        *,
        left: Sequence[Part] | None = None,
        right: Sequence[Part] | None = None,
        lit: bool | None = None,
    ) -> None:
        """Change the title, what stands beside it, or whether its pane has the focus."""
        before = (self._title, self._left, self._right, self._lit)
        self._title = self._title if title is None else title
        self._left = self._left if left is None else left
        self._right = self._right if right is None else right
        self._lit = self._lit if lit is None else lit
        if before != (self._title, self._left, self._right, self._lit):
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        rule = self.glyphs.rule
        ink = inks.title if self._lit else inks.strong
        left: list[Part] = [
            (rule * 2 + " ", inks.title if self._lit else inks.rule),
            part(self._title, ink),
            (" ", inks.rule),
        ]
        for index, (text, style) in enumerate(self._left):
            left.append((f"{rule} " if index == 0 else " ", inks.rule))
            left.append((text, style))
            left.append((" ", inks.rule))
        right: list[Part] = []
        if self._right and width_of(self._right) + 6 < width:
            right = [(" ", inks.rule), *self._right, (" " + rule, inks.rule)]
        return row(left, right, width, fill=(rule, inks.rule))

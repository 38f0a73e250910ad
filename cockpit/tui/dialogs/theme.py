"""Choosing the theme: each shows as the cursor comes to it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part
from cockpit.tui.rows import row as lay
from cockpit.tui.theme import Inks
from cockpit.tui.themes import DESCRIPTIONS
from cockpit.tui.widgets.row_list import RowList


class ThemeList(RowList[str]):
    """The themes that this terminal can show."""

    DEFAULT_CSS = """
    ThemeList { height: auto; background: $surface; }
    """

    def draw(self, row: str, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (f"{choose_glyphs().cursor if cursor else ' '} ", inks.title),
            (f"{row:<14}", inks.strong),
            (DESCRIPTIONS[row], inks.muted),
        ]
        # What each of its colours says is seen in the theme itself.
        right: list[Part] = [("good ", inks.good), ("warn ", inks.warn), ("bad ", inks.bad), (" ALARM ", inks.alarm)]
        return lay(left, [*right, (" ", inks.plain)] if cursor else [], width, over=inks.cursor if cursor else None)


class ThemeDialog(Dialog[str]):
    """Answers with the theme's name by Enter; Esc answers none."""

    BINDINGS = [Binding("q", "cancel", show=False)]

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__()
        self._offered = offered

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(Content("Theme"), classes="dialog-title")
            yield ThemeList(id="themes")
            yield Static(Content(hint_line("Enter keeps it", "Esc takes it back")), classes="dialog-hint")

    def on_mount(self) -> None:
        themes = self.query_one(ThemeList)
        themes.styles.height = len(self._offered)
        themes.show(self._offered)
        themes.go_to(self.app.theme)
        themes.focus()

    @on(RowList.Highlighted)
    def _try_on(self, message: RowList.Highlighted) -> None:
        self.app.theme = message.row

    @on(RowList.Chosen)
    def _keep(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row)

"""What this screen has told since it was opened, the newest first."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cockpit.times import clock_time
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.notices import Notices
from cockpit.tui.rows import Part, labelled
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane


class NoticesText(TextPane):
    """The messages with their times, each as long as it is."""

    DEFAULT_CSS = """
    NoticesText { height: auto; background: $surface; }
    """

    def __init__(self, notices: Notices, timezone: str) -> None:
        super().__init__()
        self._notices = notices
        self._timezone = timezone

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        marks = {"warning": "!", "error": self.glyphs.down}
        looks = {"warning": inks.warn, "error": inks.bad}
        lines: list[list[Part]] = []
        for one in self._notices.kept:
            at = clock_time(one.raised_at, self._timezone, with_seconds=True)
            label = f"{at} {marks.get(one.severity, ' ')}"
            lines += labelled(
                label, one.message, looks.get(one.severity, inks.plain), inks.muted, width=width, indent=13
            )
        return lines or [[(" Nothing has been said yet.", inks.muted)]]


class NoticesDialog(Dialog[None]):
    """Lists what was told; it can be scrolled."""

    BINDINGS = [Binding("q", "cancel", show=False)]

    def compose(self) -> ComposeResult:
        run, _, _ = self.cockpit.present
        with Vertical(classes="box tall"):
            yield Static("What was said here", classes="dialog-title")
            with VerticalScroll(can_focus=True):
                yield NoticesText(self.cockpit.notices, run.timezone)
            yield Static(Content(hint_line("the newest first", "Up Down scroll", "Esc leaves")), classes="dialog-hint")

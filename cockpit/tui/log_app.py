"""Log files alone on the full screen, one above the other, without a release: `cockpit logs --view`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from cockpit.logs.origin import LogOrigin
from cockpit.tui.glyphs import shown
from cockpit.tui.theme import DARK, LIGHT
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.log_pane import LogPane
from cockpit.tui.widgets.log_tail import LogTail


class LogApp(App[int], inherit_bindings=False):
    """Shows `logs`, (name, path or origin) each, with the keys of the log pages."""

    TITLE = "logs"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    LogView, LogView:focus { border: none; background: $background; scrollbar-size: 0 1; }
    .log-pane { height: 1fr; }
    #filter { dock: bottom; height: 1; display: none; border: none; }
    """
    BINDINGS = [
        Binding("q", "leave", "leave"),
        Binding("slash", "filter", "filter"),
        Binding("n", "next_match(1)", "next match"),
        Binding("N", "next_match(-1)", "previous match"),
        Binding("y", "copy_shown", "copy"),
        Binding("escape", "clear_filter", show=False),
        Binding("tab", "focus_next", show=False),
        Binding("shift+tab", "focus_previous", show=False),
    ]

    def __init__(self, logs: Sequence[tuple[str, Path | LogOrigin]], timezone: str = "UTC") -> None:
        super().__init__()
        self._logs = logs
        self._timezone = timezone
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def compose(self) -> ComposeResult:
        for name, origin in self._logs:
            yield LogPane(name, origin, self._timezone, clock=time.time, beside=False)
        yield Field(id="filter", placeholder="pattern, level:warning, since:15m", compact=True)

    def on_mount(self) -> None:
        self._tails[0].focus()

    @property
    def _tails(self) -> list[LogTail]:
        return list(self.query(LogTail))

    @property
    def _tail(self) -> LogTail:
        return next((tail for tail in self._tails if tail.has_focus), self._tails[0])

    def action_leave(self) -> None:
        """Leave."""
        self.exit(0)

    def action_filter(self) -> None:
        """Type a filter for all logs."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def action_clear_filter(self) -> None:
        """Show every line again."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.display = False
        self._tail.focus()

    def action_next_match(self, step: int) -> None:
        """Go to the next or the previous match."""
        self._tail.go_to_match(step)

    def action_copy_shown(self) -> None:
        """Send the selection to the terminal's clipboard, and a file."""
        from cockpit.tui.clipboard import keep_copy, send_to_clipboard  # the first line is on the screen before it

        text = self._tail.chosen_text()
        self.notify(shown(send_to_clipboard(self, text, keep_copy(text))), markup=False)

    @on(Input.Changed, "#filter")
    def _filter_as_typed(self, event: Input.Changed) -> None:
        for tail in self._tails:
            tail.apply_filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_typed(self) -> None:
        self.query_one("#filter", Input).display = bool(self.query_one("#filter", Input).value)
        self._tail.focus()

    @on(LogTail.EvidenceChosen)
    def _has_no_items(self) -> None:
        self.notify("there is no release here to attach lines to: y copies them", markup=False)

"""Page 2: every configured log, live."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from cockpit.release.live import Live
from cockpit.release.run import Run, new_since
from cockpit.times import epoch, zone
from cockpit.tui.commands import bindings
from cockpit.tui.pages.base import Page
from cockpit.tui.widgets.lines import NO_LOGS
from cockpit.tui.widgets.log_pane import LogPane
from cockpit.tui.widgets.log_panes import LogPanes

if TYPE_CHECKING:
    from cockpit.logs.recent import Recent


class LogsPage(Page):
    """All logs side by side where there is room, one above the other where there is not."""

    filter_hint = "pattern, level:warning, since:15m, until:14:10"

    def compose(self) -> ComposeResult:
        yield LogPanes(id="all-logs")

    BINDINGS = bindings("log-page")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        self.query_one(LogPanes).show(run, trusted=live.trusted)

    def action_toggle_together(self) -> None:
        """Show all files as one, by time, or each by itself."""
        self.query_one(LogPanes).toggle_together()
        self.show(*self.cockpit.moment)

    def action_show_alike(self) -> None:
        """List the lines of the log with the focus by template, those new since the run was opened first."""
        panes = self.query_one(LogPanes).panes
        pane = self.focused_pane() or (panes[0] if panes else None)
        reader = pane.view.reader if pane is not None else None
        if pane is None or reader is None:
            self.cockpit.tell(
                f"there is no log to look through: {NO_LOGS}",
                severity="warning",
            )
            return
        from cockpit.tui.dialogs.alike import AlikeDialog

        run = self.cockpit.moment[0]
        at, event = new_since(run)
        since = epoch(at) if run.open else None

        def read(stop: threading.Event) -> Recent:
            from cockpit.logs.recent import recent

            return recent(
                reader.path, reader.new_classifier().classify, since=since, stop=stop, encoding=reader.encoding
            )

        def choose(pattern: str | None) -> None:
            if pattern:
                field = self.screen.query_one("#filter", Input)
                field.display = True
                field.value = pattern

        self.app.push_screen(AlikeDialog(pane.log_name, read, zone(run.timezone), since=event), choose)

    def take_focus(self) -> None:
        self.call_after_refresh(self._focus_first)

    def _focus_first(self) -> None:
        panes = self.query_one(LogPanes).panes
        if panes and not any(pane.view.has_focus for pane in panes):
            panes[0].view.focus()

    def apply_filter(self, text: str) -> None:
        self.query_one(LogPanes).apply_filter(text)

    @property
    def filter_remark(self) -> str:
        return next((pane.view.filter_remark for pane in self.query_one(LogPanes).panes), "")

    @on(LogPanes.Refused)
    def _say_why(self, message: LogPanes.Refused) -> None:
        self.cockpit.tell(message.why, severity="warning")

    def focused_pane(self) -> LogPane | None:
        """Return the pane with the focus."""
        return next((pane for pane in self.query_one(LogPanes).panes if pane.view.has_focus), None)

    def next_match(self, step: int) -> None:
        pane = self.focused_pane()
        if pane is not None:
            pane.view.go_to_match(step)

    def selected_text(self) -> str:
        pane = self.focused_pane()
        return pane.view.chosen_text() if pane is not None else ""

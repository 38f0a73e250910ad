"""Opening an incident: what is wrong, how grave, and where."""

from __future__ import annotations

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from cockpit.release.events import Severity
from cockpit.release.incidents import SEVERITIES
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.widgets.field import Field


class Opening(Struct, frozen=True):
    """What a person said of an incident that is to be opened."""

    title: str
    severity: Severity
    component: str


class OpenIncidentDialog(Dialog[Opening]):
    """Asks for a title, and where it is; the severity is turned with a key that no text needs."""

    BINDINGS = [Binding("ctrl+t", "graver", show=False)]

    def __init__(self, severity: Severity, runbook: str) -> None:
        super().__init__()
        self._severity: Severity = severity
        self._runbook = runbook

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static("", classes="dialog-title")
            yield Field(placeholder="what is wrong, in a few words", compact=True, id="incident-title")
            yield Field(placeholder="what is in trouble, such as a probe's name", compact=True, id="incident-component")
            yield Static(
                Content(hint_line("Enter opens it", "Tab goes on", "ctrl-t another severity", "Esc leaves")),
                classes="dialog-hint",
            )

    def on_mount(self) -> None:
        self._tell()
        self.query_one("#incident-title", Field).focus()

    def _tell(self) -> None:
        followed = f", following {self._runbook}" if self._runbook else ""
        self.query_one(".dialog-title", Static).update(safe_content(f"Open a {self._severity} incident{followed}"))

    def action_graver(self) -> None:
        """Turn to the next severity, and around."""
        self._severity = SEVERITIES[SEVERITIES.index(self._severity) - 1]
        self._tell()

    @on(Input.Submitted)
    def _give(self) -> None:
        title = self.query_one("#incident-title", Field).value.strip()
        component = self.query_one("#incident-component", Field).value.strip()
        if title:
            self.dismiss(Opening(title, self._severity, component))
        else:
            self.query_one(".dialog-hint", Static).update(Content("It has no title: say what is wrong, or Esc leaves"))

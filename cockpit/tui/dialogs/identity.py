"""Who are you: asked once a session where an account is shared, before anything is written."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from cockpit.errors import UsageError
from cockpit.identity import Doubt, accepted_name
from cockpit.text import visible
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import shown
from cockpit.tui.widgets.field import Field


class IdentityDialog(Dialog[str]):
    """Answers with a name; leaving it answers nothing, and then one may look, but not write."""

    def __init__(self, doubt: Doubt, *, known: str = "") -> None:
        super().__init__()
        self._doubt = doubt
        self._known = known

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(safe_content(f"Who are you?\n\n{self._doubt.why}."), classes="dialog-title")
            yield Field(
                visible(self._doubt.proposed), placeholder=shown(self._known or "your name"), compact=True,
                classes="dialog-input",
            )  # fmt: skip
            yield Static(Content(self._hint()), classes="dialog-hint")

    def _hint(self) -> str:
        enter = "Enter says that it is you" if self._doubt.proposed else "Enter says so"
        return hint_line(f"{enter}, for this session", "Esc only looks")

    def on_mount(self) -> None:
        self.query_one(Field).focus()

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        try:
            self.dismiss(accepted_name(event.value, self.cockpit.moment[0].configuration))
        except UsageError as error:
            self.query_one(".dialog-hint", Static).update(Content(shown(str(error))))

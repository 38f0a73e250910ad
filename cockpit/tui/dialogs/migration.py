"""What would change if the run flew by other files; only what is shown here is what happens."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from cockpit.migrating import Proposal
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.glyphs import shown
from cockpit.tui.rows import Part, labelled
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane


class ChangesPane(TextPane):
    """The changes, a line each: what is removed in the colour of what is lost."""

    DEFAULT_CSS = """
    ChangesPane { height: auto; }
    """

    def __init__(self, changes: list[str]) -> None:
        super().__init__()
        self._changes = changes

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        ink = {"+": inks.good, "-": inks.bad, "~": inks.warn}
        lines: list[list[Part]] = []
        for change in self._changes:
            sign, space, rest = change.partition(" ")
            if space and sign in ink:
                lines += labelled(sign, rest, ink[sign], inks.plain, width=width, indent=2)
            else:
                lines += labelled("", change, inks.muted, inks.muted, width=width, indent=2)
        return lines


class MigrationDialog(Dialog[bool]):
    """Shows a proposal; the focus starts on Cancel."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
        Binding("j", "scroll_text(1)", show=False),
        Binding("k", "scroll_text(-1)", show=False),
    ]

    def __init__(self, proposal: Proposal, *, back: bool) -> None:
        super().__init__()
        self._proposal = proposal
        self._back = back

    def compose(self) -> ComposeResult:
        changes = self._proposal.changes
        what = "Back to the files before" if self._back else "Fly by the files as they are in the work tree"
        title = f"{what}: {changes.before[:8]} to {changes.after[:8]}?"
        with Vertical(classes="box plan"):
            yield Static(Content(shown(title)), classes="dialog-title")
            with VerticalScroll(can_focus=False, id="plan-steps"):
                yield ChangesPane(self._proposal.lines())
            with Horizontal(classes="buttons"):
                yield button("Cancel", "cancel")
                yield button("Migrate the run", "yes", variant="primary")
            yield Static(Content(hint_line("j k scroll", "Tab goes on", "Esc leaves")), classes="dialog-hint")

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

"""The `?` help: the keys that hold here, from the one table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cockpit.tui.commands import COMMANDS, SCOPE_TITLES, Scope
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import shown


class HelpDialog(Dialog[None]):
    """Lists keys by where they hold: those of the focused pane first."""

    BINDINGS = [Binding("q,question_mark,enter", "cancel", show=False), Binding("j", "scroll(1)", show=False),
                Binding("k", "scroll(-1)", show=False), Binding("i", "show_ids", show=False)]  # fmt: skip

    def __init__(self, title: str, active: set[str], filter_help: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._filter_help = filter_help
        self._title = title
        self._active = active
        self._with_ids = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(Content(shown(f"Keys on {self._title}")), classes="dialog-title")
            with VerticalScroll():
                yield Static(self._keys(), id="keys")
            hints = ("Esc leaves", ": finds any command by name", "i names them for a keymap")
            yield Static(Content(hint_line(*hints)), classes="dialog-hint")

    def _keys(self) -> Content:
        lines: list[Content] = []
        keymap = self.cockpit.keymap
        by_scope: dict[Scope, list[Content]] = {}
        for command in COMMANDS:
            if command.full_id in self._active and (keymap.keys(command) or self._with_ids):
                text = command.full_id if self._with_ids else command.help
                line = Content.from_markup(
                    "  [$text-primary b]$key[/] $text", key=f"{keymap.shown(command):<8}", text=text
                )
                by_scope.setdefault(command.scope, []).append(line)
        order = sorted(by_scope, key=lambda scope: (scope == "everywhere", scope == "move"))
        if self._filter_help:
            rows = [
                Content.from_markup("  [$text-primary b]$term[/] $text", term=f"{term:<19}", text=text)
                for term, text in self._filter_help
            ]
            filters = [Content.from_markup("[b]$title[/]", title="Filter: / and"), *rows, Content("")]
        else:
            filters = []
        for number, scope in enumerate(order):
            lines += filters if number == 1 else []
            lines += [Content.from_markup("[b]$title[/]", title=SCOPE_TITLES[scope]), *by_scope[scope], Content("")]
        return Content("\n").join(lines)

    def action_show_ids(self) -> None:
        """Name each command as `keymap.yaml` does, or say again what it is for."""
        self._with_ids = not self._with_ids
        self.query_one("#keys", Static).update(self._keys())

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

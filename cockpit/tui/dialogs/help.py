"""The `?` help: the keys that hold here, from the one table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cockpit.tui.commands import COMMANDS, SCOPE_TITLES, Scope, shown_keys
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import shown


class HelpDialog(Dialog[None]):
    """Lists keys by where they hold: those of the focused pane first."""

    BINDINGS = [Binding("q,question_mark,enter", "cancel", show=False), Binding("j", "scroll(1)", show=False),
                Binding("k", "scroll(-1)", show=False)]  # fmt: skip

    def __init__(self, title: str, active: set[str], filter_help: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._filter_help = filter_help
        self._title = title
        self._active = active

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(Content(shown(f"Keys on {self._title}")), classes="dialog-title")
            with VerticalScroll():
                yield Static(self._keys())
            yield Static(Content(hint_line("Esc leaves", ": finds any command by name")), classes="dialog-hint")

    def _keys(self) -> Content:
        lines: list[Content] = []
        by_scope: dict[Scope, list[Content]] = {}
        for command in COMMANDS:
            if f"{command.scope}.{command.id}" in self._active:
                line = Content.from_markup(
                    "  [$text-primary b]$key[/] $text", key=f"{shown_keys(command):<8}", text=command.help
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

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

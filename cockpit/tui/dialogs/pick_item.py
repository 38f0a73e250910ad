"""Picking one of the checklist's items by a part of its text."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import shown
from cockpit.tui.widgets.field import Field

_LISTED = 200


class PickItemDialog(Dialog[str]):
    """Asks for an item; `items` are (id, text), those that are likely first. Enter gives the id, Esc leaves."""

    BINDINGS = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    PickItemDialog OptionList { height: auto; max-height: 12; }
    """

    def __init__(self, title: str, items: list[tuple[str, str]]) -> None:
        super().__init__()
        self._title = title
        self._items = items

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(safe_content(self._title), classes="dialog-title")
            yield Field("", placeholder="a part of the item's text", compact=True, classes="dialog-input")
            options = OptionList(compact=True)
            options.can_focus = False
            yield options
            yield Static(Content(hint_line("Enter attaches", "Up Down choose", "Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        self._list("")

    def action_move(self, step: int) -> None:
        """Go to another item."""
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted)
    def _take(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            self.dismiss(options.get_option_at_index(options.highlighted).id)

    @on(OptionList.OptionSelected)
    def _take_clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def _list(self, part: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        words = part.lower().split()
        found = [one for one in self._items if all(word in one[1].lower() for word in words)][:_LISTED]
        options.add_options([Option(Content(shown(text)), id=identity) for identity, text in found])
        if found:
            options.highlighted = 0
        ways = ("Enter attaches", "Up Down choose") if found else ("No item has these words",)
        self.hint(*ways, "Esc leaves")

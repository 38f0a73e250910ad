"""The abnormal queue: all that is not as it should be, the gravest first; Enter goes there, nothing executes."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.tui.alarms import Alarm, alarms_of
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList


class AlarmList(RowList[Alarm]):
    """Alarms, one a line."""

    def __init__(self) -> None:
        super().__init__(empty="All is as it should be.")
        self._glyphs = choose_glyphs()

    def key_of(self, row: Alarm) -> str:
        return row.key

    def draw(self, row: Alarm, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, alarm: Alarm, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            part(f" {alarm.title} ", inks.alarm if alarm.grave else inks.warn),
            (" ", inks.plain),
            part(alarm.detail, inks.plain),
        ]
        return row(left, [], width, over=inks.cursor if cursor else None)


class AbnormalDialog(Dialog[Alarm]):
    """Answers with what to go to."""

    BINDINGS = [Binding("q,exclamation_mark", "cancel", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(Content("Abnormal, the gravest first"), classes="dialog-title")
            yield AlarmList()
            yield Static(Content(hint_line("Enter goes there", "Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        found = alarms_of(*self.cockpit.moment, self.cockpit.workspace.session.actor)
        self.query_one(AlarmList).show(found)
        self.query_one(AlarmList).focus()
        self.cockpit.look_at_alarms(found)

    @on(RowList.Chosen)
    def _go(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row)

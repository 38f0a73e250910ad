"""The go/no-go poll of a phase: every reason that speaks against going on; Enter goes to what it is about."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.release.gates import Gate, Reason
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import Part, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList


class ReasonList(RowList[Reason]):
    """Reasons, one a line."""

    def __init__(self) -> None:
        super().__init__(empty="Nothing speaks against going on.")
        self._glyphs = choose_glyphs()

    def key_of(self, row: Reason) -> str:
        return f"{row.item} {row.why}"

    def draw(self, row: Reason, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, reason: Reason, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (self._glyphs.down, inks.bad),
            (" ", inks.plain),
            part(reason.why, inks.strong if cursor else inks.plain),
        ]
        return row(left, [], width, over=inks.cursor if cursor else None)


class PollDialog(Dialog[str]):
    """Answers with what a reason is about: an item, `probe:NAME`, `role:ROLE`, `execution:ID` and the like."""

    BINDINGS = [Binding("q,P", "cancel", show=False), Binding("a", "answer", show=False)]

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def compose(self) -> ComposeResult:
        with Vertical(classes="box poll"):
            yield Static(self._verdict(), classes="dialog-title")
            reasons = ReasonList()
            reasons.styles.height = max(len(self._gate.reasons), 1)
            yield reasons
            there = ["Enter goes there"] if self._gate.reasons else []
            yield Static(Content(hint_line(*there, "a answers for a role", "Esc leaves")), classes="dialog-hint")

    def _verdict(self) -> Content:
        count = len(self._gate.reasons)
        if self._gate.go:
            return Content.from_markup("Pause point  [b $text-success] GO [/]")
        reasons = f"{count} reason{'s' if count != 1 else ''}"
        return Content.from_markup("Pause point  [b white on #b3202c] NO-GO [/]  $reasons", reasons=shown(reasons))

    def on_mount(self) -> None:
        reasons = self.query_one(ReasonList)
        reasons.show(self._gate.reasons)
        reasons.focus()

    @on(RowList.Chosen)
    def _go(self, message: RowList.Chosen) -> None:
        self.dismiss(message.row.item)

    def action_answer(self) -> None:
        """Go on to the roles, to answer for one."""
        self.dismiss("role:")

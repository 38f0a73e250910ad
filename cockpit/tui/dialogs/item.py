"""An item in full: everything known of it, its history, and for a killer item the deliberate tick."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Static

from cockpit.release.item_state import ItemState
from cockpit.release.narrative import sentence
from cockpit.release.run import ItemView, Run
from cockpit.times import clock_time, epoch
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, button
from cockpit.tui.rows import Part, part
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.checklist import detail_lines
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.lines import TextPane


class ItemFacts(TextPane):
    """The item's lines and its history."""

    DEFAULT_CSS = """
    ItemFacts { height: auto; }
    """

    def __init__(self, view: ItemView, run: Run, now: float, *, trusted: bool) -> None:
        super().__init__()
        self._view = view
        self._run = run
        self._now = now
        self._trusted = trusted

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines = detail_lines(
            self._view,
            inks,
            timezone=self._run.timezone,
            now=self._now,
            width=width,
            trusted=self._trusted,
            production=self._run.production,
        )
        if self._view.history:
            lines += [[], [(" history", inks.title)]]
        lines += [
            [
                (f" {clock_time(epoch(record.wall), self._run.timezone, with_seconds=True)}  ", inks.muted),
                part(f"{record.by.name} ", inks.accent),
                part(sentence(record, self._run), inks.plain),
            ]
            for record in self._view.history
        ]
        return lines


class ItemDialog(Dialog[str]):
    """Shows an item; answers with the value seen (which may be empty) where the person ticks it."""

    BINDINGS = [Binding("q", "cancel", show=False)]

    def __init__(self, view: ItemView, run: Run, now: float) -> None:
        super().__init__()
        self._view = view
        self._run = run
        self._now = now

    def compose(self) -> ComposeResult:
        can_tick = self._view.state is not ItemState.DONE and (self._run.open or bool(self._view.period))
        period = f" ({self._view.period})" if self._view.period else ""
        with Vertical(classes="box item"):
            yield Static(safe_content(f"{self._view.section}: {self._view.item.text}{period}"), classes="dialog-title")
            with VerticalScroll():
                yield ItemFacts(self._view, self._run, self._now, trusted=self.cockpit.live.trusted)
            if can_tick:
                yield Field(placeholder="what you saw (a value, a link, a sentence)", compact=True)
            with Horizontal(classes="buttons"):
                yield button("Close", "cancel")
                if can_tick:
                    yield button("Tick", "tick", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(self.query_one(Input).value if event.button.id == "tick" else None)

    @on(Input.Submitted)
    def _to_button(self) -> None:
        self.query_one("#tick", Button).focus()

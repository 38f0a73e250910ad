"""The hand-over: what whoever drives next must know, read before the wheel goes to them, or at any time."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from cockpit.handing_over import Part as Section
from cockpit.handing_over import driver_line, handover_at, parts_of
from cockpit.release.run import Run
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, button
from cockpit.tui.rows import Part, labelled, part
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane


class HandoverText(TextPane):
    """The parts of the hand-over, what is grave first."""

    DEFAULT_CSS = """
    HandoverText { height: auto; }
    """

    def __init__(self, run: Run, now: float) -> None:
        super().__init__()
        self._driver = driver_line(run)
        self._sections = parts_of(run, handover_at(run, now), now)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines: list[list[Part]] = [[part(f" {self._driver}", inks.muted)]]
        for section in self._sections:
            lines += [[], [part(f" {section.title}", inks.bad if section.grave else inks.title)]]
            lines += self._rows(section, inks, width)
        if not self._sections:
            lines += [[], [(" Nothing is open, and nothing is due.", inks.good)]]
        return lines

    def _rows(self, section: Section, inks: Inks, width: int) -> Iterator[list[Part]]:
        for what, *more in section.rows:
            said = ", ".join(filter(None, more))
            yield from labelled("", f"{what}: {said}" if said else what, inks.plain, inks.muted, width=width, indent=3)


class HandoverDialog(Dialog[bool]):
    """Shows the hand-over; with a name it asks whether that person is to drive now."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
        Binding("k", "scroll_text(-1)", show=False),
        Binding("j", "scroll_text(1)", show=False),
    ]

    def __init__(self, give_to: str = "") -> None:
        super().__init__()
        self._give_to = give_to

    def compose(self) -> ComposeResult:
        run, _, now = self.cockpit.moment
        title = f"Give the wheel to {self._give_to}? What they must know:" if self._give_to else "Hand-over"
        with Vertical(classes="box tall"):
            yield Static(safe_content(title), classes="dialog-title")
            with VerticalScroll():
                yield HandoverText(run, now)
            with Horizontal(classes="buttons"):
                yield button("Cancel" if self._give_to else "Close", "cancel")
                if self._give_to:
                    yield button("Give the wheel", "give", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "give")

"""Small questions: a text to type, or a yes to give, with the focus on Cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import UsageError
from cockpit.times import parse_until
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.glyphs import shown_lines
from cockpit.tui.widgets.field import Field


def safe_content(text: str) -> Content:
    """Return external text for a Static: data, never markup."""
    return Content("\n".join(shown_lines(text)))


class AskDialog(Dialog[str]):
    """Asks for one line of text; Enter gives it, Esc leaves.

    `propose` finds a better hint off the loop, or an empty one: who knows what to type need not wait for it.
    """

    def __init__(
        self,
        title: str,
        hint: str,
        *,
        wanted: str = "",
        value: str = "",
        does: str = "Enter saves",
        propose: Callable[[], str] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._value = value
        self._does = does
        self._wanted = wanted  # the one answer that is taken; a wrong one keeps the field open
        self._propose = propose

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(safe_content(self._title), classes="dialog-title")
            yield Field(self._value, placeholder=self._hint, compact=True, classes="dialog-input")
            does = f"Enter after {self._wanted}" if self._wanted else self._does
            yield Static(Content(hint_line(does, "Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        if self._propose is not None:
            self.run_worker(self._show_proposal(self._propose), exit_on_error=False)

    async def _show_proposal(self, propose: Callable[[], str]) -> None:
        hint = await asyncio.to_thread(propose)
        if hint:
            self.query_one(Field).placeholder = hint

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        if self._wanted and event.value.strip() != self._wanted:
            self.query_one(".dialog-hint", Static).update(
                Content(f"That is not {self._wanted}: type it, or Esc to leave")
            )
        elif event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.query_one(".dialog-hint", Static).update(Content("It is empty: write something, or Esc to leave"))


class ConfirmDialog(Dialog[bool]):
    """Asks a question with one way to say yes; the focus starts on Cancel."""

    BINDINGS = [
        Binding("q", "cancel", show=False),
        Binding("left,h,up,k", "app.focus_previous", show=False),
        Binding("right,l,down,j", "app.focus_next", show=False),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(safe_content(self._question), classes="dialog-title")
            with Horizontal(classes="buttons"):
                yield button("Cancel", "cancel")
                yield button(self._yes, "yes", variant="primary")
            yield Static(
                Content(hint_line(f"Tab to {self._yes}", "Space presses it", "Esc leaves")), classes="dialog-hint"
            )

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")


class Waiver(Struct, frozen=True):
    """Why one goes on without something, and until when (RFC 3339 UTC), empty for good."""

    reason: str
    until: str = ""


class WaiverDialog(Dialog[Waiver]):
    """Asks for a reason, which must be there, and for an end, which may be."""

    def __init__(
        self, title: str, hint: str, *, ends: str = "until when it may stay so (7d, a time; optional)"
    ) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._ends = ends

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"):
            yield Static(safe_content(self._title), classes="dialog-title")
            yield Field(placeholder=self._hint, compact=True, classes="dialog-input", id="reason")
            yield Field(placeholder=self._ends, compact=True, classes="dialog-input", id="until")
            yield Static(Content(hint_line("Enter saves", "Tab until when", "Esc leaves")), classes="dialog-hint")

    @on(Input.Submitted)
    def _give(self) -> None:
        reason, until = (self.query_one(f"#{name}", Input) for name in ("reason", "until"))
        try:
            ends = parse_until(until.value.strip(), self.cockpit.now()) if until.value.strip() else ""
        except UsageError as error:
            self._complain(str(error), until)
            return
        if reason.value.strip():
            self.dismiss(Waiver(reason.value.strip(), ends))
        else:
            self._complain("It is empty: write why, or Esc to leave", reason)

    def _complain(self, what: str, field: Input) -> None:
        self.query_one(".dialog-hint", Static).update(safe_content(what))
        field.focus()

"""Challenge and response: the first of two persons asks, the second one answers with what they see themselves."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from cockpit.durations import age
from cockpit.release.record import Record
from cockpit.release.run import ItemView
from cockpit.times import clock_time, epoch
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.widgets.field import Field


class SecondPersonDialog(Dialog[str]):
    """A question in a few lines and a field; answers with what was typed."""

    def __init__(self, title: str, facts: list[str], hint: str, *, does: str, required: bool) -> None:
        super().__init__()
        self._title = title
        self._facts = facts
        self._hint = hint
        self._does = does
        self._required = required

    def compose(self) -> ComposeResult:
        with Vertical(classes="box item"):
            yield Static(safe_content(self._title), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield Static(safe_content("\n".join(self._facts)))
            yield Field(placeholder=self._hint, compact=True)
            yield Static(Content(hint_line(self._does, "Esc leaves")), classes="dialog-hint")

    @on(Input.Submitted)
    def _give(self, event: Input.Submitted) -> None:
        if self._required and not event.value.strip():
            words = "An answer needs what you saw: type it, or Esc to leave"
            self.query_one(".dialog-hint", Static).update(Content(words))
        else:
            self.dismiss(event.value.strip())


def _about(view: ItemView) -> str:
    return f"{view.item.title}{f' ({view.period})' if view.period else ''}"


def _task(view: ItemView) -> list[str]:
    item = view.item
    return [*([f"note: {item.note}"] if item.note else []), *([f"run: {item.run}"] if item.run else [])]


def challenge_dialog(view: ItemView) -> SecondPersonDialog:
    """Ask the first person what they saw, before the item is put to the second."""
    facts = ["You have done your part; another person, in a cockpit of their own, answers with what they see."]
    facts.append("What you type is shown to them once they have answered.")
    return SecondPersonDialog(
        f"To the second person: {_about(view)}", [*_task(view), *facts], "what you saw, as a value or a sentence",
        does="Enter asks", required=False,
    )  # fmt: skip


def answer_dialog(view: ItemView, record: Record, *, timezone: str, now: float) -> SecondPersonDialog:
    """Ask the second person what they see; what the first one said is not shown."""
    at = epoch(record.wall)
    asks = f"{record.by.name} asks, {clock_time(at, timezone)}, {age(now - at)} ago."
    facts = [asks, "Look for yourself, and type what you see: their value is shown once you have answered."]
    return SecondPersonDialog(
        f"Second person: {_about(view)}", [*_task(view), *facts], "what you see yourself",
        does="Enter answers", required=True,
    )  # fmt: skip

"""An item in full: everything known of it, its history, and for a killer item the deliberate tick."""

from __future__ import annotations

import asyncio
from typing import Literal

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import UsageError
from cockpit.release.asked import asked, may_answer
from cockpit.release.due import due_of
from cockpit.release.item_state import CLOSED_BY_HAND, ItemState
from cockpit.release.item_story import story_of, story_sentence
from cockpit.release.record import Record
from cockpit.release.run import ItemView, Run
from cockpit.session import Session
from cockpit.text import was_text
from cockpit.times import clock_time, epoch, parse_until, zone
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.rows import Part, fit, labelled, part
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.checklist import detail_lines
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.lines import TextPane

_MOST_SHOWN = 40  # lines of an attachment


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
        self._attached: dict[str, str] = {}  # what attachments say, by record

    def show_attached(self, texts: dict[str, str]) -> None:
        """Show what attachments say, by their records' ids."""
        self._attached = texts
        self.renew()
        self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines = detail_lines(
            self._view,
            inks,
            timezone=self._run.timezone,
            now=self._now,
            width=width,
            trusted=self._trusted,
            production=self._run.production,
            due=due_of(self._view, self._run, zone(self._run.timezone)),
        )
        lines += labelled("id", self._view.id, inks.muted, inks.muted, width=width)
        for record in self._view.attachments:
            lines += _attachment_lines(record, self._attached.get(record.id, ""), inks, width)
        story = story_of(self._view, self._run)
        if story:
            lines += [[], [(" history", inks.title)]]
        lines += [
            [
                (f" {clock_time(epoch(record.wall), self._run.timezone, with_seconds=True)}  ", inks.muted),
                part(f"{record.by.name} ", inks.accent),
                part(story_sentence(record, self._run), inks.plain),
            ]
            for record in story
        ]
        return lines


def _texts_of(view: ItemView, session: Session) -> dict[str, str]:
    found = {}
    for record in view.attachments:
        blob = getattr(record.data, "blob", None)
        text = session.text(blob) if blob is not None else None
        if text is not None:
            found[record.id] = text
    return found


def _attachment_lines(record: Record, text: str, inks: Inks, width: int) -> list[list[Part]]:
    """Return the beginning of what an attachment says; nothing where it is no text, or not here."""
    if not text or not was_text(text):
        return []
    said = text.removesuffix("\n").split("\n")
    lines: list[list[Part]] = [[], [part(f" {getattr(record.data, 'name', '')}", inks.title)]]
    lines += [[(" ", inks.plain), (fit(line, width - 1).rstrip(), inks.plain)] for line in said[:_MOST_SHOWN]]
    if len(said) > _MOST_SHOWN:
        more = f" {len(said) - _MOST_SHOWN} more lines: cockpit item evidence {record.ent.partition(':')[2]}"
        lines.append([part(more, inks.muted)])
    return lines


Verb = Literal["tick", "challenge", "answer"]


class Reply(Struct, frozen=True):
    """What a person does with the item, and the value they saw, which may be empty."""

    verb: Verb
    value: str
    link: str = ""
    until: str = ""  # RFC 3339 UTC


class ItemDialog(Dialog[Reply]):
    """Shows an item, which can be ticked there, put to the second person, or answered as them."""

    BINDINGS = [Binding("q", "cancel", show=False), Binding("p", "second_person", show=False)]

    def __init__(self, view: ItemView, run: Run, now: float) -> None:
        super().__init__()
        self._view = view
        self._run = run
        self._now = now

    def compose(self) -> ComposeResult:
        ways = self._ways()
        period = f" ({self._view.period})" if self._view.period else ""
        with Vertical(classes="box item"):
            yield Static(safe_content(f"{self._view.section}: {self._view.item.title}{period}"), classes="dialog-title")
            with VerticalScroll():
                yield ItemFacts(self._view, self._run, self._now, trusted=self.cockpit.live.trusted)
            if ways:
                yield Field(placeholder=self._hint(), compact=True, id="value")
                with Horizontal(classes="attest"):
                    yield Field(placeholder="link (optional)", compact=True, id="link")
                    yield Field(placeholder=self._how_long(), compact=True, id="until")
                yield Static("", id="item-trouble", markup=False)
            with Horizontal(classes="buttons"):
                for number, (identity, label) in enumerate(ways.items()):
                    yield button(label, identity, variant="default" if number else "primary")
                yield button("Close", "cancel")
            yield Static(Content(self._keys()), classes="dialog-hint")

    async def _read_attached(self) -> None:
        texts = await asyncio.to_thread(_texts_of, self._view, self.cockpit.workspace.session)
        self.query_one(ItemFacts).show_attached(texts)

    def _ways(self) -> dict[Verb, str]:
        """Return what can be done with it here, each with its button's label, the first one first."""
        view, actor = self._view, self.cockpit.workspace.session.actor
        if not (self._run.open or view.period):
            return {}
        renews = view.state is ItemState.ATTESTED and bool(view.item.expires)
        open_yet = view.state not in CLOSED_BY_HAND or renews
        if not view.item.two_person:
            return {"tick": "Attest" if view.item.expires else "Tick"} if open_yet else {}
        if may_answer(view, actor):
            return {"answer": "Answer as the second person"}
        ways: dict[Verb, str] = {}
        if asked(view) is None and (open_yet or view.unverified_second):
            ways["challenge"] = "Ask the second person"
        if open_yet:
            ways["tick"] = "Tick alone"
        return ways

    def _hint(self) -> str:
        return "what you see yourself" if "answer" in self._ways() else "what you saw (a value, a link, a sentence)"

    def _keys(self) -> str:
        ways = list(self._ways().values())
        return hint_line(*([f"Tab to {ways[0]}", "Space presses it"] if ways else []), "Esc leaves")

    def action_second_person(self) -> None:
        """Do what `p` does, with what is typed; an answer without a value asks for it."""
        for verb in ("answer", "challenge"):
            if verb in self._ways():
                self._reply(verb)

    def _reply(self, verb: Verb) -> None:
        field, until = self.query_one("#value", Input), self.query_one("#until", Input)
        link = self.query_one("#link", Input).value.strip()
        try:
            ends = parse_until(until.value, self.cockpit.now()) if until.value.strip() else ""
        except UsageError as error:
            self._complain(str(error), until)
            return
        attests = bool(ends or link or self._view.item.expires) and verb != "challenge"
        if (verb == "answer" or attests) and not field.value.strip() and not (link and verb == "tick"):
            self._complain("Say what you looked at: type it", field)
        else:
            self.dismiss(Reply(verb, field.value, link, ends))

    def _complain(self, what: str, field: Input) -> None:
        trouble = self.query_one("#item-trouble", Static)
        trouble.update(safe_content(what))
        trouble.display = True
        field.focus()

    def _how_long(self) -> str:
        expires = self._view.item.expires
        return f"holds for {expires}, or 30d, a time" if expires else "holds for (30d, a time; optional)"

    def on_mount(self) -> None:
        # A killer item is opened to be done: what is typed then belongs into its field, and no reflex closes it; but
        # where something has been typed before, no reflex ticks it.
        has_draft = self.draft is not None and bool(self.draft.texts)
        begins = "#value" if self._view.item.killer and self._ways() and not has_draft else "#cancel"
        self.set_focus(self.query_one(begins))
        if self._view.attachments:
            self.run_worker(self._read_attached(), exit_on_error=False)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        verb = next((each for each in self._ways() if each == event.button.id), None)
        if verb is None:
            self.dismiss(None)
        else:
            self._reply(verb)

    @on(Input.Submitted)
    def _to_button(self, event: Input.Submitted) -> None:
        """Go on to the button, with something typed: three times Enter, by reflex, ticks no killer item."""
        ways = self._ways()
        if self._view.item.killer and not any(field.value.strip() for field in self.query(Field)):
            self._complain(f"Type what you saw, or Tab to {next(iter(ways.values()))}", event.input)
        else:
            self.query_one(f"#{next(iter(ways))}", Button).focus()

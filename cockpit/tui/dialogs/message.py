"""Filling a message in and sending it: the text is shown as it will leave, and the focus starts on what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.announcing import filled
from cockpit.errors import CockpitError
from cockpit.release.decisions.messages import find_channel, told_since
from cockpit.release.filling import Filling
from cockpit.release.library import MessageTemplate
from cockpit.release.messages import STATE_WORDS, Message
from cockpit.tui.dialogs.ask import ConfirmDialog, safe_content
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.glyphs import shown
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.messages import FillingText

_REPEATABLE = frozenset({"failed", "unknown", "no result"})


class Sending(Struct, frozen=True):
    """What a person has said is to be sent, over which channels, and which messages (by id) they knew of."""

    filling: Filling
    channels: tuple[str, ...]
    seen: frozenset[str]


class FillDialog(Dialog[Sending]):
    """Asks for what the release does not tell; a button sends it, and Enter in a field does not."""

    def __init__(self, template: MessageTemplate, incident: str) -> None:
        super().__init__()
        self._template = template
        self._incident = incident
        self._filling: Filling | None = None
        self._complaint = ""  # why it cannot be sent yet
        self._told = ""  # that somebody has sent the same meanwhile
        self._seen: frozenset[str] = frozenset()  # the messages that were sent before, by id
        self._given: tuple[str, ...] = ()  # what stands in the entries before anybody types

    def compose(self) -> ComposeResult:
        channels = list(self.cockpit.workspace.run.configuration.channels)
        with Vertical(classes="box message"):
            yield Static(safe_content(self._template.title), classes="dialog-title")
            with VerticalScroll(can_focus=False, id="message-fields"):
                for field in self._template.fields:
                    with Horizontal(classes="message-row"):
                        yield Static(safe_content(field.name), classes="message-label")
                        yield Field(compact=True, classes="message-field", id=f"field-{field.name}")
                with Horizontal(classes="message-row"):
                    yield Static(safe_content("send to"), classes="message-label")
                    to = channels[0] if len(channels) == 1 else ""
                    known = (
                        f"name one or more of: {', '.join(channels)}"
                        if channels
                        else "none: add channels to cockpit.yaml"
                    )
                    yield Field(to, placeholder=shown(known), compact=True, id="message-to")
                yield FillingText(id="message-text", below_form=True)
            with Horizontal(classes="buttons"):
                yield button("Send", "send", variant="primary")
                yield button("Cancel", "cancel")
            yield Static(Content(hint_line("Tab goes on", "Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        self._seen = frozenset(self.cockpit.workspace.run.messages)
        self._fill()
        missing = self._filling.missing if self._filling is not None else ()
        first = f"field-{missing[0].name}" if missing else "cancel" if self._channels else "message-to"
        self.query_one(f"#{first}").focus()
        self._given = self._typed()
        self.set_interval(5.0, self._fill)  # its times go on

    def _typed(self) -> tuple[str, ...]:
        return tuple(entry.value for entry in self.query(Field))

    def action_cancel(self) -> None:
        """Leave; where something has been typed, only after asking."""
        if self._typed() == self._given:
            self.dismiss(None)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(None)

        self.app.push_screen(ConfirmDialog("Throw away what you have typed?", "Throw it away"), answered)

    def _said(self) -> Mapping[str, str]:
        return {
            field.name: value
            for field in self._template.fields
            if (value := self.query_one(f"#field-{field.name}", Field).value.strip())
        }

    @property
    def _channels(self) -> tuple[str, ...]:
        said = self.query_one("#message-to", Field).value.replace(",", " ").split()
        return tuple(dict.fromkeys(said))

    @on(Input.Changed)
    def _fill(self) -> None:
        """Show the message as it stands, and let it be sent only as a whole."""
        workspace, complaint = self.cockpit.workspace, ""
        try:
            self._filling = filled(workspace, self._template, self._said(), self._incident, at=self.cockpit.now())
            # It stays about the incident that it began with, whichever are open by the time it is sent.
            self._incident = self._incident or self._filling.incident
            for name in self._channels:
                find_channel(workspace.run, name)
        except CockpitError as error:
            complaint = str(error)
        filling = self._filling
        if filling is not None:
            self.query_one(FillingText).show(filling)
            for field in filling.fields:
                entry = self.query_one(f"#field-{field.name}", Field)
                entry.placeholder = shown(field.value or f"{field.hint}{_choices(field.choices)}")
                entry.set_class(not field.value, "-missing")
            complaint = complaint or filling.untrue
            if filling.missing and not complaint:
                missing = [*(field.name for field in filling.missing), *([] if self._channels else ["send to"])]
                complaint = f"still to be filled in: {', '.join(missing)}"
        if not self._channels and not complaint:
            complaint = "it is to be sent nowhere yet: name a channel"
        self.query_one("#message-to").set_class(not self._channels, "-missing")
        self.query_one("#send", Button).disabled = bool(complaint)
        self._complaint = complaint
        self._hint()

    def on_descendant_focus(self) -> None:
        """Say what the keys do here."""
        self._hint()

    def _hint(self) -> None:
        at = getattr(self.focused, "id", "")
        sends = "Enter sends it all the same" if self._told else "Enter sends it"
        hints = {"cancel": ("Enter leaves",), "send": (sends, "Esc leaves")}
        told = hints.get(at, () if self._complaint else ("Tab goes on to Send", "Esc leaves"))
        told = (*told, *filter(None, (self._complaint, self._told)))
        hint = self.query_one(".dialog-hint", Static)
        hint.set_class(bool(self._told), "-warns")
        hint.update(safe_content(hint_line(*told)))

    @on(Input.Submitted)
    def _go_on(self) -> None:
        self.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send" and self._filling is not None:
            self._fill()  # with the time of now
            if not self.query_one("#send", Button).disabled and not self._told_meanwhile(self._filling):
                self.dismiss(Sending(self._filling, self._channels, self._seen))
        elif event.button.id == "cancel":
            self.action_cancel()

    def _told_meanwhile(self, filling: Filling) -> bool:
        """Say, once, that somebody has sent the same since this was opened; what was typed stays."""
        run = self.cockpit.workspace.run
        for channel in self._channels:
            told = told_since(run, filling.template.id, channel, filling.incident, seen=self._seen)
            if told is not None:
                self._seen |= frozenset(run.messages)
                self._told = f"{told.by.name} on {told.last.host} has sent this to {channel} meanwhile: {told.subject}"
                self._hint()
                return True
        return False


def _choices(choices: tuple[str, ...]) -> str:
    return f" ({', '.join(choices)})" if choices else ""


class SentDialog(Dialog[bool]):
    """A message as it was sent, and each attempt; one that may not have arrived can be sent again."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self._message = message

    def compose(self) -> ComposeResult:
        message, state = self._message, self._message.state(self.cockpit.now())
        with Vertical(classes="box message"):
            yield Static(safe_content(f"{message.channel}: {STATE_WORDS[state]}"), classes="dialog-title")
            with VerticalScroll(can_focus=False, id="sent-text"):
                yield Static(safe_content("\n".join(self._attempts())), id="sent-attempts")
                yield Static(safe_content(f"\n{message.subject}\n\n{message.body}"), id="sent-body")
            with Horizontal(classes="buttons"):
                again = button("Send it again", "again", variant="warning")
                again.display = state in _REPEATABLE
                yield again
                yield button("Close", "cancel")
            doubt = "it may arrive twice" if state in {"unknown", "no result"} else "it was not delivered"
            hints = (doubt, "Esc leaves") if state in _REPEATABLE else ("Esc leaves",)
            yield Static(Content(hint_line(*hints)), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()

    def _attempts(self) -> list[str]:
        return [
            f"{one.at[:19]}Z {one.by.name} on {one.host}: {one.outcome or 'no result'}"
            + (f", {one.detail}" if one.detail else "")
            for one in self._message.attempts
        ]

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "again")

"""What a grave confirmation is made of: a field that takes typing only, and buttons that no reflex presses."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from cockpit.tui.dialogs.base import DialogButton


class TypedInput(Input):
    """A field that takes typing only."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.post_message(self.Refused())

    def action_paste(self) -> None:
        """Refuse."""
        self.post_message(self.Refused())

    class Refused(events.Event):
        """Something was pasted."""


def _is_typed(event: events.Event) -> bool:
    """Whether a key belongs into the field: Space presses buttons."""
    return isinstance(event, events.Key) and event.is_printable and event.character != " "


class PassingButton(DialogButton):
    """A button that passes on to the field what is typed while it has the focus.

    It does so before the key enters its own queue: the next key may be waiting already, and must not overtake.
    """

    def _forward_event(self, event: events.Event) -> None:
        if _is_typed(event):
            field = self.screen.query_one(TypedInput)
            self.screen.set_focus(field)
            field._forward_event(event)
        else:
            super()._forward_event(event)


class LastButton(PassingButton):
    """The button that starts it; Space presses it, Enter does not."""

    BINDINGS = [Binding("enter", "explain", show=False)]

    def action_explain(self) -> None:
        """Say what presses it."""
        self.screen.query_one("#confirm-hint", Static).update(Content("Enter never confirms: press Space"))

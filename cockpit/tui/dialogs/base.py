"""A dialog: a framed box over the screen, left by Esc or q where no text is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from textual.binding import Binding
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """Base of all dialogs; leaving it answers None, which does nothing."""

    BINDINGS = [Binding("escape", "cancel", "cancel", show=False)]

    @property
    def cockpit(self) -> CockpitApp:
        """The app, by its own type."""
        return cast("CockpitApp", self.app)

    def action_cancel(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)

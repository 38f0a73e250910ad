"""A dialog: a framed box over the screen, left by Esc or q where no text is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.widgets.button import ButtonVariant

from cockpit.session import Asked
from cockpit.tui.compositing import PatchScreen
from cockpit.tui.drafts import Draft
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.tour import TourStrip
from cockpit.tui.widgets.field import Field

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

T = TypeVar("T")


def hint_line(*hints: str) -> str:
    """Return what the keys of a dialog do, as one line of text."""
    return f" {choose_glyphs().dot} ".join(hints)


class DialogButton(Button):
    """A button that Space presses, and Enter where its kind does not say otherwise."""

    BINDINGS = [Binding("space", "press", show=False)]


def button(
    label: str, identity: str, *, variant: ButtonVariant = "default", kind: type[DialogButton] = DialogButton
) -> DialogButton:
    """Return a dialog's button."""
    return kind(Content(label), id=identity, compact=True, variant=variant)


class Dialog(PatchScreen, ModalScreen[T]):
    """Base of all dialogs; leaving it answers None, which does nothing."""

    BINDINGS = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("up", "scroll_text(-1)", show=False),
        Binding("down", "scroll_text(1)", show=False),
        Binding("pageup", "scroll_text(-8)", show=False),
        Binding("pagedown", "scroll_text(8)", show=False),
    ]

    draft: Draft | None = None
    asked: Asked | None = None  # what its answer is about, whatever flies by the time it is given
    _came_of: Dialog[Any] | None = None
    _leaves_with: tuple[T | None] | None = None  # the answer, once it was given below another screen

    def on_mount(self) -> None:
        self._bring_back()
        tour = getattr(self.app, "tour", None)  # the demo's alone; a log by itself knows of none
        if tour is not None and tour.step is not None:
            self.mount(TourStrip(classes="-above"))
            self.call_after_refresh(self.cockpit.hand_over)

    def drafted(self, draft: Draft) -> Self:
        """Bring back what was typed here before and not given, and keep what is typed now and not given."""
        self.draft = draft
        return self

    def come_of(self, before: Dialog[Any] | None, asked: Asked) -> None:
        """Note what was asked of as it opens: of the same as `before`, of which it goes on."""
        self._came_of = before
        self.asked = before.asked if before is not None else asked

    def forget_drafts(self) -> None:
        """Forget what was typed here and in what it came of: it is on the record."""
        if self.draft is not None:
            self.draft.keep(())
        if self._came_of is not None:
            self._came_of.forget_drafts()

    def _bring_back(self) -> None:
        for field, text in zip(self.query(Field), self.draft.texts if self.draft is not None else (), strict=False):
            field.select_on_focus = False  # typing on adds to it
            field.value = text
            field.cursor_position = len(text)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Leave with an answer, or without. What is typed is kept: an answer may be refused, or find no room.

        Below another screen it is left once that has been: Textual would take away the other one in its place.
        """
        if self not in self.app.screen_stack or self._leaves_with is not None:
            return AwaitComplete()  # it has been left
        kept = self.draft is not None and self.draft.keep([field.value for field in self.query(Field)])
        if kept and result is None:
            self.cockpit.tell("what you typed is kept: it is there when you open this again")
        if self.is_active:
            return super().dismiss(result)
        self._leaves_with = (result,)
        return AwaitComplete()

    def on_screen_resume(self, event: events.ScreenResume) -> None:  # noqa: ARG002
        # Whoever comes back to a button may press it anew, however soon: Textual takes no press while one is shown.
        self.query(Button).remove_class("-active")
        if self._leaves_with is not None and self.is_active:
            super().dismiss(*self._leaves_with)

    @property
    def cockpit(self) -> CockpitApp:
        """The app, by its own type."""
        return cast("CockpitApp", self.app)

    def hint(self, *hints: str) -> None:
        """Say what the keys do here now."""
        self.query_one(".dialog-hint", Static).update(Content(hint_line(*hints)))

    def action_cancel(self) -> None:
        """Leave without doing anything."""
        self.dismiss(None)

    def action_scroll_text(self, by: int) -> None:
        """Scroll what is longer than the box, by lines, wherever the focus is."""
        for text in self.query(VerticalScroll):
            text.scroll_relative(y=by, animate=False)

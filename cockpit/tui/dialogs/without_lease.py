"""Going on without the remote's lease: never by reflex, so the words are typed, and the reason is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import CockpitError
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.dialogs.late import push_late
from cockpit.tui.dialogs.typed import LastButton, PassingButton, TypedInput
from cockpit.tui.widgets.field import Field

if TYPE_CHECKING:
    from cockpit.tui.screens.base import StripScreen

NO_LEASE = "no-lease"  # the code of a refusal that a person may go beyond
WORDS = "without remote"


class WithoutLeaseDialog(Dialog[str]):
    """Asks whether to go on by this clone's lock alone; answers with the reason."""

    def __init__(self, trouble: str) -> None:
        super().__init__()
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        with Vertical(classes="box plan"):
            yield Static(Content("Go on without the remote's lease?"), classes="dialog-title production")
            yield Static(safe_content(self._trouble), id="lease-trouble")
            yield Static(
                Content("Only this clone's lock keeps others out then: another clone may be executing right now.")
            )
            yield Static(Content.from_markup("Type [b $text-error]$words[/]:", words=WORDS))
            yield TypedInput(compact=True, select_on_focus=False, id="typed", max_length=len(WORDS) + 40)
            yield Static(Content("Why, and how you know that nobody else executes:"))
            yield Field(placeholder="the git host is down, Ben sits beside me", compact=True, id="lease-reason")
            with Horizontal(classes="buttons"):
                go = button("Go on without it", "go", variant="error", kind=LastButton)
                go.disabled = True
                yield go
                yield button("Cancel", "cancel", kind=PassingButton)
            hint = hint_line("Tab goes on", "Esc leaves")
            yield Static(Content(hint), id="confirm-hint")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()

    @property
    def _right(self) -> bool:
        reason = self.query_one("#lease-reason", Input).value.strip()
        return self.query_one("#typed", Input).value == WORDS and bool(reason)

    @on(TypedInput.Refused)
    def _refused(self) -> None:
        self.query_one("#confirm-hint", Static).update(Content("It must be typed, not pasted"))

    @on(Input.Changed)
    def _compare(self) -> None:
        self.query_one("#go", Button).disabled = not self._right
        said = "Right. Tab to the red button, then Space" if self._right else hint_line("Tab goes on", "Esc leaves")
        self.query_one("#confirm-hint", Static).update(Content(said))

    @on(Input.Submitted)
    def _enter_is_no_confirmation(self) -> None:
        said = "Enter never confirms: Tab, then Space" if self._right else f"It takes the words {WORDS}, and a reason"
        self.query_one("#confirm-hint", Static).update(Content(said))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        go = event.button.id == "go" and self._right
        self.dismiss(self.query_one("#lease-reason", Input).value.strip() if go else None)


def start_leased(asker: StripScreen, start: Callable[[str], object]) -> None:
    """Start something off the loop; where the lease is not to be had, ask for a reason, and start it with that."""
    app = asker.cockpit

    def answered(reason: str | None) -> None:
        if reason:
            app.in_thread(lambda: start(reason))

    async def carry_out() -> None:
        try:
            await asyncio.to_thread(start, "")
        except (CockpitError, OSError) as error:
            if isinstance(error, CockpitError) and error.code == NO_LEASE:
                push_late(asker, WithoutLeaseDialog(error.what), answered, otherwise=str(error))
            else:
                app.tell(str(error), severity="warning")

    app.run_worker(carry_out(), exit_on_error=False)

"""The plan, and the typed confirmation: the very object that is shown here is what will run.

The focus starts on Cancel. Enter never confirms. The confirmation is typed, never pasted; once it is right, the
last button can be reached, and is pressed with Space.
"""

from __future__ import annotations

import asyncio
import secrets

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import CockpitError
from cockpit.executing import start_execution
from cockpit.release.decisions.executions import confirmation_accepted
from cockpit.release.intents import RequestExecution
from cockpit.release.plan import Plan, describe
from cockpit.release.tags import Tag, confirmation_word
from cockpit.text import visible
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.screens.execution import ExecutionScreen


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


class LastButton(Button):
    """The button that starts it; Space presses it, Enter does not."""

    BINDINGS = [Binding("space", "press", show=False), Binding("enter", "explain", show=False)]

    def action_explain(self) -> None:
        """Say what presses it."""
        self.screen.query_one("#confirm-hint", Static).update(Content("Enter never confirms: press Space"))


class ConfirmPlanDialog(Dialog[bool]):
    """Shows a plan and starts it when its target was typed."""

    def __init__(self, plan: Plan, tag: Tag) -> None:
        super().__init__()
        self._plan = plan
        self._word = confirmation_word(tag)
        self._display = tag.display
        self._starting = False

    def compose(self) -> ComposeResult:
        plan = self._plan
        verb = "ROLL BACK" if plan.direction == "rollback" else "DEPLOY"
        where = f"{plan.service} in {plan.environment_name} on {plan.host}"
        from_what = visible(plan.from_tag or plan.from_commit[:8])
        with Vertical(classes="box plan"):
            yield Static(
                Content.from_markup(
                    "[b]$verb[/] $where: from [b]$from_what[/] to [b]$to[/] $commit",
                    verb=verb, where=visible(where), from_what=from_what, to=self._display, commit=plan.commit[:8],
                ),
                classes="dialog-title" + (" production" if plan.production else ""),
            )  # fmt: skip
            with VerticalScroll(can_focus=False, id="plan-steps"):
                yield Static(self._steps())
            yield Static(self._ask(), id="confirm-ask")
            yield TypedInput(compact=True, id="typed", max_length=cell_len(self._word) + 40)
            with Horizontal(classes="buttons"):
                yield Button(Content("Cancel"), id="cancel", compact=True)
                yield LastButton(
                    Content(f"{verb.capitalize()} now"), id="go", compact=True, variant="error", disabled=True
                )
            yield Static(Content("Tab goes on · Space presses the last button · Esc leaves"), id="confirm-hint")

    def on_mount(self) -> None:
        self.query_one("#cancel", Button).focus()

    def _steps(self) -> Content:
        lines = []
        for number, step in enumerate(self._plan.steps, 1):
            lines.append(
                Content.from_markup(
                    "[b]$number. $title[/] [$text-muted]$what[/]",
                    number=str(number), title=visible(step.title), what=visible(describe(step)),
                )
            )  # fmt: skip
            if step.danger:
                lines.append(Content.from_markup("   [$text-warning]$danger[/]", danger=visible(step.danger)))
            if step.left_out:
                lines.append(Content.from_markup("   [$text-muted]left out: $why[/]", why=visible(step.left_out)))
        return Content("\n").join(lines)

    def _ask(self) -> Content:
        return Content.from_markup("Type [b $text-error]$word[/] to confirm:", word=visible(self._word))

    def on_key(self, event: events.Key) -> None:
        """Begin to type from Cancel: what is typed goes where it belongs."""
        field = self.query_one("#typed", TypedInput)
        typed = event.character
        if self.focused is not field and typed is not None and typed.isprintable() and typed != " ":
            event.stop()
            event.prevent_default()
            field.focus()
            field.insert_text_at_cursor(typed)

    @on(TypedInput.Refused)
    def _refused(self) -> None:
        self.query_one("#confirm-hint", Static).update(Content("It must be typed, not pasted"))

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        right = confirmation_accepted(self._plan, event.value) and event.value in {self._word, self._plan.commit[:8]}
        self.query_one("#go", Button).disabled = not right
        self.query_one("#confirm-hint", Static).update(
            Content("Right. Tab to the last button, then Space" if right else "Tab goes on · Esc leaves")
        )

    @on(Input.Submitted)
    def _enter_is_no_confirmation(self) -> None:
        self.query_one("#confirm-hint", Static).update(Content("Enter never confirms: Tab, then Space"))

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "cancel":
            self.dismiss(None)
        elif not self._starting:
            self._starting = True
            self.run_worker(self._start(), exit_on_error=False)

    async def _start(self) -> None:
        workspace = self.cockpit.workspace
        intent = RequestExecution(secrets.token_hex(4), self._plan, self.query_one("#typed", Input).value)
        try:
            await asyncio.to_thread(start_execution, workspace, intent)
        except CockpitError as error:
            self._starting = False
            self.query_one("#confirm-hint", Static).update(Content(visible(str(error))))
            return
        self.dismiss(True)
        self.app.push_screen(ExecutionScreen())

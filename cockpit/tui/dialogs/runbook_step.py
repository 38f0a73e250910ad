"""One step of a procedure: what to do, its command as it would run, and after that what it printed.

The focus starts on Cancel; a command runs by its own button alone. A step is done by a person's word, never because
a command has ended.
"""

from __future__ import annotations

import asyncio
import secrets
import threading

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from cockpit.errors import CockpitError
from cockpit.procedures import Ran, prepared, run_step
from cockpit.release.decisions.runbooks import last_run
from cockpit.release.events import StepWord
from cockpit.release.intents import SettleStep
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.record import Record
from cockpit.release.runbooks import blanks_of, shown_command
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, button, hint_line
from cockpit.tui.dialogs.late import push_late
from cockpit.tui.dialogs.without_lease import NO_LEASE, WithoutLeaseDialog
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.runbooks import rows_of

_OTHERS = "#run, #lead, #done, #skip"  # what waits for the command that runs
_KEPT_LINES = 200  # of what a command printed, the last


class StepDialog(Dialog[str]):
    """Answers with the id of the runbook that the step leads to, or an empty text once the step was settled."""

    BINDINGS = [
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, runbook: Runbook, step: RunbookStep, incident: str = "") -> None:
        super().__init__()
        self._incident = incident  # in which the procedure begins, where it has not
        self._runbook = runbook
        self._step = step
        self._cancel: threading.Event | None = None  # of the command that runs
        self._seen = ""  # the last run of the command that the person knows of

    def compose(self) -> ComposeResult:
        step, run = self._step, self.cockpit.moment[0]
        number = self._runbook.steps.index(step) + 1
        where = f"in {run.environment} of {run.service} on {self.cockpit.workspace.host}"
        with Vertical(classes="box item step"):
            yield Static(
                safe_content(f"{self._runbook.title} {number}/{len(self._runbook.steps)}: {step.text}"),
                classes="dialog-title",
            )
            with VerticalScroll(can_focus=False):
                yield Static(safe_content("\n".join(self._facts())), id="step-facts")
                if step.run:
                    yield Static(safe_content(f"runs {where}:"), id="step-where")
                    yield Static(self._command(), id="step-command")
                yield Static("", id="step-output")
            for blank in blanks_of(step):
                yield Field(placeholder=f"<{shown(blank)}>", compact=True, classes="blank")
            yield Field(placeholder="a note: what you saw, or why", compact=True, id="step-note")
            with Horizontal(classes="buttons"):
                yield button("Cancel", "cancel")
                if step.run:
                    yield button("Run it", "run", variant="error")
                if step.runbook:
                    yield button(f"Go to {shown(step.runbook)}", "lead")
                yield button("Done", "done", variant="primary")
                yield button("Skip", "skip")
            yield Static(Content(hint_line("Tab goes on", "Space presses", "Esc leaves")), classes="dialog-hint")

    def on_mount(self) -> None:
        self._look()
        self.query_one("#cancel", Button).focus()
        self.query_one("#step-facts").display = bool(self._facts())
        self.query_one("#step-output").display = False
        self._compare()

    def on_unmount(self) -> None:
        # Whoever ends the cockpit must not wait for a command, nor leave one that nobody sees the end of.
        if self._cancel is not None:
            self._cancel.set()

    def _facts(self) -> list[str]:
        run, _, now = self.cockpit.moment
        row = next((one for one in rows_of(run, self._runbook.id, now) if one.id == self._step.id), None)
        step = self._step
        facts = [
            f"when {step.when}" if step.when else "",
            f"after {step.after} of trouble: {row.timer}" if step.after and row is not None and row.timer else "",
            f"see {step.link}" if step.link else "",
            f"{row.use.state} by {row.use.by} {row.at} {row.use.note}".strip()
            if row is not None and row.use is not None and row.use.state != "open"
            else "",
            "" if self.cockpit.live.trusted or not step.run else "not trusted on this host: cockpit trust",
        ]
        return [fact for fact in facts if fact]

    def _look(self) -> None:
        """Take it that the person knows of every run of the command until now."""
        self._seen = last_run(self.cockpit.workspace.run, self._runbook, self._step, self._incident)

    def _values(self) -> dict[str, str]:
        fields = self.query(".blank").results(Field)
        filled = zip(blanks_of(self._step), fields, strict=False)
        return {blank: field.value.strip() for blank, field in filled if field.value.strip()}

    def _command(self) -> Content:
        return Content.from_markup("  [b]$$ $command[/]", command=shown(shown_command(self._step, self._values())))

    def _hint(self, text: str) -> None:
        self.query_one(".dialog-hint", Static).update(safe_content(text))

    @on(Input.Changed, ".blank")
    def _compare(self) -> None:
        """Show the command as it would run, and let it run only as a whole."""
        if not self._step.run:
            return
        try:
            prepared(self._step, self._values())
            complaint = ""
        except CockpitError as error:
            complaint = error.what
        self.query_one("#step-command", Static).update(self._command())
        self.query_one("#run", Button).disabled = bool(complaint) or self._cancel is not None
        if complaint:
            self._hint(complaint)

    @on(Input.Submitted)
    def _enter_is_no_confirmation(self) -> None:
        self._hint("Enter in a field does nothing: Tab to a button")

    def action_cancel(self) -> None:
        """Leave; not while a command runs."""
        if self._cancel is not None:
            self._hint("The command runs: stop it, or wait for its end")
        else:
            self.dismiss(None)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "cancel" if self._cancel is not None:
                self._cancel.set()
                self._hint("Stopping it" + choose_glyphs().more)
            case "cancel":
                self.dismiss(None)
            case "run" if self._cancel is None:
                self._begin()
            case "lead" if self._cancel is None:
                self.dismiss(self._step.runbook)
            case "done":
                self._settle("done")
            case "skip":
                self._settle("skipped")

    def _settle(self, outcome: StepWord) -> None:
        note = self.query_one("#step-note", Field)
        if outcome == "skipped" and not note.value.strip():
            self._hint("A skipped step needs a reason: write it into the note")
            self.set_focus(note)
            return
        intent = SettleStep(
            self._runbook.id, secrets.token_hex(4), self._incident, step=self._step.id, outcome=outcome, note=note.value
        )
        self.cockpit.act(intent, then=self._settled)

    def _settled(self, _records: list[Record]) -> None:
        if self._cancel is None:
            self.dismiss("")
        else:  # begun while that was being written: to leave would stop it
            self._hint("That is on the record; the command still runs")

    # The command

    def _go_on_without(self, reason: str | None) -> None:
        if reason:
            self._begin(reason)

    def _begin(self, without_lease: str = "") -> None:
        self._cancel = threading.Event()
        cancel = self.query_one("#cancel", Button)
        cancel.label = Content("Stop it")
        cancel.focus()
        for other in self.query(_OTHERS).results(Button):
            other.disabled = True
        self._hint("Running" + choose_glyphs().more)
        self.run_worker(self._run(self._cancel, without_lease), exit_on_error=False)

    async def _run(self, cancel: threading.Event, without_lease: str = "") -> None:
        values = self._values()
        try:
            command = prepared(self._step, values)
            ran = await asyncio.to_thread(
                run_step, self.cockpit.workspace, self._runbook.id, self._step.id, shown=command, values=values,
                incident=self._incident, cancel=cancel, without_lease=without_lease, seen=self._seen,
            )  # fmt: skip
        except (CockpitError, OSError) as error:
            self._ended(None, str(error))
            if isinstance(error, CockpitError) and error.code == NO_LEASE:
                push_late(self, WithoutLeaseDialog(error.what), self._go_on_without)
            return
        self._ended(ran, "")

    def _ended(self, ran: Ran | None, trouble: str) -> None:
        self._cancel = None
        if not self.is_mounted:
            return
        self._look()
        cancel = self.query_one("#cancel", Button)
        cancel.label = Content("Close")
        cancel.focus()
        for other in self.query(_OTHERS).results(Button):
            other.disabled = False
        self._compare()  # a blank may have been emptied meanwhile
        if ran is None:
            self._hint(trouble)
            return
        lines = ran.output.rstrip("\n").splitlines()
        dropped = [f"({len(lines) - _KEPT_LINES} lines before these)"] if len(lines) > _KEPT_LINES else []
        self.query_one("#step-output").display = bool(lines)
        self.query_one("#step-output", Static).update(safe_content("\n".join([*dropped, *lines[-_KEPT_LINES:]])))
        self.query_one(VerticalScroll).scroll_end(animate=False)
        status = f", exit status {ran.code}" if ran.code is not None else ""
        told = f": {ran.detail}" if ran.detail else ""
        self._hint(f"{ran.outcome}{status}, {ran.seconds:.1f} s{told}; Done says that the step is done")

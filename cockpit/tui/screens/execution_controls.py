"""What a person can do with an execution that stopped, or that nothing has reported on."""

from __future__ import annotations

from cockpit.executing import abort_execution, start_worker
from cockpit.execution.control import skip_step
from cockpit.execution.progress import PASSED
from cockpit.release.intents import ConfirmExecution
from cockpit.release.run import ExecutionView
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.without_lease import start_leased
from cockpit.tui.screens.base import StripScreen


class ExecutionControls(StripScreen):
    """The part of the execution's screen that acts: go on, skip, take a person's word, abort; each asks first."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ExecutionView | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what is possible now: nothing can be retried, skipped or aborted once it is over."""
        view = self._view
        if action == "confirm_execution":
            return view is not None and view.outcome == "unverified" and view.confirmed is None
        if action == "skip_step":
            return view is not None and view.state == "stopped"
        if action in {"retry_step", "abort_execution"}:
            return view is not None and not view.over
        return super().check_action(action, parameters)

    def _stopped(self) -> ExecutionView | None:
        view = self._view
        if view is None or view.over:
            self.cockpit.tell("this execution is over: 4 lists the tags for another one")
            return None
        return view

    def action_retry_step(self) -> None:
        """Start a worker for the rest: it tries the failed step again, or goes on where another worker fell."""
        view = self._stopped()
        if view is None:
            return
        titles = [step.title for step in view.plan.steps] if view.plan is not None else []
        waiting = next((step for step in view.steps if step.state not in PASSED), None)
        name = titles[waiting.index] if waiting is not None and waiting.index < len(titles) else "the next step"

        def answered(yes: bool | None) -> None:
            if yes:
                start_leased(
                    self.cockpit,
                    lambda reason: start_worker(self.cockpit.workspace, view.id, without_lease=reason),
                )

        self.app.push_screen(ConfirmDialog(f"Go on with: {name}?", "Go on"), answered)

    def action_skip_step(self) -> None:
        """Skip the failed step, where the plan allows it, and go on; some want a reason."""
        view = self._stopped()
        if view is None or view.plan is None:
            return
        waiting = next((step for step in view.steps if step.state not in PASSED), None)
        step = view.plan.steps[waiting.index] if waiting is not None else None
        if step is not None and step.skippable:
            ask = AskDialog(f"Skip: {step.title}", "why it may be left out")
            self.app.push_screen(ask, lambda reason: self._skip(view, reason) if reason else None)
        else:
            self._skip(view, "")

    def _skip(self, view: ExecutionView, why: str) -> None:
        skipped = False

        def skip(reason: str) -> None:
            nonlocal skipped
            if not skipped:
                skip_step(self.cockpit.workspace.session.act, view, reason=why)
                skipped = True
            start_worker(self.cockpit.workspace, view.id, without_lease=reason)

        start_leased(self.cockpit, skip)

    def action_confirm_execution(self) -> None:
        """Take a person's word for what nothing has reported, once they have said how they know."""
        view = self._view
        if view is None:
            return

        def said(reason: str | None) -> None:
            if reason:
                self.cockpit.act(ConfirmExecution(view.id, reason), said="confirmed")

        self.app.push_screen(AskDialog(f"{view.tag} runs well: how have you seen it?", "what was seen"), said)

    def action_abort_execution(self) -> None:
        """Abort, once the word was typed."""
        view = self._stopped()
        if view is None:
            return

        def typed(text: str | None) -> None:
            if text is not None:
                self.cockpit.in_thread(lambda: abort_execution(self.cockpit.workspace, view, reason=""))

        question = "Abort stops in the middle, and undoes nothing. Type the word abort to do so"
        self.app.push_screen(AskDialog(question, "", wanted="abort"), typed)

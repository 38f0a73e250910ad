"""What a person can do with an execution that stopped, or that nothing has reported on."""

from __future__ import annotations

from cockpit.executing import abort_execution, require_turn, start_worker
from cockpit.execution.control import skip_step
from cockpit.execution.progress import may_be_skipped, required_words, step_at, turns_taken
from cockpit.release.intents import ConfirmExecution
from cockpit.release.run import ExecutionView
from cockpit.tui.alarms import is_elsewhere, worker_gone
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.without_lease import start_leased
from cockpit.tui.screens.base import StripScreen


class ExecutionControls(StripScreen):
    """The part of the execution's screen that acts: go on, skip, take a person's word, abort; each asks first."""

    def __init__(self) -> None:
        super().__init__()
        self._view: ExecutionView | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let only hold what could be: nothing can be retried, skipped or aborted once it is over."""
        view = self._view
        if action == "confirm_execution":
            return view is not None and view.outcome == "unverified" and view.confirmed is None
        if action in {"retry_step", "skip_step", "abort_execution"}:
            return view is not None and not view.over
        return super().check_action(action, parameters)

    def offers(self, action: str) -> bool:
        """Hint at what would do something now: a required step is not skipped, and what runs is not retried."""
        view = self._view
        if action not in {"retry_step", "skip_step", "abort_execution"}:
            return True
        if view is None or not self.cockpit.may_write or is_elsewhere(view, self.cockpit.moment[1]):
            return False
        if action == "skip_step":
            step = step_at(view)
            return view.state == "stopped" and step is not None and may_be_skipped(step)
        return action == "abort_execution" or not self._runs(view)

    def _runs(self, view: ExecutionView) -> bool:
        """Whether somebody carries it out now."""
        return view.state in {"requested", "running"} and not worker_gone(view, *self.cockpit.moment[1:])

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
        if self._runs(view):
            self.cockpit.tell(f"the {view.direction} runs: there is nothing to try again; A aborts it")
            return
        step = step_at(view)
        name = step.title if step is not None else "the next step"
        turn = turns_taken(self.cockpit.moment[0], view.id)

        def answered(yes: bool | None) -> None:
            if yes:
                start_leased(
                    self,
                    lambda reason: start_worker(self.cockpit.workspace, view.id, without_lease=reason, turn=turn),
                )

        self.app.push_screen(ConfirmDialog(f"Go on with: {name}?", "Go on"), answered)

    def action_skip_step(self) -> None:
        """Skip the failed step, where the plan allows it, and go on; some want a reason."""
        view = self._stopped()
        if view is None:
            return
        step, turn = step_at(view), turns_taken(self.cockpit.moment[0], view.id)
        if view.state != "stopped":
            self.cockpit.tell(f"the {view.direction} has not stopped at a step: there is nothing to skip")
        elif step is not None and not may_be_skipped(step):
            self.cockpit.tell(required_words(step, view), severity="warning")
        elif step is not None and step.skippable:
            ask = AskDialog(f"Skip: {step.title}", "why it may be left out")
            self.app.push_screen(ask, lambda reason: self._skip(view, turn, reason) if reason else None)
        else:
            self._skip(view, turn, "")

    def _skip(self, view: ExecutionView, turn: int, why: str) -> None:
        skipped = False

        def skip(reason: str) -> None:
            nonlocal skipped
            if not skipped:
                require_turn(self.cockpit.workspace, view.id, turn)
                skip_step(self.cockpit.workspace.session.act, view, reason=why)
                skipped = True
            start_worker(self.cockpit.workspace, view.id, without_lease=reason, turn=turn)

        start_leased(self, skip)

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

"""The worker: carries out one confirmed plan in a process of its own, and can go on where another one fell.

Every step is checkpointed in the store before it acts. A dropped connection or a closed screen does not reach
it. It holds the execution lock, and where the state is shared the remote's lease, through verification.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError, NotFoundError, RefusedError
from cockpit.execution.attempts import Attempts
from cockpit.execution.confirmed import Confirmed
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.execution.progress import (
    PASSED,
    conclusion,
    index_at,
    is_waiting,
    next_step,
    remaining_steps,
    turns_taken,
    waiting_for,
)
from cockpit.execution.steps import Databases, StepResult, StepRunner
from cockpit.release.entities import execution_entity
from cockpit.release.events import ExecutionStopped, Outcome, WorkerStarted
from cockpit.release.intents import EndExecution, Intent, RecordFact
from cockpit.release.plan import Plan
from cockpit.release.ports import UNLEASED, Lease, Verifier
from cockpit.release.record import Event
from cockpit.release.run import ExecutionView, Run


class Worker:
    """Runs the rest of one execution; `act` writes, `run_of` reads the present snapshot, `commit` publishes.

    `trusted`, `resolve`, `head` and `rebuild` are what `Confirmed` asks before anything is done. `turn` is how many
    workers had begun when this one was asked for: where another one was quicker, what it stopped at is for a person to
    see first.
    """

    def __init__(
        self,
        execution: str,
        *,
        act: Callable[[Intent], object],
        run_of: Callable[[], Run],
        output: Path,
        verifier: Verifier,
        trusted: Callable[[str], bool],
        resolve: Callable[[Plan], str],
        head: Callable[[], str],
        rebuild: Callable[[Plan], Plan],
        commit: Callable[[], object],
        databases: Databases,
        turn: int | None = None,
        lease: Lease = UNLEASED,
    ) -> None:
        self._execution = execution
        self._entity = execution_entity(execution)
        self._act = act
        self._run_of = run_of
        self._output_path = output
        self._verifier = verifier
        self._confirmed = Confirmed(trusted=trusted, resolve=resolve, head=head, rebuild=rebuild)
        self._commit = commit
        self._databases = databases
        self._turn = turn
        self._lease = lease
        self.cancel = threading.Event()

    def run(self) -> Outcome | None:
        """Carry the plan out from its first unfinished step; None where it stopped and waits for a person.

        What it may not or cannot go on with is recorded as a stop, and raised.
        """
        view = self._view()
        try:
            plan = self._confirmed.plan_of(view)
            output = OutputFile(self._output_path)
            try:
                return self._carry_out(view, plan, output)
            finally:
                output.close()
        except (CockpitError, OSError) as error:
            with contextlib.suppress(CockpitError):  # where not even that can be saved, the worker's log has it
                self._record(ExecutionStopped(index=next_step(view), reason=str(error)))
            raise
        finally:
            self._commit()

    def _view(self) -> ExecutionView:
        view = next((view for view in self._run_of().executions if view.id == self._execution), None)
        if view is None:
            raise NotFoundError(f"no execution {self._execution!r}", fix="cockpit execution status lists them")
        if view.over:
            raise RefusedError(f"it is over already: {view.outcome}", code="already")
        if self._turn is not None and turns_taken(self._run_of(), self._execution) != self._turn:
            raise RefusedError("another worker has gone on with it meanwhile", code="conflicting")
        return view

    def _carry_out(self, view: ExecutionView, plan: Plan, output: OutputFile) -> Outcome | None:
        states = {step.index: step for step in view.steps}
        remaining, stood_at = remaining_steps(plan, view), index_at(plan, view)
        self._record(WorkerStarted(pid=os.getpid(), step=remaining[0] if remaining else len(plan.steps)))
        self._commit()
        under_way = StepProcess(self._output_path.parent, self._execution)
        if under_way.end_leftover():
            output.heading("the step that was left running is ended")
        runner = StepRunner(plan, output, under_way, self._verifier, self._databases, self.cancel)
        attempts = Attempts(runner, output, record=self._record, lease=self._lease, cancel=self.cancel)
        verdicts: list[StepResult] = []
        for index in remaining:
            step = plan.steps[index]
            made = states[index].attempt if index in states else 0
            if self.cancel.is_set():
                self._record(ExecutionStopped(index=index, reason=f"stopped before step {index + 1}, {step.title}"))
                return None
            refusal = self._lease.refusal()
            if refusal:
                reason = f"stopped before step {index + 1}, {step.title}: {refusal}"
                self._record(ExecutionStopped(index=index, reason=reason))
                return None
            if step.kind == "confirm" and index == stood_at and is_waiting(view):
                # A person came back to the step that waits for one: that is the confirmation, of this step alone.
                attempts.end(index, step, made, StepResult("ok", "confirmed"), "")
                continue
            hosts = states[index].hosts if index in states else ()
            done = frozenset(each.host for each in hosts if each.done)
            result = attempts.step(index, step, attempts=made, done=done)
            if result is None:
                self._record(ExecutionStopped(index=index, reason=waiting_for(step)))
                return None
            if step.kind == "verify":
                verdicts.append(result)
            if result.outcome not in PASSED and not (step.optional and not self.cancel.is_set()):
                reason = f"step {index + 1}, {step.title}: {result.detail or result.outcome}"
                self._record(ExecutionStopped(index=index, reason=reason))
                return None
        return self._end(plan, verdicts)

    def _end(self, plan: Plan, verdicts: list[StepResult]) -> Outcome:
        outcome, detail, seen = conclusion(plan, verdicts)
        self._act(EndExecution(self._execution, outcome, detail, seen))
        return outcome

    def _record(self, event: Event, text: str = "") -> None:
        self._act(RecordFact(self._entity, event, text or None))

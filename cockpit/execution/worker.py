"""The worker: carries out one confirmed plan in a process of its own, and can go on where another one fell.

Every step is checkpointed in the store before it acts. A dropped connection or a closed screen does not reach
it. It holds the execution lock, and where the state is shared the remote's lease, through verification.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.errors import CockpitError, NotFoundError, RefusedError
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.execution.progress import (
    PASSED,
    conclusion,
    is_waiting,
    next_step,
    remaining_steps,
    turns_taken,
    waiting_for,
)
from cockpit.execution.steps import Databases, StepResult, StepRunner
from cockpit.release.decisions.executions import execution_entity
from cockpit.release.events import ExecutionStopped, HostEnded, Outcome, StepEnded, StepStarted, WorkerStarted
from cockpit.release.intents import EndExecution, Intent, RecordFact
from cockpit.release.plan import Plan, PlanStep
from cockpit.release.ports import UNLEASED, Lease, Verifier
from cockpit.release.record import Event
from cockpit.release.run import ExecutionView, Run


class Worker:
    """Runs the rest of one execution; `act` writes, `run_of` reads the present snapshot, `commit` publishes.

    `trusted` and `resolve` are asked again here: neither a changed digest nor a moved tag slips through between
    the confirmation and the act. `turn` is how many workers had begun when this one was asked for: where another
    one was quicker, what it stopped at is for a person to see first.
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
        self._trusted = trusted
        self._resolve = resolve
        self._head = head
        self._rebuild = rebuild
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
            plan = self._checked_plan(view)
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

    def _checked_plan(self, view: ExecutionView) -> Plan:
        plan = view.plan
        if plan is None:
            raise RefusedError(
                "the plan in the store is not the one that was confirmed, or is not here yet", code="conflicting"
            )
        if not self._trusted(plan.configuration_digest):
            raise RefusedError(
                "this configuration is not trusted on this host",
                fix="Look at it and say: cockpit trust",
                code="not-trusted",
            )
        # What runs follows from the trusted configuration: whoever can write the journal could alter the steps in it,
        # and secrets have been taken out of them.
        confirmed, plan = plan, self._rebuild(plan)
        _refuse_other_databases(confirmed, plan)
        if plan.digest != view.plan_digest:
            raise RefusedError(
                "the plan is not what this run's configuration says", fix="Abort, and confirm anew", code="conflicting"
            )
        self._require_expected_head(view, plan)
        now_at = self._resolve(plan)
        if now_at != plan.commit:
            raise RefusedError(
                f"the tag {plan.tag} has moved from {plan.commit[:8]} to {now_at[:8]} since it was confirmed",
                fix="Abort, look at the card again, and confirm anew",
                code="conflicting",
            )
        return plan

    def _require_expected_head(self, view: ExecutionView, plan: Plan) -> None:
        """Refuse to go on over a work tree that somebody moved while the execution stood still."""
        passed = {step.index for step in view.steps if step.state in PASSED}
        checkouts = [index for index, step in enumerate(plan.steps) if step.kind == "checkout"]
        if not checkouts:
            return
        done = any(index in passed for index in checkouts)
        expected = {plan.commit} if done else {plan.from_commit, plan.commit}
        head = self._head()
        if head not in expected:
            wanted = plan.commit if done else plan.from_commit
            raise RefusedError(
                f"the work tree is at {head[:8]}, where this execution left it at {wanted[:8]}",
                fix="Put it back with git checkout --detach, or abort",
                code="conflicting",
            )

    def _carry_out(self, view: ExecutionView, plan: Plan, output: OutputFile) -> Outcome | None:
        states = {step.index: step for step in view.steps}
        remaining = remaining_steps(plan, view)
        self._record(WorkerStarted(pid=os.getpid(), step=remaining[0] if remaining else len(plan.steps)))
        self._commit()
        under_way = StepProcess(self._output_path.parent, self._execution)
        if under_way.end_leftover():
            output.heading("the step that was left running is ended")
        runner = StepRunner(plan, output, under_way, self._verifier, self._databases, self.cancel)
        verdicts: list[StepResult] = []
        for index in remaining:
            step = plan.steps[index]
            attempt = states[index].attempt if index in states else 0
            if self.cancel.is_set():
                self._record(ExecutionStopped(index=index, reason=f"stopped before step {index + 1}, {step.title}"))
                return None
            refusal = self._lease.refusal()
            if refusal:
                reason = f"stopped before step {index + 1}, {step.title}: {refusal}"
                self._record(ExecutionStopped(index=index, reason=reason))
                return None
            if step.kind == "confirm" and index == remaining[0] and is_waiting(view):
                # A person came back to the step that waits for one: that is the confirmation, of this step alone.
                self._end_step(index, step, attempt, StepResult("ok", "confirmed"), "")
                continue
            hosts = states[index].hosts if index in states else ()
            done = frozenset(each.host for each in hosts if each.done)
            result = self._step(index, step, attempt, runner, output, done)
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

    def _step(
        self,
        index: int,
        step: PlanStep,
        attempts: int,
        runner: StepRunner,
        output: OutputFile,
        done: frozenset[str],
    ) -> StepResult | None:
        output.heading(f"{index + 1}/{self._count(runner)} {step.title}")
        if step.left_out:
            result = StepResult("skipped", step.left_out)
            self._end_step(index, step, attempts, result, "")
            return result
        for attempt in range(attempts + 1, attempts + 2 + step.retries):
            self._record(StepStarted(index=index, step=step.id, attempt=attempt))
            if step.kind == "confirm":
                output.line(step.confirm)
                return None
            started, offset = time.monotonic(), output.end
            if runner.already_done(step):
                result = StepResult("already", "it has taken effect already", seconds=time.monotonic() - started)
            elif step.hosts:
                result, done = self._on_hosts(index, step, attempt, runner, done)
            else:
                result = runner.attempt(step)
            seconds = result.seconds or time.monotonic() - started
            self._end_step(index, step, attempt, result, output.since(offset), seconds)
            if result.outcome in PASSED or self.cancel.is_set() or self._lease.refusal():
                break
        return result

    def _on_hosts(
        self, index: int, step: PlanStep, attempt: int, runner: StepRunner, done: frozenset[str]
    ) -> tuple[StepResult, frozenset[str]]:
        """Run a step on those of its hosts where it has not taken effect; return also where it has now."""
        failed: list[tuple[str, StepResult]] = []
        for host, ended in runner.on_hosts(step, done):
            self._record(
                HostEnded(
                    index=index,
                    step=step.id,
                    host=host,
                    attempt=attempt,
                    outcome=ended.outcome,
                    seconds=round(ended.seconds, 3),
                    code=ended.code,
                    detail=ended.detail,
                )
            )
            if ended.outcome in PASSED:
                done |= {host}
            else:
                failed.append((host, ended))
        how_far = f"done on {len(done)} of {len(step.hosts)}"
        if failed:
            host, ended = failed[0]
            result = StepResult(ended.outcome, f"{host}: {ended.detail or ended.outcome}; {how_far}", ended.code)
        elif len(done) < len(step.hosts):
            result = StepResult("aborted", f"stopped by a person; {how_far}")
        else:
            result = StepResult("ok", f"done on all {len(step.hosts)}")
        return result, done

    @staticmethod
    def _count(runner: StepRunner) -> int:
        return len(runner.plan.steps)

    def _end_step(
        self, index: int, step: PlanStep, attempt: int, result: StepResult, text: str, seconds: float = 0.0
    ) -> None:
        ended = StepEnded(
            index=index,
            step=step.id,
            attempt=attempt,
            outcome=result.outcome,
            seconds=round(seconds, 3),
            code=result.code,
            detail=result.detail,
        )
        self._record(ended, text)

    def _end(self, plan: Plan, verdicts: list[StepResult]) -> Outcome:
        outcome, detail, seen = conclusion(plan, verdicts)
        self._act(EndExecution(self._execution, outcome, detail, seen))
        return outcome

    def _record(self, event: Event, text: str = "") -> None:
        self._act(RecordFact(self._entity, event, text or None))


def _refuse_other_databases(confirmed: Plan, now: Plan) -> None:
    """Refuse where the databases cannot be told here, or are others than those that were confirmed."""
    if now.troubles:
        raise RefusedError(now.troubles[0], fix="Then go on: cockpit execution resume", code="no-database")
    for was, step in zip(confirmed.steps, now.steps, strict=False):
        if was.database is not None and step.database is not None and was.database != step.database:
            raise RefusedError(
                f"{step.title}: the database is {step.database.place} here, and {was.database.place} was confirmed",
                fix="Go on where its variables are set as they were, or abort",
                code="conflicting",
            )

"""One step of an execution from its checkpoint to its end on the record, retries and hosts included."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from cockpit.execution.output import OutputFile
from cockpit.execution.progress import PASSED
from cockpit.execution.steps import StepResult, StepRunner
from cockpit.release.events import HostEnded, StepEnded, StepStarted
from cockpit.release.plan import PlanStep
from cockpit.release.ports import Lease
from cockpit.release.record import Event


class Attempts:
    """Runs the steps of one plan and writes down each attempt before it acts.

    `record` writes an event, with what was printed.
    """

    def __init__(
        self,
        runner: StepRunner,
        output: OutputFile,
        *,
        record: Callable[[Event, str], None],
        lease: Lease,
        cancel: threading.Event,
    ) -> None:
        self._runner = runner
        self._output = output
        self._record = record
        self._lease = lease
        self._cancel = cancel
        self._count = len(runner.plan.steps)

    def step(
        self, index: int, step: PlanStep, *, attempts: int = 0, done: frozenset[str] = frozenset()
    ) -> StepResult | None:
        """Run a step, with its retries; None where it waits for a person.

        `attempts` were made of it before, and on the hosts in `done` it has taken effect.
        """
        self._output.heading(f"{index + 1}/{self._count} {step.title}")
        if step.left_out:
            result = StepResult("skipped", step.left_out)
            self.end(index, step, attempts, result, "")
            return result
        for attempt in range(attempts + 1, attempts + 2 + step.retries):
            self._record(StepStarted(index=index, step=step.id, attempt=attempt), "")
            if step.kind == "confirm":
                self._output.line(step.confirm)
                return None
            started, offset = time.monotonic(), self._output.end
            if self._runner.already_done(step):
                result = StepResult("already", "it has taken effect already", seconds=time.monotonic() - started)
            elif step.hosts:
                result, done = self._on_hosts(index, step, attempt, done)
            else:
                result = self._runner.attempt(step)
            seconds = result.seconds or time.monotonic() - started
            self.end(index, step, attempt, result, self._output.since(offset), seconds)
            if result.outcome in PASSED or self._cancel.is_set() or self._lease.refusal():
                break
        return result

    def _on_hosts(
        self, index: int, step: PlanStep, attempt: int, done: frozenset[str]
    ) -> tuple[StepResult, frozenset[str]]:
        """Run a step on those of its hosts where it has not taken effect; return also where it has now."""
        failed: list[tuple[str, StepResult]] = []
        for host, ended in self._runner.on_hosts(step, done):
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
                ),
                "",
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

    def end(
        self, index: int, step: PlanStep, attempt: int, result: StepResult, text: str, seconds: float = 0.0
    ) -> None:
        """Write down how a step ended."""
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

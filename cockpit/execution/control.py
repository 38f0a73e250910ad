"""Starting, resuming and ending executions from outside the worker."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cockpit import process
from cockpit.errors import NotFoundError, RefusedError
from cockpit.execution.worker import PASSED
from cockpit.release.decisions.executions import execution_entity
from cockpit.release.events import StepEnded
from cockpit.release.intents import EndExecution, Intent, RecordFact
from cockpit.release.run import ExecutionView, Run


def output_path(directory: Path, execution: str) -> Path:
    """Return the file that an execution's steps print to."""
    return directory / execution / "output.log"


def spawn_worker(*, repository: Path, run_id: str, execution: str, directory: Path, by: str) -> int:
    """Start a detached worker for the rest of an execution; return its pid."""
    argv = [
        sys.executable,
        "-m",
        "cockpit",
        "worker",
        execution,
        "--repo",
        str(repository),
        "--run",
        run_id,
        "--by",
        by,
    ]
    return process.spawn_detached(argv, cwd=repository, log=directory / execution / "worker.log")


def find_execution(run: Run, wanted: str = "") -> ExecutionView:
    """Return the execution of that id, or the one in progress, or the last; NotFoundError where there is none."""
    if wanted:
        found = next((view for view in run.executions if view.id.startswith(wanted)), None)
    else:
        found = run.current_execution or (run.executions[-1] if run.executions else None)
    if found is None:
        raise NotFoundError("there is no execution", fix="Start one: cockpit rollback TAG --execute --confirm TAG")
    return found


def skip_step(act: Callable[[Intent], object], view: ExecutionView) -> None:
    """Skip the step at which an execution stopped; refused unless the plan calls it optional."""
    if view.plan is None:
        raise RefusedError("the plan is not in this clone's store yet", code="conflicting")
    index = next((step.index for step in view.steps if step.state not in PASSED), None)
    if index is None:
        raise RefusedError("no step is left to skip", code="already")
    step = view.plan.steps[index]
    if not step.optional:
        raise RefusedError(
            f"the step {step.title!r} is required", fix="Retry it, or abort the execution", code="required"
        )
    attempt = next((one.attempt for one in view.steps if one.index == index), 0)
    skipped = StepEnded(index=index, step=step.id, attempt=attempt, outcome="skipped", detail="skipped by a person")
    act(RecordFact(execution_entity(view.id), skipped))


def abort(
    act: Callable[[Intent], object],
    view: ExecutionView,
    *,
    by: str,
    reason: str,
    worker_pid: int | None,
    worker_gone: Callable[[], bool],
    patience: float = 30.0,
) -> None:
    """End an execution: stop its worker and wait until that, with its step's whole process group, is really gone."""
    if view.over:
        raise RefusedError(f"it is over already: {view.outcome}", code="already")
    if worker_pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker_pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while not worker_gone():
        if time.monotonic() > deadline:
            raise RefusedError("the worker has not ended yet", fix="Try again in a moment", code="locked")
        time.sleep(0.05)
    detail = f"aborted by {by}" + (f": {reason}" if reason else "")
    act(EndExecution(view.id, "aborted", detail))

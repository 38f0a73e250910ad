"""Starting, resuming and ending executions from outside the worker."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from cockpit import process
from cockpit.errors import NotFoundError, ProcessError, RefusedError
from cockpit.execution.progress import PASSED, may_be_skipped, remaining_steps, required_words
from cockpit.release.entities import execution_entity
from cockpit.release.events import StepEnded
from cockpit.release.intents import EndExecution, Intent, RecordFact
from cockpit.release.run import ExecutionView, Run
from cockpit.text import visible

_OUT_OF_REACH = 2.0  # seconds that a worker may take to be known for one: it may end, or begin, this very moment


def output_path(directory: Path, execution: str) -> Path:
    """Return the file that an execution's steps print to."""
    return directory / execution / "output.log"


def lock_reason(execution: str) -> str:
    """Return what the execution lock's holder says that it does, where it is this execution's worker."""
    return f"execution {execution}"


def last_words(directory: Path, execution: str) -> str:
    """Return the last two lines that an execution's workers complained with, or an empty text."""
    try:
        lines = _worker_log(directory, execution).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    said = [visible(line.strip(), limit=200) for line in lines if line.strip()]
    return ". ".join(said[-2:])


def _worker_log(directory: Path, execution: str) -> Path:
    return directory / execution / "worker.log"


def spawn_worker(*, repository: Path, run_id: str, execution: str, directory: Path, by: str, turn: int) -> int:
    """Start a detached worker for the rest of an execution, of which `turn` workers have begun; return its pid.

    Raises ProcessError where it cannot be started.
    """
    # -P: nothing that lies in the work tree is ever imported.
    argv = [sys.executable, "-P", "-m", "cockpit", "worker", execution, f"--turn={turn}"]
    argv += [f"--repo={repository}", f"--run={run_id}", f"--by={by}"]
    try:
        return process.spawn_detached(argv, cwd=repository, log=_worker_log(directory, execution))
    except (ProcessError, OSError) as error:
        raise ProcessError(
            f"the worker could not be started: {getattr(error, 'what', error)}",
            fix="Nothing has run. Try again: cockpit execution resume; or end it: cockpit execution abort",
        ) from error


def is_worker(pid: int, execution: str, *, proc: Path = Path("/proc")) -> bool:
    """Whether a process of this host is the worker of that execution.

    A lock may tell of a process of another container, or of another host, where that id is somebody else's here.
    """
    if (proc / "self" / "cmdline").exists():
        try:
            words = os.fsdecode((proc / str(pid) / "cmdline").read_bytes()).split("\0")
        except OSError:  # gone meanwhile
            return False
    else:
        words = process.run(["ps", "-ww", "-o", "command=", "-p", str(pid)]).text.split()
    return "worker" in words and execution in words


def find_execution(run: Run, wanted: str = "") -> ExecutionView:
    """Return the execution of that id, or the one in progress, or the last; NotFoundError where there is none."""
    if wanted:
        found = next((view for view in run.executions if view.id.startswith(wanted)), None)
    else:
        found = run.current_execution or (run.executions[-1] if run.executions else None)
    if found is None:
        raise NotFoundError("there is no execution", fix="Start one: cockpit rollback TAG --execute --confirm TAG")
    return found


def skip_step(act: Callable[[Intent], object], view: ExecutionView, *, reason: str = "") -> None:
    """Skip the step at which an execution stopped; refused unless the plan calls it optional or skippable.

    What is skippable, rather than optional, needs a person's reason.
    """
    if view.plan is None:
        raise RefusedError("the plan is not in this clone's store yet", code="conflicting")
    if view.state != "stopped":
        raise RefusedError(
            f"it has not stopped at a step: it is {view.state}", fix="cockpit execution status", code="conflicting"
        )
    passed = {step.index for step in view.steps if step.state in PASSED}
    index = next((index for index in remaining_steps(view.plan, view) if index not in passed), None)
    if index is None:
        raise RefusedError("no step is left to skip", code="already")
    step = view.plan.steps[index]
    if step.skippable and not reason.strip():
        raise RefusedError(
            f"skipping {step.title!r} needs a reason",
            fix='Say why: cockpit execution skip --reason "..."',
            code="no-reason",
        )
    if not may_be_skipped(step):
        raise RefusedError(
            required_words(step, view), fix="cockpit execution retry; or: cockpit execution abort", code="required"
        )
    detail = "skipped by a person" + (f": {visible(reason.strip(), limit=200)}" if reason.strip() else "")
    attempt = next((one.attempt for one in view.steps if one.index == index), 0)
    skipped = StepEnded(index=index, step=step.id, attempt=attempt, outcome="skipped", detail=detail)
    act(RecordFact(execution_entity(view.id), skipped))


def abort(
    act: Callable[[Intent], object],
    view: ExecutionView,
    *,
    by: str,
    reason: str,
    worker_pid: Callable[[], int | None],
    exclusively: Callable[[], AbstractContextManager[object]],
    is_over: Callable[[], bool],
    end_leftover: Callable[[], object],
    patience: float = 30.0,
) -> None:
    """End an execution: stop its worker and wait until that, with its step's whole process group, is really gone.

    `worker_pid` returns None where no worker is left, and 0 while one is there that has not said who it is;
    `end_leftover` ends the step that a worker left running which was killed. The rest happens `exclusively`, so that
    no new worker goes on between the end of the old one and the record of the abort; `is_over` is asked again there.
    No process is ended but one that is this execution's worker.
    """
    if view.over:
        raise RefusedError(f"it is over already: {view.outcome}", code="already")
    begun, told = time.monotonic(), False
    while (pid := worker_pid()) is not None:
        if pid and not told and is_worker(pid, view.id):
            told = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        waited = time.monotonic() - begun
        if pid and not told and waited > _OUT_OF_REACH:
            raise RefusedError(
                f"its worker, process {pid}, is in another container or on another host that uses this clone",
                fix="Abort it there: what runs there cannot be ended from here",
                code="locked",
            )
        if waited > patience:
            raise RefusedError("the worker has not ended yet", fix="Try again in a moment", code="locked")
        time.sleep(0.05)
    with exclusively():
        if is_over():
            raise RefusedError("it ended by itself meanwhile", fix="cockpit execution status", code="already")
        end_leftover()
        detail = f"aborted by {by}" + (f": {reason}" if reason else "")
        act(EndExecution(view.id, "aborted", detail))

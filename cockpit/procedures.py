"""Running a runbook step's command: because a person confirmed it, where it is trusted, and on the record."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Callable, Mapping

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import CockpitError, ProcessError, RefusedError, UsageError
from cockpit.executing import execution_lock
from cockpit.leasing.commands import CommandLease, lease_for_command
from cockpit.process import Finished, run, shell
from cockpit.release.decisions.runbooks import find_step, last_run
from cockpit.release.events import CommandOutcome, RunbookCommandEnded
from cockpit.release.intents import BeginCommand, RecordFact
from cockpit.release.library import RunbookStep
from cockpit.release.runbooks import blank_variable, blanks_of, shell_command, shown_command, value_complaint
from cockpit.syncing import catch_up
from cockpit.workspace import Workspace, require_trust, require_writable

_OUTPUT_LIMIT = 1024 * 1024  # bytes of each stream that are kept
_GRACE = 2.0  # seconds that a command has to end by itself once it is told to
_LONGEST_DETAIL = 200  # characters


class Ran(Struct, frozen=True):
    """How a command ended; `output` and `command` have their secrets masked, and are still to be made visible."""

    command: str
    outcome: CommandOutcome
    code: int | None
    seconds: float
    detail: str
    output: str


def prepared(step: RunbookStep, values: Mapping[str, str]) -> str:
    """Return the command as it is shown before it runs; UsageError where a blank is open or may not hold its value."""
    blanks = blanks_of(step)
    strange = [name for name in values if name not in blanks]
    if strange:
        known = ", ".join(blanks) or "it has none"
        raise UsageError(f"the command has no blank <{strange[0]}>", fix=f"There is: {known}")
    for name in blanks:
        if name not in values:
            raise UsageError(
                f"the blank <{name}> is not filled in", fix=f"Fill it in: --set {name}=VALUE", code="blanks"
            )
        complaint = value_complaint(values[name])
        if complaint:
            raise UsageError(
                f"{values[name]!r} may not fill <{name}>: {complaint}",
                fix="Run the command by hand, and say that the step is done",
                code="blanks",
            )
    return shown_command(step, values)


def run_step(
    workspace: Workspace,
    runbook: str,
    step_id: str,
    *,
    shown: str,
    values: Mapping[str, str],
    incident: str = "",
    cancel: threading.Event | None = None,
    without_lease: str = "",
    seen: str | None = None,
) -> Ran:
    """Run a step's command, of which a person has seen `shown` and said yes; return how it ended.

    What its blanks hold reaches it as environment variables. It runs in a process group of its own in the code's
    directory, and is ended by its time-out or by `cancel`. One with effects holds the lock that executions hold and,
    where the state is shared, the remote's lease; `without_lease` is a person's reason to go on where the remote cannot
    be asked, and without one that is refused (`no-lease`). `seen` is the last run of it that the person knew of, by
    default what is known here: where it was run since, from another cockpit, it is not run a second time. Raises
    RefusedError where either is held, where the configuration is not trusted on this host, where the command is not the
    one that was shown any more, or where somebody else drives.
    """
    require_writable(workspace)
    pinned, step = find_step(workspace.run, runbook, step_id)
    seen = last_run(workspace.run, pinned, step, incident) if seen is None else seen
    require_trust(workspace)
    if prepared(step, values) != shown:
        raise RefusedError(
            "the command is not the one that you were shown any more", fix="Look at it again", code="conflicting"
        )
    with contextlib.ExitStack() as held:
        lease = CommandLease()
        if step.effects != "none":
            what = f"the runbook {runbook}, {step.id}"
            held.enter_context(execution_lock(workspace, what))
            lease = held.enter_context(lease_for_command(workspace, what, without=without_lease))
            if lease.keeper is not None:  # what others wrote counts: who drives, above all
                catch_up(workspace)
        if cancel is not None and cancel.is_set():
            raise RefusedError("stopped by a person: nothing was run", code="not-confirmed")
        intent = BeginCommand(
            runbook, secrets.token_hex(4), incident, step=step.id, command=shown, without_lease=without_lease,
            trouble=lease.trouble, seen=seen,
        )  # fmt: skip
        entity = workspace.session.act(intent)[-1].ent
        return _run(workspace, step, entity, shown, values, cancel, lease)


def _run(
    workspace: Workspace,
    step: RunbookStep,
    entity: str,
    shown: str,
    values: Mapping[str, str],
    cancel: threading.Event | None,
    lease: CommandLease,
) -> Ran:
    situation = workspace.situation
    environment = {
        **os.environ,
        "COCKPIT_TARGET_TAG": situation.tag,
        "COCKPIT_TARGET_COMMIT": situation.commit,
        "COCKPIT_SERVICE": situation.service,
        "COCKPIT_ENVIRONMENT": situation.environment,
        **{blank_variable(name): value for name, value in values.items()},
    }
    command = workspace.session.masked(shown)
    ran = Ran(command, "stopped", None, 0.0, "interrupted", "")
    try:
        finished = run(
            shell(shell_command(step)), cwd=workspace.code, env=environment, timeout=parse_duration(step.timeout),
            limit=_OUTPUT_LIMIT, cancel=cancel, grace=_GRACE,
        )  # fmt: skip
        ran = _ran(command, finished, step, lost=lease.lost(), mask=workspace.session.masked)
    except ProcessError as error:
        ran = Ran(command, "failed", None, 0.0, error.what, "")
    finally:
        # Also where it was interrupted: what was begun must not look as if it went on for ever.
        end = RunbookCommandEnded(ran.outcome, ran.code, round(ran.seconds, 3), ran.detail)
        _write_down(workspace, RecordFact(entity, end, ran.output or None, of_service=True))
    return ran


def _ran(command: str, finished: Finished, step: RunbookStep, *, lost: str, mask: Callable[[str], str]) -> Ran:
    output = mask((finished.out + finished.err).decode("utf-8", "replace"))
    outcome: CommandOutcome = "ok"
    detail = ""
    if finished.timed_out:
        outcome, detail = "timed-out", f"no end within {step.timeout}"
    elif finished.cancelled:
        outcome, detail = "stopped", "stopped by a person"
    elif not finished.ok:
        outcome = "failed"
        detail = mask(finished.complaint)[:_LONGEST_DETAIL]
    if lost:
        # It was one command, and half of it would be worse: it was let to its end.
        detail = "; ".join([*([detail] if detail else []), f"meanwhile {lost}"])
    return Ran(command, outcome, finished.code, finished.seconds, detail, output)


def _write_down(workspace: Workspace, fact: RecordFact) -> None:
    try:
        workspace.session.act(fact)
    except CockpitError as error:
        raise RefusedError(
            f"the command ended, and that could not be written down: {error.what}", fix=error.fix, code=error.code
        ) from error

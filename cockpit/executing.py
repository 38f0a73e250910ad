"""Starting and ending executions: trust, the lock, the remote's lease, the record, and the detached worker."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cockpit.bootstrap import now
from cockpit.clearing import put_changes_aside
from cockpit.errors import RefusedError
from cockpit.execution.control import abort, find_execution, lock_reason, spawn_worker
from cockpit.execution.databases.preflight import refuse_unreachable
from cockpit.execution.leftover import StepProcess
from cockpit.execution.prepare import usable_backup
from cockpit.execution.progress import turns_taken
from cockpit.git.facts import head_commit
from cockpit.git.resolve import resolve_named
from cockpit.git.worktree import refuse_dirty, refuse_overwriting
from cockpit.leasing.breaking import refuse_anothers
from cockpit.leasing.taking import give_back, record_override, take_lease
from cockpit.release.broken_off import broken_off
from cockpit.release.decisions.executions import confirmation_accepted, require_no_current
from cockpit.release.intents import RequestExecution
from cockpit.release.plan import Plan
from cockpit.release.run import ExecutionView
from cockpit.session import Asked, require_still_asked
from cockpit.sighting import running_of
from cockpit.store import files
from cockpit.store.lock import FileLock, Held, holder_of
from cockpit.syncing import catch_up
from cockpit.times import rfc3339
from cockpit.workspace import Workspace, require_trust, require_writable

_OTHERS_REQUEST = 1.0  # seconds to outlast somebody else's request


def require_idle(workspace: Workspace) -> None:
    """Refuse where a worker executes on this host."""
    held = holder_of(workspace.store.location.lock(workspace.execution_lock))
    if held is not None:
        raise RefusedError(
            f"{held.owner} on {held.host} executes since {held.since}: {held.reason}",
            fix="Follow it: cockpit execution status",
            code="locked",
        )


def execution_lock(workspace: Workspace, reason: str) -> FileLock:
    """Return the lock that everything holds which executes, for this process; it is taken by `with`."""
    location = workspace.store.location
    files.make_directories(location.locks, below=location.common, share=location.share)
    workspace.store.share_places()
    holder = Held(
        workspace.session.actor.name, workspace.host, os.getpid(), rfc3339(now()), reason, secrets.token_hex(8)
    )
    return FileLock(location.lock(workspace.execution_lock), holder, wait=_OTHERS_REQUEST, share=location.share)


def start_execution(
    workspace: Workspace,
    intent: RequestExecution,
    *,
    without_lease: str = "",
    stash: bool = False,
    asked: Asked | None = None,
) -> int:
    """Record a confirmed plan and start its worker; return the worker's pid.

    Refused without trust, while something else executes here or, where the state is shared, on another clone, where
    another release flies than what it was `asked` of, and where the plan does not fit the work tree any more.
    `without_lease` is a person's reason to go on where the remote
    cannot be asked; without one that is refused (`no-lease`). With `stash` changes in the work tree, which are
    refused otherwise (`dirty`), are put aside first. Raises ProcessError where the worker cannot be started;
    the record stays, to be resumed or aborted.
    """
    require_writable(workspace)
    require_trust(workspace)
    require_idle(workspace)
    # Of two who confirm at once, the second decides on a state that has the first one's request in it.
    with execution_lock(workspace, "about to execute"):
        workspace.session.poll()
        if asked is not None:
            require_still_asked(asked, workspace.run)
        require_no_current(workspace.run)
        _require_no_other(workspace)
        if stash and confirmation_accepted(intent.plan, intent.confirmed):
            put_changes_aside(workspace, f"the {intent.plan.direction} to {intent.plan.tag}")
        _require_fitting(workspace, intent.plan)
        refuse_unreachable(intent.plan, workspace.root)
        plan = intent.plan
        what = f"{plan.direction} to {plan.tag}"
        claim = take_lease(workspace, intent.execution, target=plan.tag, what=what, without=without_lease)
        try:
            if claim is not None and not claim.without:
                catch_up(workspace)
                require_no_current(workspace.run)
            workspace.session.act(intent, asked=asked)
            record_override(workspace, claim, without_lease)
        except BaseException:
            give_back(workspace, intent.execution)
            raise
    return _spawn(workspace, intent.execution)


def _require_no_other(workspace: Workspace) -> None:
    """Refuse where another run of this very service and environment has an execution that is not over."""
    other = workspace.execution_elsewhere()
    if other is not None:
        run_id, view = other
        raise RefusedError(
            f"a {view.direction} to {view.tag} of the run {run_id} is {view.state}",
            fix=f"End that first: cockpit execution status --run {run_id}",
            code="locked",
        )


def _require_fitting(workspace: Workspace, plan: Plan) -> None:
    """Refuse before anything is stopped what the worker would only find out when all is down."""
    git = workspace.code_git
    if any(step.kind == "checkout" for step in plan.steps):
        refuse_dirty(git)
        refuse_overwriting(git, plan.commit)
    if plan.backup and not usable_backup(Path(plan.backup)):
        raise RefusedError(
            f"the dump {plan.backup} cannot be read, or is empty", fix="Look at the plan again", code="no-dump"
        )
    target, head = resolve_named(git, plan.tag, plan.tag_raw), head_commit(git)
    if target != plan.commit:
        raise RefusedError(
            f"the tag {plan.tag} has moved from {plan.commit[:8]} to {target[:8]} since the plan was shown",
            fix="Look at the plan again, and confirm that",
            code="conflicting",
        )
    given_up = broken_off(workspace.run, plan.commit)
    begun = given_up is not None and given_up.from_commit == plan.from_commit and head == plan.commit
    if head != plan.tree and not begun:
        raise RefusedError(
            f"the work tree has moved from {plan.tree[:8]} to {head[:8]} since the plan was shown",
            fix="Look at the plan again, and confirm that",
            code="conflicting",
        )
    if plan.head == plan.commit and not begun:  # there is only something to do as long as the other one answers
        origin = running_of(workspace, now=now())[1].origin(plan.commit)
        if origin != plan.from_commit:
            left = plan.from_tag or plan.from_commit[:8]
            raise RefusedError(
                f"{left} answered when the plan was shown, and does not any more",
                fix="Look at the plan again, and confirm that",
                code="conflicting",
            )


def require_turn(workspace: Workspace, execution: str, turn: int) -> None:
    """Refuse where another worker has begun on an execution since a person was asked, when `turn` of them had."""
    workspace.session.poll()
    if turns_taken(workspace.run, execution) != turn:
        raise RefusedError(
            "somebody has gone on with it since you were asked, from another cockpit",
            fix="Look at where it stands now, and decide again: cockpit execution status",
            code="overtaken",
        )


def start_worker(workspace: Workspace, execution: str, *, without_lease: str = "", turn: int | None = None) -> int:
    """Start a detached worker for the rest of an execution; return its pid.

    Refused while another one executes, here or on another clone; `without_lease` as in `start_execution`. `turn` is
    how many workers had begun when a person was asked, by default as many as are known: where another one has begun
    since, it stands at another step than they were asked of.
    """
    turn = turns_taken(workspace.run, execution) if turn is None else turn
    require_writable(workspace)
    require_trust(workspace)
    require_idle(workspace)
    with execution_lock(workspace, "about to go on"):
        require_turn(workspace, execution, turn)
        view = find_execution(workspace.run, execution)
        what = f"{view.direction} to {view.tag}"
        claim = take_lease(workspace, execution, target=view.tag, what=what, without=without_lease)
        record_override(workspace, claim, without_lease)
    return _spawn(workspace, execution)


def _spawn(workspace: Workspace, execution: str) -> int:
    return spawn_worker(
        repository=workspace.root,
        run_id=workspace.run.id,
        execution=execution,
        directory=workspace.executions_directory,
        by=workspace.session.actor.name,
        turn=turns_taken(workspace.run, execution),
    )


def worker_pid(workspace: Workspace, execution: str) -> int | None:
    """Return the pid of the worker that carries an execution out on this host; None where there is none, 0 if unknown.

    It is unknown for the instant between a holder's taking the lock and its writing down who it is.
    """
    held = holder_of(workspace.store.location.lock(workspace.execution_lock))
    if held is None or (held.pid and held.reason != lock_reason(execution)):
        return None
    return held.pid


def abort_execution(workspace: Workspace, view: ExecutionView, *, reason: str) -> None:
    """Abort an execution; waits until its worker, and whatever its step was doing, is gone from this host."""
    require_writable(workspace)
    refuse_anothers(workspace, view.id)
    under_way = StepProcess(workspace.executions_directory / view.id, view.id)
    abort(
        workspace.session.act,
        view,
        by=workspace.session.actor.name,
        reason=reason,
        worker_pid=lambda: worker_pid(workspace, view.id),
        exclusively=lambda: execution_lock(workspace, "aborting"),
        is_over=lambda: _is_over(workspace, view.id),
        end_leftover=under_way.end_leftover,
    )
    give_back(workspace, view.id)


def _is_over(workspace: Workspace, execution: str) -> bool:
    workspace.session.poll()
    return any(view.over for view in workspace.run.executions if view.id == execution)

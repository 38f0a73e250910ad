"""Starting and ending executions: trust, the lock, the record, and the detached worker."""

from __future__ import annotations

from cockpit.errors import RefusedError
from cockpit.execution.control import abort, spawn_worker
from cockpit.release.intents import RequestExecution
from cockpit.release.run import ExecutionView
from cockpit.store.lock import holder_of
from cockpit.workspace import Workspace


def require_trust(workspace: Workspace) -> None:
    """Refuse where a person has not let this very configuration run its commands on this host."""
    if not workspace.trusted:
        raise RefusedError(
            "this configuration is not trusted on this host",
            fix="Look at what it would run (cockpit trust --show), then say: cockpit trust",
            code="not-trusted",
        )


def start_execution(workspace: Workspace, intent: RequestExecution) -> None:
    """Record a confirmed plan and start its worker; refused without trust or while something else executes."""
    require_trust(workspace)
    held = holder_of(workspace.store.location.lock(workspace.execution_lock))
    if held is not None:
        raise RefusedError(
            f"{held.owner} on {held.host} executes since {held.since}: {held.reason}",
            fix="Follow it: cockpit execution status",
            code="locked",
        )
    workspace.session.act(intent)
    start_worker(workspace, intent.execution)


def start_worker(workspace: Workspace, execution: str) -> int:
    """Start a detached worker for the rest of an execution; return its pid."""
    require_trust(workspace)
    return spawn_worker(
        repository=workspace.root,
        run_id=workspace.run.id,
        execution=execution,
        directory=workspace.executions_directory,
        by=workspace.session.actor.name,
    )


def abort_execution(workspace: Workspace, view: ExecutionView, *, reason: str) -> None:
    """Abort an execution; waits until whoever holds the execution lock on this host has let it go."""
    path = workspace.store.location.lock(workspace.execution_lock)
    held = holder_of(path)
    abort(
        workspace.session.act,
        view,
        by=workspace.session.actor.name,
        reason=reason,
        worker_pid=held.pid if held is not None else None,
        worker_gone=lambda: holder_of(path) is None,
    )

"""Rehearsing a rollback on this host, and writing down how it went."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from pathlib import Path

import msgspec

from cockpit import process
from cockpit.bootstrap import commit_quietly, make_verifier, now
from cockpit.errors import RefusedError
from cockpit.execution.control import output_path
from cockpit.execution.databases.actions import DatabaseActions
from cockpit.execution.prepare import prepare
from cockpit.execution.rehearsal import rehearse
from cockpit.release.databases import DatabaseWay
from cockpit.release.decisions.executions import require_steps
from cockpit.release.events import RollbackRehearsed
from cockpit.release.intents import RecordFact
from cockpit.release.plan import Plan
from cockpit.release.rehearsals import digest_of
from cockpit.workspace import Workspace, require_trust, require_writable


def plan_to_rehearse(workspace: Workspace, tag: str | bytes, way: DatabaseWay | None = None) -> Plan:
    """Return the plan of a rollback to `tag`: from what is checked out or, before a deploy, from what the run flies."""
    plan = prepare(
        workspace.run,
        "rollback",
        tag,
        root=workspace.root,
        code=workspace.code,
        host=workspace.host,
        trusted=workspace.trusted,
        way=way or "",
        from_commit=workspace.run.commit,
    )
    require_steps(plan)
    if plan.commit == plan.from_commit:
        raise RefusedError(f"{plan.tag} is what would be rolled back", fix="Pick another tag", code="same-target")
    if plan.troubles:
        raise RefusedError(plan.troubles[0], fix="Mend that, and look at the plan again", code="no-database")
    return plan


def spawn_rehearsal(workspace: Workspace, tag: bytes) -> int:
    """Rehearse the rollback to a tag in a process that no closed screen stops; return its pid.

    Refused as the rehearsal itself would be, before anything is started. ProcessError where it cannot be started.
    """
    require_writable(workspace)
    require_trust(workspace)
    plan_to_rehearse(workspace, tag)
    argv = [sys.executable, "-P", "-m", "cockpit", "rollback", "--rehearse", "--json", f"--repo={workspace.root}"]
    argv += [f"--run={workspace.run.id}", f"--by={workspace.session.actor.name}", "--", os.fsdecode(tag)]
    return process.spawn_detached(argv, cwd=workspace.root, log=workspace.executions_directory / "rehearsals.log")


def rehearse_rollback(workspace: Workspace, plan: Plan, *, cancel: threading.Event) -> tuple[RollbackRehearsed, Path]:
    """Rehearse a plan, write down how it went, and return that with the file of what its steps printed.

    Nothing live is touched, so that no lock is taken. RefusedError without trust, and in a read-only cockpit.
    """
    require_writable(workspace)
    require_trust(workspace)
    identity = secrets.token_hex(4)
    output = output_path(workspace.executions_directory, f"rehearsal-{identity}")
    databases = DatabaseActions(identity, root=workspace.root, environment=os.environ, now=now, rehearsal=True)
    verifier = make_verifier(workspace)
    found = rehearse(plan, identity, output=output, databases=databases, verifier=verifier, cancel=cancel)
    if not cancel.is_set():
        found = msgspec.structs.replace(found, plans=digest_of(workspace.run.configuration.rollback))
        workspace.session.act(RecordFact(f"tag:{plan.tag}", found, of_service=True))
        commit_quietly(workspace.store, "cockpit: rehearsal")
    return found, output

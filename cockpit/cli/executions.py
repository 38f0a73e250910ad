"""`cockpit rollback`, `deploy`, `execution`, and the worker they start."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, say, wants_json, warn
from cockpit.errors import ExitCode, RefusedError, UsageError

if TYPE_CHECKING:
    from cockpit.release.plan import Plan
    from cockpit.release.run import ExecutionView
    from cockpit.workspace import Workspace

_FOLLOW_INTERVAL = 0.2  # seconds


def add_commands(table: CommandTable) -> None:
    """Add the commands that execute."""
    for direction, help_text in (
        ("rollback", "go back to a tag: show the plan, or carry it out"),
        ("deploy", "go forward to a tag: show the plan, or carry it out"),
    ):
        parser = table.add(direction, _plan_or_execute, help_text)
        parser.add_argument("tag", metavar="TAG")
        parser.add_argument("--plan", action="store_true", help="print exactly what would run (the default)")
        parser.add_argument("--format", choices=["text", "sh"], default="text", help="sh: a script to run by hand")
        parser.add_argument("--execute", action="store_true", help="carry it out, with --confirm")
        parser.add_argument("--confirm", default="", metavar="TAG", help="the tag again, or its 8-hex commit")
        parser.add_argument("--detach", action="store_true", help="do not follow the worker")
        parser.set_defaults(direction=direction)
    execution = table.group("execution", "the rollback or deploy in progress")
    for verb, help_text in (
        ("status", "where it stands"),
        ("retry", "try the failed step again"),
        ("resume", "go on where the worker fell, or confirm a step that waits for a person"),
        ("skip", "skip the failed step, where it is optional"),
        ("abort", "end it"),
        ("unlock", "let deploys start again after a rollback, with a reason"),
    ):
        parser = execution.add(verb, _execution, help_text)
        parser.add_argument("--reason", default="", metavar="TEXT")
        parser.add_argument("--detach", action="store_true", help="do not follow the worker")
        parser.set_defaults(verb=verb)
    worker = table.add("worker", _worker, "carry out a confirmed plan (started by the cockpit itself)")
    worker.add_argument("execution", metavar="ID")


def _plan_or_execute(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.execution.prepare import prepare
    from cockpit.release.plan import as_shell_script

    workspace = open_here(arguments)
    plan = prepare(
        workspace.run,
        arguments.direction,
        arguments.tag,
        root=workspace.root,
        code=workspace.code,
        host=workspace.host,
    )
    if arguments.execute:
        if arguments.plan:
            raise UsageError("--plan and --execute exclude each other")
        return _execute(arguments, workspace, plan)
    if wants_json(arguments):
        print_json(_plan_document(plan))
    elif arguments.format == "sh":
        sys.stdout.write(as_shell_script(plan))
    else:
        _show_plan(plan)
    return ExitCode.OK


def _plan_document(plan: Plan) -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(plan)
    document["digest"] = plan.digest
    return document


def _show_plan(plan: Plan) -> None:
    from cockpit.release.plan import describe

    verb = "Roll back" if plan.direction == "rollback" else "Deploy"
    say(
        f"{verb} {plan.service} in {plan.environment_name} on {plan.host}\n"
        f"  from {plan.from_tag or '(no tag)'} {plan.from_commit[:8]} to {plan.tag} {plan.commit[:8]}\n"
        f"  work tree {plan.code}\n  dump {plan.backup or 'none matches'}"
    )
    for number, step in enumerate(plan.steps, 1):
        say(f"{number}. {step.title}" + (" (optional)" if step.optional else ""))
        say(f"     {describe(step)}")
        if step.danger:
            say(f"     ! {step.danger}")
        if step.left_out:
            say(f"     left out: {step.left_out}")


def _execute(arguments: argparse.Namespace, workspace: Workspace, plan: Plan) -> ExitCode:
    from cockpit.executing import start_execution
    from cockpit.release.intents import RequestExecution

    if not arguments.confirm:
        raise RefusedError("not confirmed", fix=f"Add --confirm {arguments.tag}", code="not-confirmed")
    if workspace.session.readonly:
        raise RefusedError("this cockpit is read-only", code="readonly")
    identity = secrets.token_hex(4)
    start_execution(workspace, RequestExecution(identity, plan, arguments.confirm))
    return _follow_or_leave(arguments, workspace, identity)


def _follow_or_leave(arguments: argparse.Namespace, workspace: Workspace, identity: str) -> ExitCode:
    if arguments.detach:
        if wants_json(arguments):
            print_json({"execution": identity})
        else:
            say(f"the worker of {identity} has started: cockpit execution status")
        return ExitCode.OK
    return _follow(workspace, identity, as_json=wants_json(arguments))


def _follow(workspace: Workspace, identity: str, *, as_json: bool) -> ExitCode:
    """Follow the worker to its end; losing this terminal stops nothing."""
    from cockpit.execution.control import output_path
    from cockpit.store.lock import holder_of

    path = output_path(workspace.executions_directory, identity)
    lock = workspace.store.location.lock(workspace.execution_lock)
    offset = 0
    quiet_since = time.monotonic()
    before = len(workspace.run.records)
    while True:
        # The state is read before the output, so that the last lines are not missed.
        workspace.session.poll()
        view = _view(workspace, identity)
        held = holder_of(lock) is not None
        if path.exists():
            with path.open("rb") as stream:
                stream.seek(offset)
                fresh = stream.read()
            offset += len(fresh)
            if fresh and not as_json:
                say(fresh.decode("utf-8", "replace").rstrip("\n"))
        if held or len(workspace.run.records) != before:
            quiet_since, before = time.monotonic(), len(workspace.run.records)
        if view.over or (view.state == "stopped" and not held):
            break
        if not held and time.monotonic() - quiet_since > 10.0:
            raise RefusedError(
                "the worker is gone", fix="See its log, then: cockpit execution resume", code="worker-gone"
            )
        time.sleep(_FOLLOW_INTERVAL)
    return _tell_outcome(view, as_json=as_json)


def _view(workspace: Workspace, identity: str) -> ExecutionView:
    from cockpit.execution.control import find_execution

    return find_execution(workspace.run, identity)


def _tell_outcome(view: ExecutionView, *, as_json: bool) -> ExitCode:
    if as_json:
        print_json(_execution_document(view))
    else:
        say(f"{view.direction} to {view.tag} {view.state}: {view.detail}")
    if view.outcome == "succeeded":
        return ExitCode.OK
    return ExitCode.UNKNOWN if view.outcome == "unverified" else ExitCode.STEP_FAILED


def _execution_document(view: ExecutionView) -> dict[str, Any]:
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(view)
    document.pop("plan")
    document["by"] = view.by.name
    return document


def _execution(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.executing import abort_execution, start_worker
    from cockpit.execution.control import find_execution, skip_step
    from cockpit.release.intents import UnlockDeploys

    workspace = open_here(arguments)
    if arguments.verb == "unlock":
        workspace.session.act(UnlockDeploys(arguments.reason))
        publish(workspace)
        if wants_json(arguments):
            print_json({"deploys_locked": ""})
        else:
            say("deploys are unlocked")
        return ExitCode.OK
    view = find_execution(workspace.run)
    if arguments.verb == "status":
        return _show_status(arguments, view)
    if workspace.session.readonly:
        raise RefusedError("this cockpit is read-only", code="readonly")
    if arguments.verb == "abort":
        abort_execution(workspace, view, reason=arguments.reason)
        publish(workspace)
        return _tell_aborted(arguments, _view(workspace, view.id))
    if view.over:
        raise RefusedError(f"it is over already: {view.outcome}", code="already")
    if arguments.verb == "skip":
        skip_step(workspace.session.act, view)
    start_worker(workspace, view.id)
    return _follow_or_leave(arguments, workspace, view.id)


def _tell_aborted(arguments: argparse.Namespace, view: ExecutionView) -> ExitCode:
    if wants_json(arguments):
        print_json(_execution_document(view))
    else:
        say(view.detail)
    return ExitCode.OK


def _show_status(arguments: argparse.Namespace, view: ExecutionView) -> ExitCode:
    if wants_json(arguments):
        print_json(_execution_document(view))
        return ExitCode.OK
    say(f"{view.direction} from {view.from_tag or view.from_commit[:8]} to {view.tag}: {view.state}")
    if view.detail:
        say(f"  {view.detail}")
    titles = [step.title for step in view.plan.steps] if view.plan is not None else []
    rows = [
        [
            f"  {step.index + 1}",
            titles[step.index] if step.index < len(titles) else step.step,
            step.state,
            f"{step.seconds:.1f} s",
            step.detail,
        ]
        for step in view.steps
    ]
    say(columns(rows))
    return ExitCode.OK


def _worker(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import make_worker, now
    from cockpit.store.lock import FileLock, Held
    from cockpit.times import rfc3339

    workspace = open_here(arguments)
    location = workspace.store.location
    location.locks.mkdir(parents=True, exist_ok=True)
    worker = make_worker(workspace, arguments.execution)
    reason = f"execution {arguments.execution}"
    holder = Held(
        workspace.session.actor.name, workspace.host, os.getpid(), rfc3339(now()), reason, secrets.token_hex(8)
    )
    # A terminal that goes away is not a person who aborts.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: worker.cancel.set())
    with FileLock(location.lock(workspace.execution_lock), holder, wait=2.0):
        workspace.session.poll()
        outcome = worker.run()
    if outcome is None:
        warn("stopped: a person decides")
        return ExitCode.STEP_FAILED
    return ExitCode.OK

"""`cockpit rollback`, `deploy`, `execution`, and the worker they start."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import signal
import time
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import (
    CommandTable,
    columns,
    open_here,
    print_json,
    publish,
    require_writing,
    say,
    wants_json,
    warn,
    warn_of_doubt,
    write_document,
)
from cockpit.cli.plans import no_gos_of, plan_document, rehearse, show_plan
from cockpit.cli.questions import confirm_at_terminal
from cockpit.cli.unleased import add_override, reason_to_go_without
from cockpit.errors import ExitCode, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from cockpit.release.plan import Plan
    from cockpit.release.run import ExecutionView
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add the commands that execute."""
    for direction, help_text in (
        ("rollback", "go back to a tag: show the plan, or carry it out"),
        ("deploy", "go forward to a tag: show the plan, or carry it out"),
    ):
        parser = table.add(direction, _plan_or_execute, help_text)
        parser.add_argument("tag", metavar="TAG", help="the tag to go to")
        parser.add_argument("--plan", action="store_true", help="print exactly what would run (the default)")
        parser.add_argument("--format", choices=["text", "sh"], default="text", help="sh: a script to run by hand")
        parser.add_argument("--execute", action="store_true", help="carry it out, with --confirm")
        if direction == "rollback":
            parser.add_argument(
                "--rehearse",
                action="store_true",
                help="carry it out beside the live service, and note how long it took",
            )
        parser.add_argument("--confirm", default="", metavar="TAG", help="the tag again, or its 8-hex commit")
        parser.add_argument(
            "--database", choices=["restore", "down", "code"], default="",
            help="what becomes of the database: put back from the dump, taken down by the newer code, or left as it is",
        )  # fmt: skip
        parser.add_argument(
            "--confirm-database", action="append", default=[], metavar="NAME", help="the database that is replaced"
        )
        parser.add_argument("--detach", action="store_true", help="do not follow the worker")
        parser.add_argument(
            "--stash", action="store_true",
            help="with --execute: keep what is in no commit as evidence, and stash it, before it starts",
        )  # fmt: skip
        add_override(parser)
        parser.add_argument("--reason", default="", metavar="TEXT", help="why, with --without-remote-lease")
        parser.set_defaults(direction=direction)
    execution = table.group("execution", "the rollback or deploy in progress")
    for verb, help_text in (
        ("status", "where it stands"),
        ("retry", "try the failed step again"),
        ("resume", "go on where the worker fell, or confirm a step that waits for a person"),
        ("skip", "skip the failed step, where it is optional"),
        ("abort", "end it"),
        ("confirm", "say that an unverified target was seen to run well, and how: with a reason"),
        ("unlock", "let deploys start again after a rollback, or --lease: break a stale lease; with a reason"),
    ):
        parser = execution.add(verb, _execution, help_text)
        parser.add_argument("--reason", default="", metavar="TEXT", help="why")
        parser.add_argument("--detach", action="store_true", help="do not follow the worker")
        if verb in {"retry", "resume", "skip"}:
            add_override(parser)
        if verb == "abort":
            parser.add_argument("--yes", action="store_true", help="end it without asking at a terminal")
        if verb == "unlock":
            parser.add_argument("--lease", action="store_true", help="break the remote's lease, where it is stale")
        parser.set_defaults(verb=verb)
    worker = table.add("worker", _worker, "carry out a confirmed plan (started by the cockpit itself)", listed=False)
    worker.add_argument("execution", metavar="ID", help="the confirmed execution")
    worker.add_argument("--turn", type=int, default=None, metavar="N", help="refuse where other than N have begun")


def _plan_or_execute(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.execution.prepare import prepare
    from cockpit.release.decisions.executions import require_steps
    from cockpit.release.script import as_shell_script
    from cockpit.sighting import sighting_of

    if not arguments.execute and (arguments.confirm or arguments.confirm_database or arguments.detach):
        raise UsageError("--confirm and --detach go with --execute", fix="Nothing was executed: add --execute")
    if not arguments.execute and arguments.without_remote_lease:
        raise UsageError("--without-remote-lease goes with --execute", fix="Nothing was executed: add --execute")
    if not arguments.execute and arguments.stash:
        raise UsageError("--stash goes with --execute", fix="Nothing was put aside: add --execute")
    if arguments.reason and not arguments.without_remote_lease:
        raise UsageError("--reason goes with --without-remote-lease")
    if arguments.execute and (arguments.plan or arguments.format == "sh"):
        raise UsageError("--execute excludes --plan and --format")
    workspace = open_here(arguments)
    if arguments.direction == "rollback" and arguments.rehearse:
        return rehearse(arguments, workspace)
    plan = prepare(
        workspace.run,
        arguments.direction,
        arguments.tag,
        root=workspace.root,
        code=workspace.code,
        host=workspace.host,
        trusted=workspace.trusted,
        way=arguments.database,
        seen=sighting_of(workspace, now=time.time()),
    )
    if arguments.execute:
        return _execute(arguments, workspace, plan)
    if wants_json(arguments):
        print_json(plan_document(plan, workspace) | {"against": no_gos_of(plan, workspace)})
        return ExitCode.OK
    require_steps(plan)
    if arguments.format == "sh":
        # A terminal must not take a tag's name for its controls; a file or a shell needs the exact text.
        write_document(as_shell_script(plan))
    else:
        show_plan(plan, workspace)
    return ExitCode.OK


def _execute(arguments: argparse.Namespace, workspace: Workspace, plan: Plan) -> ExitCode:
    from cockpit.executing import start_execution
    from cockpit.release.intents import RequestExecution

    if not arguments.confirm:
        raise RefusedError("not confirmed", fix=f"Add --confirm {arguments.tag}", code="not-confirmed")
    require_writing(arguments)
    warn_of_doubt(workspace)
    for told in no_gos_of(plan, workspace):
        warn(f"cockpit: {told}")
    without = reason_to_go_without(arguments)
    identity = secrets.token_hex(4)
    return _start(
        arguments,
        workspace,
        identity,
        lambda: start_execution(
            workspace,
            RequestExecution(identity, plan, arguments.confirm, tuple(arguments.confirm_database)),
            without_lease=without,
            stash=arguments.stash,
        ),
    )


def _start(arguments: argparse.Namespace, workspace: Workspace, identity: str, start: Callable[[], int]) -> ExitCode:
    """Start a worker, and follow it unless told otherwise."""
    from cockpit.cli.following import Following

    following = Following(workspace, identity, quiet=wants_json(arguments))
    pid = start()
    if arguments.detach:
        if wants_json(arguments):
            print_json({"execution": identity})
        else:
            say(f"the worker of {identity} has started: cockpit execution status")
        return ExitCode.OK
    return _tell_outcome(following.to_the_end(pid), as_json=wants_json(arguments))


def _tell_outcome(view: ExecutionView, *, as_json: bool) -> ExitCode:
    if as_json:
        print_json(_execution_document(view))
    else:
        say(f"{view.direction} to {view.tag} {view.state}: {visible(view.detail)}")
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
    from cockpit.executing import abort_execution, require_idle, require_turn, start_worker
    from cockpit.execution.control import find_execution, skip_step
    from cockpit.execution.progress import turns_taken
    from cockpit.release.intents import ConfirmExecution, UnlockDeploys
    from cockpit.workspace import require_trust

    if arguments.verb != "status":
        require_writing(arguments)
    workspace = open_here(arguments)
    if arguments.verb == "unlock":
        if arguments.lease:
            return _break_lease(arguments, workspace)
        workspace.session.act(UnlockDeploys(arguments.reason))
        publish(workspace)
        if wants_json(arguments):
            print_json({"deploys_locked": ""})
        else:
            say("deploys are unlocked")
        return ExitCode.OK
    view = find_execution(workspace.run)
    if arguments.verb == "status":
        return _show_status(arguments, workspace, view)
    if arguments.verb == "confirm":
        workspace.session.act(ConfirmExecution(view.id, arguments.reason))
        publish(workspace)
        return _tell_over(arguments, find_execution(workspace.run, view.id))
    if arguments.verb == "abort":
        if not view.over:  # else that is said
            question = f"Abort the {view.direction} to {view.tag}? It stops in the middle, and undoes nothing."
            confirm_at_terminal(arguments, question, "abort", kept="the execution goes on as it was")
        abort_execution(workspace, view, reason=arguments.reason)
        publish(workspace)
        return _tell_over(arguments, find_execution(workspace.run, view.id))
    if view.over:
        raise RefusedError(f"it is over already: {view.outcome}", code="already")
    without = reason_to_go_without(arguments)
    turn = turns_taken(workspace.run, view.id)
    if arguments.verb == "skip":
        require_trust(workspace)
        require_idle(workspace)
        require_turn(workspace, view.id, turn)
        skip_step(workspace.session.act, view, reason=arguments.reason)
    return _start(
        arguments, workspace, view.id, lambda: start_worker(workspace, view.id, without_lease=without, turn=turn)
    )


def _break_lease(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.leasing.breaking import break_lease

    holder = break_lease(workspace, arguments.reason).holder
    publish(workspace)
    if wants_json(arguments):
        import msgspec

        print_json({"lease_broken": msgspec.to_builtins(holder) if holder is not None else None})
    else:
        say(f"the lease is broken: it was held by {holder.sentence}" if holder is not None else "the lease is broken")
    return ExitCode.OK


def _tell_over(arguments: argparse.Namespace, view: ExecutionView) -> ExitCode:
    if wants_json(arguments):
        print_json(_execution_document(view))
    else:
        say(visible(view.told))
    return ExitCode.OK


def _show_status(arguments: argparse.Namespace, workspace: Workspace, view: ExecutionView) -> ExitCode:
    from cockpit.executing import worker_pid

    alive = worker_pid(workspace, view.id) is not None
    if wants_json(arguments):
        print_json({**_execution_document(view), "worker_alive": alive})
        return ExitCode.OK
    say(f"{view.direction} from {view.from_tag or view.from_commit[:8]} to {view.tag}: {view.state}")
    if view.told:
        say(f"  {visible(view.told)}")
    if view.state in {"requested", "running"} and not alive:
        say(f"  no worker carries it out on {workspace.host}: cockpit execution resume, or abort")
    if view.hosts_done is not None:
        say("  {}/{} hosts on {}".format(*view.hosts_done, visible(view.tag)))
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
    from cockpit.bootstrap import make_worker
    from cockpit.executing import execution_lock
    from cockpit.execution.control import lock_reason
    from cockpit.leasing.keeping import keep_lease
    from cockpit.signals import setting

    # A terminal that goes away is not a person who aborts.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    workspace = open_here(arguments)
    # The lease is given back after the lock: whoever is next on this clone takes it over, and waits for no remote.
    with contextlib.ExitStack() as afterwards, execution_lock(workspace, lock_reason(arguments.execution)):
        workspace.session.poll()
        lease = afterwards.enter_context(keep_lease(workspace, arguments.execution))
        worker = make_worker(workspace, arguments.execution, turn=arguments.turn, lease=lease)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, setting(worker.cancel))
        outcome = worker.run()
    if outcome is None:
        warn("stopped: a person decides")
        return ExitCode.STEP_FAILED
    return ExitCode.OK

"""What `cockpit rollback` and `deploy` do besides executing: they show the plan, and rehearse it."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import columns, print_json, publish, require_writing, say, wants_json
from cockpit.errors import ExitCode, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.release.plan import Plan
    from cockpit.workspace import Workspace


def rehearse(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    """Rehearse a rollback, and tell how it went."""
    import threading

    import msgspec

    from cockpit.rehearsing import plan_to_rehearse, rehearse_rollback
    from cockpit.signals import setting

    if arguments.execute:
        raise UsageError("--rehearse excludes --execute")
    require_writing(arguments)
    plan = plan_to_rehearse(workspace, arguments.tag, arguments.database or None)
    cancel = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, setting(cancel)) for number in numbers]
    try:
        found, output = rehearse_rollback(workspace, plan, cancel=cancel)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
    publish(workspace)
    if wants_json(arguments):
        print_json(msgspec.to_builtins(found))
    else:
        say(columns([[f"  {step.title}", step.outcome, f"{step.seconds:.1f} s", step.detail] for step in found.steps]))
        how = f"went well in {found.seconds:.1f} s" if found.ok else f"FAILED: {found.detail}"
        say(f"the rehearsal of the rollback to {visible(plan.tag)} {visible(how)}\n  what it printed: {output}")
    if cancel.is_set():
        return ExitCode.INTERRUPTED
    return ExitCode.OK if found.ok else ExitCode.STEP_FAILED


def no_gos_of(plan: Plan, workspace: Workspace) -> tuple[str, ...]:
    """Return the pause points before a deploy that say no-go, each as a sentence."""
    from cockpit.bootstrap import now
    from cockpit.release.deploy_gates import no_gos_before_deploy

    found = no_gos_before_deploy(workspace.run, now=now()) if plan.direction == "deploy" else ()
    return tuple(one.told for one in found)


def plan_document(plan: Plan, workspace: Workspace) -> dict[str, Any]:
    """Return a plan as `--json` shows it; `assumed` are the steps that are only guessed, by their ids."""
    import msgspec

    from cockpit.release.onward import plan_warnings

    document: dict[str, Any] = msgspec.to_builtins(plan)
    document["digest"] = plan.digest
    document["database_words"] = plan.database_words
    document["note"] = plan.note
    document["troubles"] = plan.troubles
    document["assumed"] = workspace.assumed(plan)
    document["warnings"] = plan_warnings(plan, workspace.run)
    return document


def show_plan(plan: Plan, workspace: Workspace) -> None:
    """Print what would be done, and what is known of the dump and of rehearsals."""
    from cockpit.bootstrap import now
    from cockpit.durations import byte_size, long_duration
    from cockpit.release.assumed import assumed_sum, assumed_words
    from cockpit.release.decisions.executions import refuse_plan
    from cockpit.release.onward import plan_warnings
    from cockpit.sighting import running_of

    verb = "Roll back" if plan.direction == "rollback" else "Deploy"
    say(
        f"{verb} {plan.service} in {plan.environment_name} on {plan.host}\n"
        f"  from {plan.from_tag or '(no tag)'} {plan.from_commit[:8]} to {plan.tag} {plan.commit[:8]}\n"
        f"  work tree {plan.code}\n  dump {plan.backup or 'none matches'}"
    )
    told = {"restore": "put back from the dump", "down": "taken down by the newer code", "code": "left as it is"}
    try:
        refuse_plan(plan, workspace.run)
    except RefusedError as error:
        say(f"  ! --execute would be refused: {error.what}")
    for warning in plan_warnings(plan, workspace.run):
        say(f"  ! {visible(warning)}")
    if note := running_of(workspace, now=now())[1].note:
        say(f"  ! {visible(note)}")
    for no_go in no_gos_of(plan, workspace):
        say(f"  ! {no_go}")
    if plan.way:
        say(f"  database {told[plan.way]}" + (f"\n  ! {plan.note}" if plan.note else ""))
    if plan.dump is not None:
        age = long_duration(now() - plan.dump.written_ns / 1e9)
        say(f"  the dump holds {byte_size(plan.dump.size)} and is {age} old")
        if plan.restores:
            say(f"  ! data written since this dump would be lost: {age}")
    rehearsal = workspace.run.rehearsals.get(plan.tag)
    if rehearsal is not None:
        say(f"  {visible(rehearsal.told(now()))}")
    assumed = workspace.assumed(plan)
    if assumed:
        say(f"  ! {assumed_sum(f'{plan.direction}.{step}' for step in assumed)}")
    say_steps(plan, lambda step, _: [assumed_words(assumed[step])] if step in assumed else [])


def say_steps(plan: Plan, remarks: Callable[[str, str], Sequence[str]] = lambda _id, _command: ()) -> None:
    """Print what speaks against a plan, and its steps, each with the `remarks` on its id and its command."""
    from cockpit.release.plan import describe, qualified

    for trouble in plan.troubles:
        say(f"  ! {trouble}")
    for number, step in enumerate(plan.steps, 1):
        say(f"{number}. {step.title}{qualified(step)}")
        say(f"     {describe(step)}")
        for remark in remarks(step.id, f"{step.command} {step.done_when}"):
            say(f"     {remark}")
        if step.danger:
            say(f"     ! {step.danger}")
        if step.undo:
            say(f"     undo: {step.undo}")
        if step.left_out:
            say(f"     left out: {step.left_out}")

"""`cockpit runbook`: the procedures for trouble, where one stands in them, and a step's command, confirmed."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import TYPE_CHECKING

from cockpit.cli.common import (
    CommandTable,
    columns,
    open_here,
    print_json,
    publish,
    require_writing,
    say,
    settings_of,
    wants_json,
    warn,
)
from cockpit.cli.questions import types
from cockpit.cli.unleased import add_override, reason_to_go_without
from cockpit.errors import ExitCode, RefusedError, UsageError

if TYPE_CHECKING:
    from cockpit.procedures import Ran
    from cockpit.release.events import StepWord
    from cockpit.release.intents import Intent
    from cockpit.release.library import Runbook
    from cockpit.release.run import Run
    from cockpit.workspace import Workspace

_SETTLING: dict[str, StepWord] = {"done": "done", "skip": "skipped", "reopen": "open"}


def add_commands(table: CommandTable) -> None:
    """Add `runbook`."""
    parser = table.add("runbook", _runbook, "the runbooks; one with its steps; or one step, and its command")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the runbook (default: list all)")
    parser.add_argument("step", nargs="?", default="", metavar="STEP", help="its number or id")
    parser.add_argument("--execute", action="store_true", help="show the step's command, ask, and run it")
    parser.add_argument("--yes", action="store_true", help="with --execute: it was asked already")
    parser.add_argument(
        "--set", dest="values", action="append", default=[], metavar="BLANK=VALUE", help="fill in a blank: <BLANK>"
    )
    settling = parser.add_mutually_exclusive_group()
    settling.add_argument("--done", action="store_true", help="the step is done (with --execute: if it succeeds)")
    settling.add_argument("--skip", action="store_true", help="the step is skipped; --note says why")
    settling.add_argument("--reopen", action="store_true", help="the step is open again")
    parser.add_argument("--note", default="", metavar="TEXT", help="what is to be remembered of the step")
    parser.add_argument("--start", action="store_true", help="begin the runbook")
    parser.add_argument("--end", action="store_true", help="follow it no more")
    parser.add_argument("--incident", default="", metavar="ID", help="where several are open")
    add_override(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, with --without-remote-lease")


def _runbook(arguments: argparse.Namespace) -> ExitCode:
    settles = next((outcome for name, outcome in _SETTLING.items() if getattr(arguments, name)), None)
    _refuse_senseless(arguments, settles)
    if arguments.execute or arguments.start or arguments.end or settles:
        require_writing(arguments)
    workspace = open_here(arguments, any_run=True)
    if not arguments.name:
        return _list(arguments, workspace)
    from cockpit.release.decisions.runbooks import find_runbook

    runbook = find_runbook(workspace.run, arguments.name)
    if arguments.start or arguments.end:
        from cockpit.release.intents import EndRunbook, StartRunbook

        intent = StartRunbook if arguments.start else EndRunbook
        _write(workspace, intent(runbook.id, secrets.token_hex(4), arguments.incident))
    ran = _execute(arguments, workspace, runbook) if arguments.execute else None
    if settles is not None and (ran is None or ran.outcome == "ok"):
        _settle(arguments, workspace, runbook, settles)
    _show(arguments, workspace, runbook, ran)
    return ExitCode.OK if ran is None or ran.outcome == "ok" else ExitCode.STEP_FAILED


def _refuse_senseless(arguments: argparse.Namespace, settles: StepWord | None) -> None:
    if not arguments.step and (arguments.execute or settles):
        raise UsageError("no step is named", fix="Name one by its number: cockpit runbook NAME 1 --execute")
    if not arguments.execute and (arguments.yes or arguments.values):
        raise UsageError("--yes and --set go with --execute", fix="Nothing was run: add --execute")
    if not arguments.execute and arguments.without_remote_lease:
        raise UsageError("--without-remote-lease goes with --execute", fix="Nothing was run: add --execute")
    if arguments.reason and not arguments.without_remote_lease:
        raise UsageError("--reason goes with --without-remote-lease")
    if arguments.execute and settles not in {None, "done"}:
        raise UsageError("--execute goes with --done alone")
    if arguments.note and settles is None:
        raise UsageError("--note goes with --done, --skip or --reopen")
    if arguments.start and arguments.end:
        raise UsageError("--start and --end exclude each other", fix="Keep one")
    if (arguments.start or arguments.end) and arguments.step:
        raise UsageError("--start and --end are of a whole runbook", fix="Leave the step out")


def _settle(arguments: argparse.Namespace, workspace: Workspace, runbook: Runbook, outcome: StepWord) -> None:
    from cockpit.release.decisions.runbooks import find_step
    from cockpit.release.intents import SettleStep

    _, step = find_step(workspace.run, runbook.id, arguments.step)
    intent = SettleStep(
        runbook.id, secrets.token_hex(4), arguments.incident, step=step.id, outcome=outcome, note=arguments.note
    )
    _write(workspace, intent)


def _write(workspace: Workspace, intent: Intent) -> None:
    workspace.session.act(intent)
    publish(workspace)


def _execute(arguments: argparse.Namespace, workspace: Workspace, runbook: Runbook) -> Ran:
    from cockpit.procedures import prepared, run_step
    from cockpit.release.decisions.runbooks import find_step
    from cockpit.workspace import require_trust, require_writable

    _, step = find_step(workspace.run, runbook.id, arguments.step)
    if not step.run:
        raise RefusedError(
            f"{step.text!r} has no command", fix="Do it by hand, and add --done instead of --execute", code="no-command"
        )
    values = {name.strip("<>"): value for name, value in settings_of(arguments.values).items()}
    without = reason_to_go_without(arguments)
    shown = prepared(step, values)
    require_writable(workspace)
    require_trust(workspace)
    where = f"{workspace.run.service} in {workspace.run.environment} on {workspace.host}"
    if not arguments.yes:
        _ask(arguments, f"{runbook.title}, {step.text}\n{where}, in {workspace.code}\n  $ {shown}")
    elif not wants_json(arguments):
        warn(f"{where}\n  $ {shown}")
    try:
        ran = run_step(
            workspace, runbook.id, step.id, shown=shown, values=values, incident=arguments.incident,
            without_lease=without,
        )  # fmt: skip
    finally:
        publish(workspace)
    return ran


def _ask(arguments: argparse.Namespace, question: str) -> None:
    if wants_json(arguments) or not sys.stdin.isatty():
        raise RefusedError(
            "not confirmed: nobody can be asked here",
            fix="Look at the command (cockpit runbook NAME STEP), then add --yes",
            code="not-confirmed",
        )
    say(question)
    if not types("yes"):
        raise RefusedError("not confirmed: nothing was run", fix="Type yes, in full", code="not-confirmed")


# Showing


def _list(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.release.emergencies import fitting_now
    from cockpit.release.emergency_documents import incident_line, runbook_document

    run = workspace.run
    fits = fitting_now(run)
    if wants_json(arguments):
        print_json(
            [{**runbook_document(run, one, now=now()), "fits_now": fits.get(one.id)} for one in run.library.runbooks]
        )
        return ExitCode.OK
    for incident in run.open_incidents:
        say(incident_line(run, incident, now=now()))
    rows = [
        [one.id, one.severity, one.title, _stands(run, one), f"for {why}" if (why := fits.get(one.id)) else ""]
        for one in run.library.runbooks
    ]
    say(columns(rows) if rows else "No runbook is pinned: checklists/runbooks/ holds them.")
    return ExitCode.OK


def _stands(run: Run, runbook: Runbook) -> str:
    from cockpit.release.emergencies import present_use
    from cockpit.release.runbooks import current_step

    use, total = present_use(run, runbook.id), len(runbook.steps)
    if use is None:
        return f"{total} step{'s' if total != 1 else ''}"
    current = current_step(runbook, use)
    return "followed to its end" if current is None else f"at step {runbook.steps.index(current) + 1} of {total}"


def _show(arguments: argparse.Namespace, workspace: Workspace, runbook: Runbook, ran: Ran | None) -> None:
    from cockpit.bootstrap import now
    from cockpit.release.decisions.runbooks import find_step
    from cockpit.release.emergency_documents import runbook_document

    document = runbook_document(workspace.run, runbook, now=now())
    if arguments.step:
        number = runbook.steps.index(find_step(workspace.run, runbook.id, arguments.step)[1])
        document["steps"] = document["steps"][number : number + 1]
    if wants_json(arguments):
        if ran is not None:
            import msgspec

            document["ran"] = msgspec.to_builtins(ran)
        print_json(document)
        return
    if ran is not None:
        if ran.output:
            say(ran.output.rstrip("\n"))
        status = f"exit status {ran.code}, " if ran.code is not None else ""
        say(f"{ran.outcome}, {status}{ran.seconds:.1f} s" + (f": {ran.detail}" if ran.detail else ""))
    else:
        say(f"{runbook.title} ({runbook.severity}): {_stands(workspace.run, runbook)}")
        if runbook.note:
            say(runbook.note)
    for step in document["steps"]:
        say("\n".join(_step_lines(step, document["current"])))


def _step_lines(step: dict[str, object], current: object) -> list[str]:
    from cockpit.durations import short_duration

    mark = {"done": "x", "skipped": "-"}.get(str(step["state"]), ">" if step["id"] == current else " ")
    when = f" (when {step['when']})" if step["when"] else ""
    waits = step["waits"]
    after = ""
    if step["after"] and step["state"] == "open":
        left = f"in {short_duration(float(waits))}" if isinstance(waits, int) and waits else "NOW"
        after = f" (after {step['after']}: {left})"
    lines = [f"[{mark}] {step['number']}. {step['text']}{when}{after}"]
    if step["by"]:
        lines.append(
            f"       {step['state']} by {step['by']} {step['at']}" + (f": {step['note']}" * bool(step["note"]))
        )
    if step["run"]:
        lines.append(f"       $ {step['run']}")
    blanks = step["blanks"]
    if isinstance(blanks, tuple) and blanks:
        lines.append(f"       fill in: {' '.join(f'--set {blank}=…' for blank in blanks)}")
    lines += [f"       see {step['link']}"] if step["link"] else []
    lines += [f"       then: cockpit runbook {step['runbook']}"] if step["runbook"] else []
    runs = step["runs"]
    for run in runs if isinstance(runs, list) else []:
        how = run["outcome"] or "no end is on the record"
        lines.append(f"       ran {run['at'][:19]}Z by {run['by']} on {run['host']}: {how} {run['detail']}".rstrip())
    return lines

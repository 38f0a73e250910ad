"""`cockpit gate` and `cockpit freeze`: go or no-go at a pause point, and whether anything may be deployed at all."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, say, wants_json
from cockpit.errors import ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from cockpit.release.gates import Gate
    from cockpit.release.run import PhaseView, Run
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add `gate` and `freeze`."""
    gate = table.add("gate", _gate, "go (0) or no-go (1) at the end of a phase, with every reason")
    gate.add_argument("phase", nargs="?", default="", metavar="PHASE", help="its id (default: the first not passed)")
    gate.add_argument("--answer", choices=["go", "no-go"], default="", help="answer the poll, with --as")
    gate.add_argument("--as", action="append", default=[], dest="roles", metavar="ROLE",
                      help="the role you answer for; several with commas, or given again")  # fmt: skip
    gate.add_argument("--on-behalf", default="", metavar="NAME", help="who said so, where it was not you")
    gate.add_argument("--reason", default="", metavar="TEXT", help="why")
    freeze = table.group("freeze", "the change freeze: while it is on, no deploy starts")
    for verb, help_text in (
        ("on", "freeze the service"),
        ("off", "lift the freeze"),
        ("check", "exit 4 while frozen, with who and why"),
    ):
        parser = freeze.add(verb, _freeze, help_text)
        parser.add_argument("--reason", default="", metavar="TEXT", help="why")
        parser.set_defaults(verb=verb)


def _gate(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.live_source import LiveSource
    from cockpit.release.gates import gate_seen

    workspace = open_here(arguments, looking=True)
    if not workspace.run.open:
        raise NotFoundError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    roles = tuple(role for words in arguments.roles for each in words.split(",") if (role := each.strip()))
    phase = _find_phase(workspace.run, arguments.phase, now(), roles)
    if arguments.answer:
        _answer(arguments, workspace, phase, roles)
    elif arguments.roles or arguments.on_behalf or arguments.reason:
        raise UsageError("nothing was answered", fix="Add --answer go or --answer no-go")
    source = LiveSource(workspace)
    try:
        live = source.read()
    finally:
        source.close()
    at = now()
    phase = next(view for view in workspace.run.phases if view.phase.id == phase.phase.id)
    gate = gate_seen(workspace.run, phase, live, now=at)
    _tell(arguments, workspace.run, phase, gate, at)
    return ExitCode.OK if gate.go else ExitCode.FAILED


def _find_phase(run: Run, wanted: str, at: float, roles: Collection[str]) -> PhaseView:
    from cockpit.release.gates import phase_to_pass

    named = (view for view in run.phases if wanted in {view.phase.id, view.phase.title})
    found = next(named, None) if wanted else phase_to_pass(run, now=at, roles=roles)
    if found is None:
        known = ", ".join(view.phase.id for view in run.phases)
        raise NotFoundError(f"no phase {wanted!r}", fix=f"There is: {known or 'none, for no checklist is pinned'}")
    return found


def _answer(arguments: argparse.Namespace, workspace: Workspace, phase: PhaseView, roles: Collection[str]) -> None:
    from cockpit.release.intents import AnswerGate

    if not roles:
        raise UsageError("it is not said for which role", fix="Add --as ROLE")
    for role in dict.fromkeys(roles):
        workspace.session.act(AnswerGate(phase.phase.id, role, arguments.answer, arguments.on_behalf, arguments.reason))
    publish(workspace)


def _tell(arguments: argparse.Namespace, run: Run, phase: PhaseView, gate: Gate, at: float) -> None:
    from cockpit.release.polls import poll_of, spoken
    from cockpit.status import gate_document

    if wants_json(arguments):
        print_json(gate_document(run, phase, gate, now=at))
        return
    say(f"{phase.phase.title}: {'GO' if gate.go else 'NO-GO'}")
    if not arguments.phase:
        others = [view.phase.id for view in run.phases if not view.recurs and view is not phase]
        polling = " that polls it" if arguments.roles else ""
        which = f"  {phase.phase.id}: the first phase{polling} that is not passed, else the last"
        say(f"{which}; to ask of another: cockpit gate {' | '.join(others)}" if others else which)
    rows = []
    for one in poll_of(run, phase, now=at):
        said = one.answer
        told = spoken(said.answer, said.by, said.on_behalf, said.reason) if said is not None else one.objection
        also = f" (also {', '.join(one.also)})" if one.also else ""
        rows.append(["", one.named, told + also])
    if rows:
        say(columns(rows))
    for reason in gate.reasons:
        say(f"  - {reason.why}")


def _freeze(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.decisions.context import OVER
    from cockpit.release.decisions.gates import require_thawed
    from cockpit.release.intents import LiftFreeze, SetFreeze
    from cockpit.status import freeze_document

    workspace = open_here(arguments, any_run=True, looking=True)
    open_in = {run.environment for run in workspace.runs.values() if run.state not in OVER}
    if not workspace.env and len(open_in) > 1:
        raise UsageError(
            "runs are open in several environments",
            fix=f"Name one with --env: {', '.join(sorted(open_in))}",
            code="several-environments",
        )
    if arguments.verb == "check":
        require_thawed(workspace.run)
    else:
        workspace.session.act(SetFreeze(arguments.reason) if arguments.verb == "on" else LiftFreeze(arguments.reason))
        publish(workspace)
    frozen = workspace.run.frozen
    if wants_json(arguments):
        print_json({"frozen": frozen is not None, **(freeze_document(workspace.run) or {})})
    else:
        say(frozen.told if frozen is not None else "not frozen")
    return ExitCode.OK

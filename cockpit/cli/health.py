"""`cockpit probes` and `cockpit targets`: who is called by a probe, jobs that report themselves, goals and actuals."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, require_writing, say, wants_json
from cockpit.errors import ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from cockpit.release.intents import Intent
    from cockpit.release.targets import TargetResult
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add the commands of probes and targets."""
    group = table.group("probes", "acknowledge or mute a probe, or report a job's heartbeat")
    ack = group.add("ack", _acknowledge, "know of a probe's trouble: it calls nobody until then, or until it changes")
    mute = group.add("mute", _mute, "let a probe call nobody, whatever it finds")
    for parser in (ack, mute):
        parser.add_argument("name", metavar="NAME", help="the probe")
        parser.add_argument("--until", default="", metavar="TIME", help="RFC 3339, with its offset")
        parser.add_argument("--for", dest="span", default="", metavar="DURATION", help="such as 2h")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why")
    for name, run, words in (
        ("unack", _end_acknowledgement, "let a probe's trouble call people again"),
        ("unmute", _unmute, "let a probe call people again"),
    ):
        group.add(name, run, words).add_argument("name", metavar="NAME", help="the probe")
    beat = group.add("beat", _beat, "report that a job ran: for probes of kind heartbeat")
    beat.add_argument("name", metavar="NAME", help="the probe of kind heartbeat")
    beat.add_argument("--failed", action="store_true", help="it ran and failed")
    beat.add_argument("--message", default="", metavar="TEXT", help="what the job says of itself")
    beat.add_argument("--took", default="", metavar="DURATION", help="how long it took, such as 90s")
    stay = group.add("stay", _stay, "decide on a breached rollback trigger: no rollback, for this reason")
    stay.add_argument("name", metavar="TRIGGER", help="the breached trigger")
    stay.add_argument("--reason", default="", metavar="TEXT", help="why")
    targets = table.add("targets", _targets, "targets against actuals, with window, samples, coverage and burn")
    targets.add_argument("names", nargs="*", metavar="NAME", help="only these targets (default: all)")


def _until(arguments: argparse.Namespace) -> str:
    from cockpit.bootstrap import now
    from cockpit.durations import parse_duration
    from cockpit.times import parse_time, rfc3339

    if arguments.until and arguments.span:
        raise UsageError("--until and --for exclude each other", fix="Keep one")
    if arguments.until:
        return parse_time(arguments.until)
    try:
        span = parse_duration(arguments.span) if arguments.span else 0.0
    except ValueError as error:
        raise UsageError(str(error), fix="Write it like --for 2h") from error
    return rfc3339(now() + span) if span else ""


def _acknowledge(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import AcknowledgeProbe

    until = _until(arguments)
    if not until:
        raise UsageError("until when?", fix='Give it an end: --for 2h --reason "vendor informed"')
    said = f"{arguments.name} is acknowledged until {until}"
    return _act(arguments, AcknowledgeProbe(arguments.name, until, arguments.reason), said, until=until)


def _end_acknowledgement(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import EndAcknowledgement

    return _act(arguments, EndAcknowledgement(arguments.name), f"{arguments.name} calls again")


def _mute(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import MuteProbe

    until = _until(arguments)
    said = f"{arguments.name} is muted {f'until {until}' if until else 'until it is unmuted'}"
    return _act(arguments, MuteProbe(arguments.name, arguments.reason, until), said, until=until or None)


def _unmute(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import UnmuteProbe

    return _act(arguments, UnmuteProbe(arguments.name), f"{arguments.name} calls again")


def _stay(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import StayDespiteTrigger

    intent = StayDespiteTrigger(arguments.name, arguments.reason)
    return _act(arguments, intent, f"decided to stay despite {arguments.name}")


def _act(arguments: argparse.Namespace, intent: Intent, said: str, **more: object) -> ExitCode:
    workspace = open_here(arguments, any_run=True, looking=True)
    workspace.session.act(intent)
    publish(workspace)
    if wants_json(arguments):
        print_json({"probe": arguments.name, **more})
    else:
        say(said)
    return ExitCode.OK


def _beat(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.durations import parse_duration
    from cockpit.live_source import report_beat

    require_writing(arguments)
    workspace = open_here(arguments, any_run=True, looking=True)
    try:
        took = parse_duration(arguments.took) if arguments.took else None
    except ValueError as error:
        raise UsageError(str(error), fix="Write it like --took 90s") from error
    beat = report_beat(workspace, arguments.name, ok=not arguments.failed, message=arguments.message, seconds=took)
    if wants_json(arguments):
        print_json({"probe": arguments.name, "ok": beat.ok})
    return ExitCode.OK


# Targets


def _targets(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.measuring import Measurer

    workspace: Workspace = open_here(arguments, any_run=True)
    with Measurer(workspace, now=now) as measurer:
        found = measurer.targets()
    known = [result.id for result in found]
    for name in arguments.names:
        if name not in known:
            raise NotFoundError(f"no target {name!r}", fix=f"There is: {', '.join(known) or 'none'}")
    chosen = [result for result in found if not arguments.names or result.id in arguments.names]
    if wants_json(arguments):
        print_json([target_document(result) for result in chosen])
    else:
        say(columns([_HEAD, *(_row(result) for result in chosen)]) if chosen else "No targets are written.")
    states = {result.state for result in chosen}
    if "missed" in states:
        return ExitCode.FAILED
    return ExitCode.OK if states <= {"met"} else ExitCode.UNKNOWN


_HEAD = ["TARGET", "GOAL", "ACTUAL", "STATE", "WINDOW", "SAMPLES", "COVERED", "BURN", "BY", ""]


def _row(result: TargetResult) -> list[str]:
    from cockpit.durations import short_duration
    from cockpit.release.targets import burn_words

    burn = "-" if result.burn is None else burn_words(result.burn)
    source = f"{result.source} on {result.observer}" if result.source else "-"
    return [
        result.id, result.goal, result.actual, result.state.upper(), short_duration(result.window),
        str(result.samples), f"{result.coverage:.0%}", burn, source,
        ", ".join(word for word in (result.left_out, result.detail) if word),
    ]  # fmt: skip


def target_document(result: TargetResult) -> dict[str, Any]:
    """Return a target as scripts read it: `value` in ms or as a share of one, spans in seconds."""
    import msgspec

    document: dict[str, Any] = msgspec.to_builtins(result)
    return document

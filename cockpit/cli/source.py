"""`cockpit source`: the monitoring tools that are configured, and whether they can be asked from here."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, say, wants_json, warn, while_read
from cockpit.errors import ExitCode, NotFoundError, ObservationError, UsageError
from cockpit.text import visible_lines

if TYPE_CHECKING:
    from cockpit.release.configuration import Configuration
    from cockpit.release.sources import Source, SourceReading
    from cockpit.sources.tail import Polled, Tail
    from cockpit.sources.trial import Trial
    from cockpit.workspace import Workspace

_SECONDS = 10.0  # for each answer


def add_commands(table: CommandTable) -> None:
    """Add the commands."""
    group = table.group("source", "monitoring tools: list them, try one, read its logs")
    group.add("list", _list, "the configured tools, what each is asked for and what opens it")
    test = group.add("test", _test, "ask a tool for all that it can tell: what works, what is missing, what to do")
    test.add_argument("name", metavar="NAME", help="the tool, as cockpit.yaml names it")
    logs = group.add("logs", _logs, "the lines that a tool holds, oldest first; with -f those that come next, too")
    logs.add_argument("name", metavar="NAME", help="the tool, as cockpit.yaml names it")
    logs.add_argument("--query", default="", metavar="QUERY", help="in the tool's own language")
    logs.add_argument("--since", default="10m", metavar="DURATION", help="such as 15m (default: 10m)")
    logs.add_argument("-f", "--follow", action="store_true", help="ask again, every 15 s")


def _chosen(workspace: Workspace, name: str) -> Source:
    sources = workspace.run.configuration.sources
    if name not in sources:
        known = ", ".join(sources) or "none: add `sources:` to cockpit.yaml"
        raise NotFoundError(f"no source {name!r}", fix=f"There is: {known}")
    return sources[name]


def _list(arguments: argparse.Namespace) -> ExitCode:
    import os

    run = open_here(arguments, any_run=True).run
    documents: list[dict[str, Any]] = []
    for name, source in run.configuration.sources.items():
        wanted = [variable for variable in (source.token_env, source.app_key_env) if variable]
        documents.append(
            {
                "name": name,
                "kind": source.kind,
                "url": source.base,
                "tells": list(source.traits.capabilities),
                "credentials": wanted,
                "missing": [variable for variable in wanted if not os.environ.get(variable, "").strip()],
                "used_by": _uses(run.configuration, name),
            }
        )
    if wants_json(arguments):
        print_json(documents)
        return ExitCode.OK
    if not documents:
        say("No sources are configured: add `sources:` to cockpit.yaml.")
        return ExitCode.OK
    rows = [["SOURCE", "KIND", "TELLS", "CREDENTIAL", "USED BY"]]
    for one in documents:
        opened = ", ".join(f"{each}{' (NOT SET)' if each in one['missing'] else ''}" for each in one["credentials"])
        tells, used = ", ".join(one["tells"]), ", ".join(one["used_by"])
        rows.append([one["name"], one["kind"], tells, opened or "-", used or "-"])
    say(columns(rows))
    return ExitCode.OK


def _uses(configuration: Configuration, name: str) -> list[str]:
    asking = [(f"probe {each}", one.source) for each, one in configuration.probes.items()]
    asking += [(f"check {each}", one.source) for each, one in configuration.checks.items()]
    uses = [who for who, question in asking if question is not None and question.name == name]
    return uses + [f"log {each}" for each, log in configuration.logs.items() if log.source == name]


def _test(arguments: argparse.Namespace) -> ExitCode:
    import asyncio

    from cockpit.bootstrap import make_desk
    from cockpit.sources.trial import asked_of, tried

    workspace = open_here(arguments, any_run=True)
    source = _chosen(workspace, arguments.name)
    questions = asked_of(workspace.run.configuration, arguments.name)
    trial: Trial = asyncio.run(tried(make_desk(workspace), source, questions, seconds=_SECONDS))
    if wants_json(arguments):
        print_json({"name": arguments.name, "kind": source.kind, "sentence": trial.sentence, "works": trial.works,
                    "answers": [{"ask": one.ask, "query": one.query, **_document(answer)}
                                for one, answer in trial.answers]})  # fmt: skip
    else:
        say(f"{arguments.name}: {trial.sentence}")
        rows = [[f"  {one.ask}", answer.state, one.query, answer.detail] for one, answer in trial.answers]
        say(columns(rows))
    return ExitCode.OK if trial.works else ExitCode.UNKNOWN


def _document(reading: SourceReading) -> dict[str, Any]:
    import msgspec

    return {key: value for key, value in msgspec.structs.asdict(reading).items() if key != "lines"}


def _logs(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import make_desk, now
    from cockpit.durations import parse_duration
    from cockpit.sources.tail import Tail

    if arguments.follow and wants_json(arguments):
        raise UsageError("-f has no end, so --json has no beginning", fix="Leave one of them out")
    try:
        since = parse_duration(arguments.since)
    except ValueError as error:
        raise UsageError(str(error), fix="Write it like --since 15m") from error
    workspace = open_here(arguments, any_run=True)
    _chosen(workspace, arguments.name)
    tail = Tail(make_desk(workspace), arguments.name, arguments.query, since=since, now=now)
    found = tail.poll()
    if found.trouble and not arguments.follow:
        if not wants_json(arguments):  # what came is shown; whoever counts lines is told by the status that some lack
            with while_read():
                _print_lines(tail, found)
        raise ObservationError(f"{arguments.name}: {found.trouble}", fix=found.fix)
    if wants_json(arguments):
        print_json(found.lines)
        return ExitCode.OK
    with while_read():
        _print_on(tail, found, follow=arguments.follow)
    return ExitCode.OK


def _print_lines(tail: Tail, found: Polled) -> None:
    for line in found.lines:
        print("\n".join(visible_lines(tail.shown(line))))


def _print_on(tail: Tail, found: Polled, *, follow: bool) -> None:
    told = ""
    while True:
        _print_lines(tail, found)
        if found.trouble and found.trouble != told:
            warn(tail.said(found.trouble))
        told = found.trouble
        if not follow:
            return
        sys.stdout.flush()
        time.sleep(tail.every)
        found = tail.poll()

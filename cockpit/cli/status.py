"""`cockpit status`: the whole state of the run in focus, now or at a time."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, open_here, print_json, say, wants_json
from cockpit.collection import hold_collector
from cockpit.errors import ExitCode
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add `status`."""
    status = table.add("status", _status, "the whole state of the run in focus, now or as it was at a time")
    status.add_argument(
        "--at", default="", metavar="TIME", help="as it was then, logs too: a time with an offset, or 2h for 2 h ago"
    )


def _status(arguments: argparse.Namespace) -> ExitCode:
    hold_collector()  # it is over before there is anything to collect
    workspace = open_here(arguments, looking=not arguments.at)
    from cockpit.bootstrap import now
    from cockpit.live_source import LiveSource
    from cockpit.status import status_document, summary_lines

    if arguments.at:
        return _past_status(arguments, workspace)
    source = LiveSource(workspace)
    try:
        live = source.read()
    finally:
        source.close()
    if wants_json(arguments):
        print_json(status_document(workspace.run, live, now=now()))
    else:
        say("\n".join(visible(line) for line in summary_lines(workspace.run, live, now=now())))
    return ExitCode.OK


def _past_status(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.recorder import past_live, past_logs, past_run, past_time
    from cockpit.status import status_document, summary_lines
    from cockpit.times import date_time, rfc3339, zone_label

    at = past_time(arguments.at, now())
    run = past_run(workspace, at)
    live = past_live(workspace, run, at)
    logs = past_logs(workspace, run, at)
    if wants_json(arguments):
        document = status_document(run, live, now=at)
        print_json({"as_of": rfc3339(at), **document, "logs": logs})
        return ExitCode.OK
    say(f"AS OF {date_time(at, run.timezone)}:{int(at) % 60:02d} {zone_label(at, run.timezone)}: the past")
    say("\n".join(visible(line) for line in summary_lines(run, live, now=at)))
    for log in logs:
        say(f"log {log.name}" + (f": {log.trouble}" if log.trouble else ""))
        for line in log.lines[-5:]:
            say(f"  {visible(line)}")
    return ExitCode.OK

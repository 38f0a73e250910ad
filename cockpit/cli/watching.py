"""`cockpit watch`: the watcher in the foreground."""

from __future__ import annotations

import argparse
import sys

from cockpit.cli.common import CommandTable, open_here, print_json, require_writing, say, wants_json, warn
from cockpit.errors import ExitCode


def add_commands(table: CommandTable) -> None:
    """Add the commands of long-running processes."""
    watch = table.add("watch", _watch, "probe, count and commit around the clock, in the foreground")
    watch.add_argument("--attached", action="store_true", help="end when the last screen has gone")


def _watch(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.watching import watch

    require_writing(arguments)
    # What it observes is the watcher's own word, nobody's in particular.
    arguments.by = getattr(arguments, "by", "watcher")
    workspace = open_here(arguments, any_run=True)
    as_json = wants_json(arguments)
    if as_json:
        print_json(
            {"service": workspace.run.service, "environment": workspace.run.environment, "run": workspace.run.id}
        )
        sys.stdout.flush()

    def tell(line: str) -> None:
        (warn if as_json else say)(line)
        sys.stdout.flush()  # whoever reads a pipe is told now, not at the end

    watch(workspace, by_hand=not arguments.attached, say=tell)
    return ExitCode.OK

"""`cockpit watch`: the watcher in the foreground."""

from __future__ import annotations

import argparse

from cockpit.cli.common import CommandTable, open_here, say
from cockpit.errors import ExitCode


def add_commands(table: CommandTable) -> None:
    """Add the commands of long-running processes."""
    watch = table.add("watch", _watch, "probe, count and commit around the clock, in the foreground")
    watch.add_argument("--attached", action="store_true", help="end when the last screen has gone")


def _watch(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.watching import watch

    workspace = open_here(arguments, any_run=True)
    watch(workspace, by_hand=not arguments.attached, say=say)
    return ExitCode.OK

"""`cockpit watch`: the watcher in the foreground."""

from __future__ import annotations

import argparse
import sys

from cockpit.cli.common import (
    CommandTable,
    flush,
    forget,
    open_here,
    print_json,
    require_writing,
    say,
    wants_json,
    warn,
)
from cockpit.errors import ExitCode


def add_commands(table: CommandTable) -> None:
    """Add the commands of long-running processes."""
    watch = table.add("watch", _watch, "probe, count and commit around the clock, in the foreground")
    watch.add_argument("--unit", action="store_true", help="print a systemd unit that keeps it running, and do nothing")
    watch.add_argument("--attached", action="store_true", help="end when the last screen has gone")


def _watch(arguments: argparse.Namespace) -> ExitCode:
    if arguments.unit:
        return _print_unit(arguments)
    from cockpit.watching.watch import watch

    require_writing(arguments)
    # What it observes is the watcher's own word, nobody's in particular.
    arguments.by = getattr(arguments, "by", "watcher")
    workspace = open_here(arguments, any_run=True)
    run = workspace.run
    document = {"service": run.service, "environment": run.environment, "run": run.id}

    def tell(line: str) -> None:
        """Say what the watcher says, at once; as JSON one document, once it watches."""
        try:
            if not wants_json(arguments):
                say(line)
            elif document:
                print_json(document)
                document.clear()
            else:
                warn(line)
            flush()
        except OSError:  # the disk is full, of which it may be the very word
            for stream in (sys.stdout, sys.stderr):
                forget(stream)

    watch(workspace, by_hand=not arguments.attached, say=tell)
    return ExitCode.OK


def _print_unit(arguments: argparse.Namespace) -> ExitCode:
    import getpass

    from cockpit.cli.unit import watcher_unit

    workspace = open_here(arguments, any_run=True)
    run = workspace.run
    text = watcher_unit(
        service=run.service, environment=run.environment, root=workspace.root, env=workspace.env, user=getpass.getuser()
    )
    if wants_json(arguments):
        print_json({"unit": f"cockpit-watch-{run.service}-{run.environment}.service", "text": text})
    else:
        say(text.rstrip())
    return ExitCode.OK

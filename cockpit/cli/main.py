"""The command line: parses, runs one command, and turns failures into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cockpit import __version__
from cockpit.cli import checklist, executions, observe, releases, repository, run_app, watching
from cockpit.cli.common import CommandTable, Parser, report_failure, shared_options
from cockpit.errors import CockpitError, ExitCode

_DESCRIPTION = "Fly a production release: checklist, logs, probes, tags and rollback in one terminal."


def build_parser() -> Parser:
    """Return the parser with every command."""
    shared = shared_options()
    parser = Parser(prog="cockpit", description=_DESCRIPTION, parents=[shared])
    parser.add_argument("--version", action="version", version=f"cockpit {__version__}")
    parser.set_defaults(function=run_app.open_app)
    table = CommandTable(parser.add_subparsers(metavar="COMMAND", parser_class=Parser), shared)
    for module in (run_app, repository, releases, checklist, observe, executions, watching):
        module.add_commands(table)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    as_json = "--json" in argv
    try:
        arguments = build_parser().parse_args(argv)
        status: int = arguments.function(arguments)
        sys.stdout.flush()
    except CockpitError as error:
        report_failure(error, as_json=as_json)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more while it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    return status

"""The command line: parses, runs one command, and turns failures into exit codes."""

from __future__ import annotations

import contextlib
import io
import itertools
import sys
from collections.abc import Sequence

from cockpit import __version__
from cockpit.cli import (
    announcements,
    checklist,
    contacts,
    doctor,
    driver,
    env,
    executions,
    gates,
    health,
    incidents,
    interchange,
    logs,
    maintenance,
    observe,
    releases,
    report,
    repository,
    review,
    run_app,
    runbooks,
    signing,
    source,
    sync,
    verify,
    watching,
)
from cockpit.cli.common import CommandTable, Parser, mute, report_failure, shared_options
from cockpit.errors import CockpitError, ExitCode

_DESCRIPTION = "Fly a production release: checklist, logs, probes, tags and rollback in one terminal."
# In the order in which `cockpit --help` lists them.
_GROUPS = (
    run_app,
    repository,
    releases,
    checklist,
    maintenance,
    gates,
    signing,
    interchange,
    logs,
    observe,
    source,
    health,
    verify,
    env,
    executions,
    runbooks,
    incidents,
    announcements,
    driver,
    contacts,
    sync,
    watching,
    doctor,
    review,
    report,
)


def build_parser() -> Parser:
    """Return the parser with every command."""
    shared = shared_options()
    parser = Parser(prog="cockpit", description=_DESCRIPTION, parents=[shared])
    parser.add_argument("--version", action="version", version=f"cockpit {__version__}")
    parser.set_defaults(function=run_app.open_app)
    table = CommandTable(parser.add_subparsers(metavar="COMMAND", parser_class=Parser), shared)
    for module in _GROUPS:
        module.add_commands(table)
    return parser


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    as_json = "--json" in itertools.takewhile(lambda word: word != "--", argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no terminal's encoding may stop a command
    try:
        return _run(argv, as_json=as_json)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        mute()
        return ExitCode.OK


def _run(argv: Sequence[str], *, as_json: bool) -> int:
    try:
        arguments = build_parser().parse_args(argv)
        status: int = arguments.function(arguments)
        sys.stdout.flush()
    except CockpitError as error:
        report_failure(error, as_json=as_json)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:  # the disk is full, or a file is not ours to read: nothing a traceback would mend
        where = f"{error.filename}: " if error.filename else ""
        failure = CockpitError(f"{where}{error.strerror or error}", code="system")
        with contextlib.suppress(OSError):
            report_failure(failure, as_json=as_json)
            sys.stdout.flush()
            return failure.exit_code
        mute()
        return failure.exit_code
    return status

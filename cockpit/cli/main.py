"""The command line: parses, runs one command, and turns failures into exit codes."""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from cockpit import __version__
from cockpit.cli.common import CommandTable, Parser, flush, mute, report_failure, shared_options
from cockpit.cli.ending import ended_by_signals
from cockpit.collection import let_collector_go_on
from cockpit.errors import CockpitError, ExitCode

_DESCRIPTION = "Fly a production release: checklist, logs, probes, tags and rollback in one terminal."
# The modules of `cockpit.cli` and the commands that each adds, in the order in which `cockpit --help` lists them. Only
# the module of the command that is given is loaded: each of them costs a start.
GROUPS: dict[str, tuple[str, ...]] = {
    "run_app": ("demo",),
    "init": ("init",),
    "repository": ("validate",),
    "trusting": ("trust",),
    "releases": ("release",),
    "status": ("status",),
    "checklist": ("item",),
    "timeline": ("note", "timeline"),
    "maintenance": ("maintenance",),
    "gates": ("gate", "freeze"),
    "signing": ("sign",),
    "interchange": ("import", "export"),
    "logs": ("logs",),
    "observe": ("probe", "tags"),
    "source": ("source",),
    "health": ("probes", "targets"),
    "verify": ("verify",),
    "env": ("env",),
    "executions": ("rollback", "deploy", "execution", "worker"),
    "runbooks": ("runbook",),
    "incidents": ("incident",),
    "announcements": ("announce",),
    "driver": ("driver",),
    "handover": ("handover",),
    "contacts": ("contacts",),
    "sync": ("sync",),
    "watching": ("watch",),
    "serve": ("serve",),
    "doctor": ("doctor",),
    "review": ("review",),
    "report": ("report",),
    "completion": ("completion",),
}


def build_parser(groups: Sequence[str] = tuple(GROUPS)) -> Parser:
    """Return the parser with the commands of these modules, with every command if none are named."""
    shared = shared_options()
    parser = Parser(prog="cockpit", description=_DESCRIPTION, parents=[shared])
    parser.add_argument("--version", action="version", version=f"cockpit {__version__}")
    parser.set_defaults(function=_open_app)
    table = CommandTable(parser.add_subparsers(prog=parser.prog, metavar="COMMAND", parser_class=Parser), shared)
    for group in groups:
        import_module(f"cockpit.cli.{group}").add_commands(table)
    return parser


def groups_for(argv: Sequence[str]) -> tuple[str, ...]:
    """Return the modules whose commands these words may mean: one where the command is plain, else all of them."""
    words = iter(argv)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return tuple(group for group, commands in GROUPS.items() if word in commands) or tuple(GROUPS)
        elif word.partition("=")[0] not in {*_WITH_VALUE, "--json", "--readonly"}:
            return tuple(GROUPS)  # --help, or a mistake, which is told beside all that would be right
    return ()


_WITH_VALUE = frozenset({"--repo", "--run", "--env", "--by"})


def _open_app(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.cli.run_app import open_app

    return open_app(arguments)


def run(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    if "_ARGCOMPLETE" in os.environ:
        from cockpit.cli.completion import answer

        return answer()
    as_json = "--json" in itertools.takewhile(lambda word: word != "--", argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # no terminal's encoding may stop a command
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # nor an answer that is typed in another
    try:
        with ended_by_signals():
            return _run(argv, as_json=as_json)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    finally:
        with contextlib.suppress(OSError):
            flush()  # at the latest here, or the interpreter fails at it and puts its status in the place of ours


def _run(argv: Sequence[str], *, as_json: bool) -> int:
    try:
        arguments = build_parser(groups_for(argv)).parse_args(argv)
        let_collector_go_on()
        status: int = arguments.function(arguments)
        flush()
    except CockpitError as error:
        return _tell(error, as_json=as_json)
    except OSError as error:  # the disk is full, or a file is not ours to read: nothing a traceback would mend
        where = f"{error.filename}: " if error.filename else ""
        return _tell(CockpitError(f"{where}{error.strerror or error}", code="system"), as_json=as_json)
    return status


def _tell(failure: CockpitError, *, as_json: bool) -> int:
    """Tell of a failure if that can be, and return its exit status all the same."""
    try:
        report_failure(failure, as_json=as_json)
        flush()
    except OSError:
        mute(sys.stdout)
    return failure.exit_code

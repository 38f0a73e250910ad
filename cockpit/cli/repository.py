"""`cockpit validate`: whether the files that a team writes are right."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from cockpit.cli.common import CommandTable, options_of, print_json, say, wants_json
from cockpit.errors import ConfigurationError, ExitCode, NotFoundError, Problem


def add_commands(table: CommandTable) -> None:
    """Add `validate`."""
    validate = table.add("validate", _validate, "check cockpit.yaml and the checklists")
    validate.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, or directories of them (default: what this repository flies by)",
    )
    validate.add_argument(
        "--schema",
        nargs="?",
        const="configuration",
        default=None,
        choices=("configuration", "checklist"),
        help="print the JSON Schema of cockpit.yaml, or of a checklist, for an editor, and do nothing",
    )


def _print_schema(kind: Literal["configuration", "checklist"]) -> ExitCode:
    from cockpit.content.json_schema import schema_of

    print_json(schema_of(kind))
    return ExitCode.OK


def _validate(arguments: argparse.Namespace) -> ExitCode:
    if arguments.schema is not None:
        return _print_schema(arguments.schema)
    from cockpit.content.checklists import load_checklist
    from cockpit.content.configuration import parse_configuration_file
    from cockpit.content.library import load_library
    from cockpit.content.strict_yaml import read_text
    from cockpit.git.command import Git
    from cockpit.health.conditions import check_condition
    from cockpit.opening import require_environment
    from cockpit.pinning import CONFIGURATION_FILE, environments_in, read_work_tree

    problems: list[Problem] = []
    checked: list[str] = []
    try:
        if arguments.paths:
            for name in arguments.paths:
                path = Path(name)
                checked.append(str(path))
                try:
                    if path.is_dir():
                        load_library(path)
                    elif path.name == CONFIGURATION_FILE:
                        parse_configuration_file(read_text(path), str(path), check_condition)
                    else:
                        load_checklist(path)
                except ConfigurationError as error:
                    problems += error.problems
        else:
            repo = options_of(arguments).repo
            top = Git(repo).run("rev-parse", "--show-toplevel")
            root = Path(top.text.rstrip("\n")) if top.ok else repo
            env = options_of(arguments).env
            # All environments are looked at, whichever is named.
            sources = read_work_tree(root, env or environments_in(root)[0])
            require_environment(env, sources.pinned.configuration)
            checked = list(sources.texts)
    except ConfigurationError as error:
        problems += error.problems
    except OSError as error:
        raise NotFoundError(f"{error.filename} cannot be read: {error.strerror}") from error
    if wants_json(arguments):
        document: dict[str, object] = {"checked": checked, "problems": problems}
        if problems:
            what = "\n".join(map(str, problems))
            document["error"] = {"code": ConfigurationError.code, "what": what, "fix": ""}
        print_json(document)
    elif problems:
        say("\n".join(map(str, problems)))
    else:
        say(f"{len(checked)} files are right")
    return ExitCode.USAGE if problems else ExitCode.OK

"""`cockpit validate` and `trust`: whether the files that a team writes are right, and what they may execute here."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from cockpit.cli.common import CommandTable, open_here, options_of, print_json, require_writing, say, wants_json
from cockpit.errors import CockpitError, ConfigurationError, ExitCode, NotFoundError, Problem, RefusedError

if TYPE_CHECKING:
    from cockpit.release.ledger import Pinned
    from cockpit.trust import ConfiguredCommand
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add the commands on configuration."""
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
    trust = table.add("trust", _trust, "let this configuration run its commands on this host")
    trust.add_argument("--show", action="store_true", help="print every command it would allow, and do nothing")


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


def all_commands(environments: Mapping[str, Pinned]) -> list[ConfiguredCommand]:
    """Return every command that trusting these files would allow: the digest is of all environments together."""
    from cockpit.trust import ConfiguredCommand, configured_commands

    found = {
        name: configured_commands(pinned.configuration, pinned.library, pinned.checklists)
        for name, pinned in environments.items()
    }
    common = [one for one in next(iter(found.values())) if all(one in commands for commands in found.values())]
    own = [
        ConfiguredCommand(f"{name}: {one.where}", one.command)
        for name, commands in found.items()
        for one in commands
        if one not in common
    ]
    return common + own


def _trust(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.times import rfc3339

    workspace = open_here(arguments)
    flown, edited = _Files(workspace.run.digest, all_commands(workspace.environments())), _edited(workspace)
    told = [flown, *([edited] if edited is not None else [])]
    if not arguments.show:
        require_writing(arguments)
        for files in told:
            refuse_placeholders(files.commands)
        for files in told:
            workspace.trust.trust(
                files.digest, by=workspace.session.actor.name, at=rfc3339(now()), repository=str(workspace.root)
            )
    if wants_json(arguments):
        document = [
            {"digest": files.digest, "trusted": workspace.trust.trusted(files.digest), "commands": files.commands}
            for files in told
        ]
        print_json({**document[0], "edited": document[1] if edited is not None else None})
        return ExitCode.OK
    say_commands(flown.commands)
    what = f"what {workspace.run.name} flies by" if workspace.run.open else "cockpit.yaml and its checklists"
    say(f"{what}, digest {flown.digest[:16]}: {_state_of(flown, workspace)}")
    if edited is not None:
        new = [one for one in edited.commands if one not in flown.commands]
        say("\nIn the work tree they read otherwise by now, with these commands that the run does not know:")
        say_commands(new)
        say(
            f"as they are in the work tree, digest {edited.digest[:16]}: {_state_of(edited, workspace)};"
            " cockpit release migrate lets the run fly by them"
        )
    return ExitCode.OK


class _Files(NamedTuple):
    """Files that trust is bound to, and what they would run."""

    digest: str
    commands: list[ConfiguredCommand]


def _edited(workspace: Workspace) -> _Files | None:
    """Return the work tree's files, where a run flies by others; None where they are the same or cannot be read."""
    from cockpit.pinning import parse_environments, read_work_tree

    if not workspace.run.open:
        return None
    try:
        sources = read_work_tree(workspace.root, workspace.run.environment)
    except CockpitError:
        return None
    if sources.pinned.digest == workspace.run.digest:
        return None
    return _Files(sources.pinned.digest, all_commands(parse_environments(sources.texts)))


def _state_of(files: _Files, workspace: Workspace) -> str:
    return "trusted on this host" if workspace.trust.trusted(files.digest) else "not trusted on this host"


def refuse_placeholders(commands: Sequence[ConfiguredCommand]) -> None:
    """Refuse to trust a step, back or forward, that still has a placeholder; RefusedError names the first of them."""
    from cockpit.content.assumed import placeholder_in

    for one in commands:
        found = placeholder_in(one.command)
        if found and re.search(r"(?:^|: )(?:rollback|deploy)\.steps\.", one.where):
            raise RefusedError(
                f"{one.where} still has the placeholder {found}: not trusted",
                fix=f"Write what is really meant at {one.where} in cockpit.yaml; then: cockpit trust --show",
                code="placeholder",
            )


def say_commands(commands: Sequence[ConfiguredCommand], assumed: Mapping[str, str] | None = None) -> None:
    """Print every command, each below its place in the files, with what is doubtful of it, and how many there are."""
    for command in commands:
        say(f"{command.where}:")
        say("\n".join(f"    {line}" for line in command.command.splitlines()))
        for remark in doubts((assumed or {}).get(command.where, ""), command.command):
            say(f"    {remark}")
    say(f"{len(commands)} commands; scripts of the repository that they call are not covered by this.")


def doubts(assumption: str, command: str) -> list[str]:
    """Return what a person should know before trusting a command: what was assumed for it, a placeholder in it."""
    from cockpit.content.assumed import placeholder_in

    found = placeholder_in(command)
    return [
        *([f"ASSUMED: {assumption}"] if assumption else []),
        *([f"PLACEHOLDER: {found} is to be replaced"] if found else []),
    ]

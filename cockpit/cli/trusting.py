"""`cockpit trust`: what the files that a team writes may execute on this host, and what of it is only guessed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cockpit.cli.common import CommandTable, columns, open_here, print_json, require_writing, say, wants_json
from cockpit.errors import CockpitError, ExitCode, RefusedError

if TYPE_CHECKING:
    from cockpit.release.assumed import Tried
    from cockpit.release.ledger import Pinned
    from cockpit.trust import ConfiguredCommand
    from cockpit.workspace import Workspace

_SAMPLE = "a shipped sample, not written for this service"


def add_commands(table: CommandTable) -> None:
    """Add `trust`."""
    trust = table.add("trust", _trust, "let this configuration run its commands on this host")
    trust.add_argument("--show", action="store_true", help="print every command it would allow, and do nothing")


def all_commands(environments: Mapping[str, Pinned], tried: Tried | None = None) -> list[ConfiguredCommand]:
    """Return every command that trusting these files would allow: the digest is of all environments together.

    Each says why it is only assumed, where it is: `init` guessed it and it was never `tried`, or it is a sample's.
    """
    from msgspec.structs import replace

    from cockpit.content.library import load_library
    from cockpit.content.shipped import shipped_directory
    from cockpit.release.assumed import untried
    from cockpit.trust import configured_commands

    shipped = load_library(shipped_directory()).runbooks

    def commands_of(pinned: Pinned) -> list[ConfiguredCommand]:
        samples = tuple(f"runbooks.{one.id}." for one in pinned.library.runbooks if one in shipped)
        return [
            replace(one, assumed=_SAMPLE) if one.where.startswith(samples) else one
            for one in configured_commands(pinned.configuration, pinned.library, pinned.checklists, tried or untried)
        ]

    found = {name: commands_of(pinned) for name, pinned in environments.items()}
    common = [one for one in next(iter(found.values())) if all(one in commands for commands in found.values())]
    own = [
        replace(one, where=f"{name}: {one.where}")
        for name, commands in found.items()
        for one in commands
        if one not in common
    ]
    return common + own


def _trust(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.times import rfc3339

    workspace = open_here(arguments)
    tried = workspace.tried()
    flown, edited = _flown(workspace, tried), _edited(workspace, tried)
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
            {
                "digest": files.digest,
                "trusted": workspace.trust.trusted(files.digest),
                "commands": [_command_document(one) for one in files.commands],
                "assumed": files.assumed,
            }
            for files in told
        ]
        print_json({**document[0], "edited": document[1] if edited is not None else None})
        return ExitCode.OK
    say_commands(flown.commands)
    _say_assumed(flown)
    what = f"what {workspace.run.name} flies by" if workspace.run.open else "cockpit.yaml and its checklists"
    say(f"{what}, digest {flown.digest[:16]}: {_state_of(flown, workspace)}")
    if edited is not None:
        known = {(one.where, one.command) for one in flown.commands}
        new = [one for one in edited.commands if (one.where, one.command) not in known]
        say("\nIn the work tree they read otherwise by now, with these commands that the run does not know:")
        say_commands(new)
        _say_assumed(edited)
        say(
            f"as they are in the work tree, digest {edited.digest[:16]}: {_state_of(edited, workspace)};"
            " cockpit release migrate lets the run fly by them"
        )
    return ExitCode.OK


class Files(NamedTuple):
    """Files that trust is bound to, what they would run, and what `init` guessed, by its place, with the reason."""

    digest: str
    commands: list[ConfiguredCommand]
    assumed: dict[str, str]


def files_of(digest: str, environments: Mapping[str, Pinned], tried: Tried) -> Files:
    """Return what there is to know of files before they are trusted: `trust`, `init` and the plans count alike."""
    from cockpit.release.assumed import assumed_anywhere

    assumed = assumed_anywhere((pinned.configuration for pinned in environments.values()), tried)
    return Files(digest, all_commands(environments, tried), assumed)


def _flown(workspace: Workspace, tried: Tried) -> Files:
    return files_of(workspace.run.digest, workspace.environments(), tried)


def _command_document(one: ConfiguredCommand) -> dict[str, str]:
    from cockpit.content.assumed import placeholder_in

    placeholder = placeholder_in(one.command, one.literal)
    return {"where": one.where, "command": one.command, "assumed": one.assumed, "placeholder": placeholder}


def _say_assumed(files: Files) -> None:
    """Tell what was guessed: also of a step that runs no command, such as a verification."""
    from cockpit.release.assumed import assumed_sum

    for where, why in files.assumed.items():
        if not any(one.where.startswith(where) for one in files.commands):
            say(f"{where}:\n    ASSUMED: {why}")
    if files.assumed:
        say(
            f"{assumed_sum(files.assumed)}: guessed by cockpit init, and never seen to run well."
            " Where it is right, take its line `assumed` out of cockpit.yaml."
        )


def _edited(workspace: Workspace, tried: Tried) -> Files | None:
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
    return files_of(sources.pinned.digest, parse_environments(sources.texts), tried)


def _state_of(files: Files, workspace: Workspace) -> str:
    return "trusted on this host" if workspace.trust.trusted(files.digest) else "not trusted on this host"


def refuse_placeholders(commands: Sequence[ConfiguredCommand]) -> None:
    """Refuse to trust a step, back or forward, that still has a placeholder; RefusedError names the first of them."""
    from cockpit.content.assumed import placeholder_in
    from cockpit.content.yaml_text import double_quoted

    for one in commands:
        found = placeholder_in(one.command, one.literal)
        if found and re.search(r"(?:^|: )(?:rollback|deploy)\.steps\.", one.where):
            raise RefusedError(
                f"{one.where} still has the placeholder {found}: not trusted",
                fix=f"Write what is really meant at {one.where} in cockpit.yaml. Where that is {found} itself, say so"
                f" at the step: `literal: [{double_quoted(found)}]`. Then: cockpit trust --show",
                code="placeholder",
            )


def say_commands(commands: Sequence[ConfiguredCommand]) -> None:
    """Print every command, each below its place in the files, with what is doubtful of it, and how many there are.

    What only a sample of the cockpit's own would run stands by itself, a line each: nobody wrote it for this service.
    """
    samples = [one for one in commands if one.assumed == _SAMPLE]
    for command in commands:
        if command in samples:
            continue
        say(f"{command.where}:")
        say("\n".join(f"    {line}" for line in command.command.splitlines()))
        for remark in doubts(command):
            say(f"    {remark}")
    if samples:
        say("The runbooks that come with the cockpit, samples that nobody has written for this service:")
        say(columns([[f"    {one.where.removeprefix('runbooks.')}", one.command] for one in samples]))
        say("    One of your own in checklists/runbooks/, under the same name, takes a sample's place.")
    beside = f", {len(samples)} of them samples" if samples else ""
    say(f"{len(commands)} commands{beside}; scripts of the repository that they call are not covered by this.")


def doubts(command: ConfiguredCommand) -> list[str]:
    """Return what a person should know before trusting a command: what was assumed for it, a placeholder in it."""
    from cockpit.content.assumed import placeholder_in

    found = placeholder_in(command.command, command.literal)
    return [
        *([f"ASSUMED: {command.assumed}"] if command.assumed else []),
        *([f"PLACEHOLDER: {found} is to be replaced"] if found else []),
    ]

"""`cockpit init`, `validate` and `trust`: the files a team writes, and what they may execute here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cockpit.cli.common import CommandTable, open_here, options_of, print_json, require_writing, say, wants_json
from cockpit.errors import ConfigurationError, ExitCode, NotFoundError, Problem, RefusedError, UsageError

if TYPE_CHECKING:
    from cockpit.trust import ConfiguredCommand
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add the commands on configuration."""
    init = table.add("init", _init, "write cockpit.yaml for this repository; never overwrites")
    init.add_argument(
        "--from", dest="source", metavar="FILE.md", help="write checklists/ from a Markdown checklist, and fly by it"
    )
    init.add_argument("--yes", action="store_true", help="take the defaults and ask nothing")
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


def _init(arguments: argparse.Namespace) -> ExitCode:
    import msgspec

    from cockpit.cli.interchange import imported_files
    from cockpit.cli.state_remote import propose_state_remote
    from cockpit.content.init import detect, environment_names, state_lines, write_configuration
    from cockpit.content.written import refuse_existing, write_files
    from cockpit.git.command import Git

    require_writing(arguments)
    if not arguments.yes and not sys.stdin.isatty():
        raise UsageError("init asks questions, and there is no terminal to ask on", fix="Take the defaults: --yes")
    repo = options_of(arguments).repo
    top = Git(repo).run("rev-parse", "--show-toplevel")
    if not top.ok:
        raise RefusedError(f"{repo} is not in a git work tree", fix="Run git init first", code="no-repository")
    root = Path(top.text.rstrip("\n"))
    imported = imported_files(arguments.source, root) if arguments.source else None
    if imported is not None:
        # Nothing is asked, and nothing written, for an answer that would be refused in the end.
        refuse_existing([root / "cockpit.yaml", *imported.texts], fix="Move it away, or edit it: init never overwrites")
    answers = detect(root)
    remote, branch, remark = propose_state_remote(root)
    environment = options_of(arguments).env
    if environment:
        answers = msgspec.structs.replace(answers, environment=environment, production=environment.startswith("prod"))
    if not arguments.yes:
        service = _ask("Service", answers.service)
        environment = _ask("Environment (several with commas)", answers.environment)
        several = len(environment_names(environment)) > 1
        production = "yes" if answers.production else "no"
        answers = msgspec.structs.replace(
            answers,
            service=service,
            environment=environment,
            production=not several and _ask("Is it production? (yes/no)", production).startswith("y"),
            timezone=_ask("Time zone (IANA)", answers.timezone),
            health_url=_ask("Health URL", answers.health_url),
            log_file=_ask("Log file", answers.log_file),
        )
    answers = msgspec.structs.replace(answers, state=state_lines(remote, branch, remark))
    if imported is not None:
        answers = msgspec.structs.replace(answers, checklists=(imported.name,))
    written = write_configuration(root, answers)
    database = answers.database
    if imported is not None:
        written += write_files(imported.texts)
    if wants_json(arguments):
        shared = {"state_remote": remote or None, "state_branch": branch or None, "remark": remark}
        found = {"engine": database.engine, "where": database.where} if database is not None else None
        print_json({"written": [str(path.relative_to(root)) for path in written], **shared, "database": found})
    else:
        for path in written:
            say(f"wrote {path.relative_to(root)}")
        if imported is not None:
            say("\n".join(imported.summary))
        say(remark)
        if database is not None:
            say(f"{database.engine} is used, by {database.where}: the rollback dumps it, and can put it back")
        say("Look it over, then: cockpit validate, cockpit trust --show, cockpit trust, cockpit release open NAME")
    return ExitCode.OK


def _ask(question: str, default: str) -> str:
    try:
        return input(f"{question} [{default}]: ").strip() or default
    except EOFError:
        return default


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


def _all_commands(workspace: Workspace) -> list[ConfiguredCommand]:
    """Return every command that trusting these files would allow: the digest is of all environments together."""
    from cockpit.trust import ConfiguredCommand, configured_commands

    found = {
        name: configured_commands(pinned.configuration, pinned.library, pinned.checklists)
        for name, pinned in workspace.environments().items()
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
    run = workspace.run
    commands = _all_commands(workspace)
    if not arguments.show:
        require_writing(arguments)
        workspace.trust.trust(
            run.digest, by=workspace.session.actor.name, at=rfc3339(now()), repository=str(workspace.root)
        )
    if wants_json(arguments):
        print_json({"digest": run.digest, "trusted": workspace.trusted, "commands": commands})
        return ExitCode.OK
    for command in commands:
        say(f"{command.where}:")
        say("\n".join(f"    {line}" for line in command.command.splitlines()))
    say(f"{len(commands)} commands; scripts of the repository that they call are not covered by this.")
    state = "trusted on this host" if workspace.trusted else "not trusted on this host"
    say(f"digest {run.digest[:16]}: {state}")
    return ExitCode.OK

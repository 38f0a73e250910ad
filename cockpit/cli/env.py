"""`cockpit env`: is the env file what production needs it to be; and a strong secret. No value is ever printed."""

from __future__ import annotations

import argparse
import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, options_of, print_json, put, say, wants_json
from cockpit.errors import CockpitError, ExitCode, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.envfile.survey import Finding, Survey
    from cockpit.release.library import EnvVariable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def add_commands(table: CommandTable) -> None:
    """Add `env`."""
    env = table.add(
        "env", _env, "check an env file (exit 1 where it is not right); `env generate KEY` prints a strong secret"
    )
    env.add_argument("words", nargs="*", metavar="FILE | generate KEY", help="default: the configured one, .env")


def _env(arguments: argparse.Namespace) -> ExitCode:
    words: list[str] = arguments.words
    if words[:1] == ["generate"]:
        return _generate(arguments, words[1:])
    if len(words) > 1:
        raise UsageError("one file at a time", fix="See: cockpit env --help")
    from cockpit.envfile.survey import survey

    place = _place(arguments)
    path = Path(words[0]).absolute() if words else place.code / place.file
    found = survey(
        path, place.schema, production=place.production, code=place.code, shown=words[0] if words else place.file,
        example=place.example,
    )  # fmt: skip
    if wants_json(arguments):
        print_json(_document(found))
    else:
        _tell(found)
    return ExitCode.FAILED if found.failed else ExitCode.OK


class _Place:
    """What a file is looked at by: the run's rules, or the shipped ones where nothing is configured."""

    def __init__(self, code: Path, schema: Sequence[EnvVariable], *, production: bool, file: str, example: str) -> None:
        self.code = code
        self.schema = schema
        self.production = production
        self.file = file
        self.example = example


def _place(arguments: argparse.Namespace) -> _Place:
    from cockpit.release.configuration import EnvSettings
    from cockpit.release.env_schema import env_schema

    try:
        workspace = open_here(arguments, any_run=True)
    except CockpitError as error:
        # The shipped rules hold for a repository that nobody has configured, too: taken as production.
        if error.code != "no-configuration" or options_of(arguments).env:
            raise
        from cockpit.content.library import load_library
        from cockpit.content.shipped import shipped_directory

        usual = EnvSettings()
        schema = load_library(shipped_directory()).env
        return _Place(options_of(arguments).repo, schema, production=True, file=usual.file, example=usual.example)
    run = workspace.run
    settings = run.configuration.env
    schema = env_schema(run.configuration, run.library)
    return _Place(
        workspace.code, schema, production=run.production, file=settings.file, example=settings.example
    )  # fmt: skip


def _document(found: Survey) -> dict[str, Any]:
    return {
        "file": found.file,
        "ok": not found.failed,
        "failed": found.count("failed"),
        "unknown": found.count("unknown"),
        "warnings": found.count("warning"),
        "code": {"files": found.code_files, "left_out": found.code_left_out},
        "variables": [_finding(one) for one in found.findings if one.name],
        "problems": [_finding(one) for one in found.findings if not one.name],
    }


def _finding(one: Finding) -> dict[str, Any]:
    document = {"group": one.group, "state": one.state, "why": one.why, "where": one.where or None}
    return {"name": one.name, **document} if one.name else document


_WORDS = {"ok": "ok", "failed": "FAILED", "unknown": "UNKNOWN", "warning": "look at", "absent": "-"}


def _tell(found: Survey) -> None:
    rows = [[_WORDS[one.state], one.name or found.file, one.where, one.why] for one in found.findings]
    if rows:
        say(columns(rows))
    counts = f"{found.count('failed')} failed, {found.count('unknown')} unknown, {found.count('warning')} to look at"
    say(f"{found.file}: {counts}, of {found.variables} variables; {found.code_files} Python files looked through")


def _generate(arguments: argparse.Namespace, words: list[str]) -> ExitCode:
    from cockpit.envfile.strength import generate_secret

    if len(words) != 1:
        raise UsageError("for which variable?", fix="cockpit env generate SECRET_KEY")
    key = words[0]
    if not _NAME.fullmatch(key):
        raise UsageError("that is not a variable's name", fix="Use letters, digits and '_', such as SECRET_KEY")
    rule = None
    with contextlib.suppress(CockpitError):  # a secret is needed before anything is configured, too
        rule = next((rule for rule in _place(arguments).schema if rule.name == key), None)
    if rule is not None and rule.type not in {"secret", "string"}:
        raise RefusedError(
            f"{key} is no secret: it is of type {rule.type}", fix="Write its value by hand", code="no-secret"
        )
    secret = generate_secret(rule.min_length if rule is not None else 0)
    if wants_json(arguments):
        print_json({"key": key, "secret": secret})
    else:
        put(f"{secret}\n")
    return ExitCode.OK

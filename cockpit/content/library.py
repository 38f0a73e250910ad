"""The other files of a checklist directory: procedures, message templates, targets, variables, tools, contacts, roles.

A file is told by its place, else by its top-level keys:

    runbooks/*.yaml, or a file with `steps`      one Runbook
    templates/*.yaml, or a file with `body`      one MessageTemplate
    a file with `phases`                         a checklist, left to `cockpit.content.checklists`
    any other                                    a Shelf: any of targets, env, tools, contacts, roles, notes
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cockpit.content.directory import Directory
from cockpit.content.library_review import MessageTemplateReview, RunbookReview, Shelf, ShelfReview
from cockpit.content.strict_yaml import ParsedFile, read_text
from cockpit.errors import ConfigurationError, Problem
from cockpit.release.library import Library, MessageTemplate, Runbook

_UNRECOGNISED = (
    "no key tells what this file is: begin it with phases (a checklist), steps (a runbook), "
    f"body (a message template), or any of {', '.join(Shelf.__struct_fields__)}"
)


def load_library(directory: Path) -> Library:
    """Return what the YAML files at and below `directory` hold; ConfigurationError holds all mistakes of all files."""
    texts: dict[str, str] = {}
    unreadable: list[Problem] = []
    for path in directory.rglob("*.yaml"):
        try:
            texts[path.as_posix()] = read_text(path)
        except ConfigurationError as error:
            unreadable += error.problems
    return _parse(texts, unreadable)


def parse_library_texts(texts: Mapping[str, str]) -> Library:
    """Return what `texts`, by path, hold; ConfigurationError holds all mistakes of all files."""
    return _parse(texts, [])


def _parse(texts: Mapping[str, str], problems: list[Problem]) -> Library:
    directory = Directory()
    for path, text in sorted(texts.items()):
        try:
            _place(ParsedFile(text, path), path, directory)
        except ConfigurationError as error:
            problems += error.problems
    problems += directory.problems(complete=not problems)
    if problems:
        raise ConfigurationError(problems)
    return directory.library()


def _place(file: ParsedFile, path: str, directory: Directory) -> None:
    place = PurePosixPath(path).parent.name
    if place == "runbooks" or (place != "templates" and "steps" in file.keys):
        directory.runbooks.append(RunbookReview(file.document(Runbook)))
    elif place == "templates" or "body" in file.keys:
        directory.templates.append(MessageTemplateReview(file.document(MessageTemplate)))
    elif "phases" not in file.keys:
        if not file.keys.intersection(Shelf.__struct_fields__):
            file.problems.add(1, 1, _UNRECOGNISED)
            file.problems.raise_any()
        directory.shelves.append(ShelfReview(file.document(Shelf)))

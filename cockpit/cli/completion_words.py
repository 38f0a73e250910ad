"""The names that can stand for an argument: tags, items, runs, probes and the like, as the repository here has them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import options_of
from cockpit.errors import CockpitError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.workspace import Workspace

Words = Callable[[argparse.Namespace], Iterable[str]]


def words_for(command: str, dest: str, metavar: str) -> Callable[..., Iterable[str]] | None:
    """Return what lists the values of an argument, None where anything may stand there.

    `command` are the words that lead to it, such as `item tick`; `dest` and `metavar` are the argument's.
    """
    if dest in {"repo", "directory", "serve"}:
        return _paths(directories=True)
    if "FILE" in metavar or metavar in {"F", "PATH", "OUT.yaml"}:
        return _paths(directories=False)
    known = _BY_COMMAND.get((command, dest)) or _BY_NAME.get(dest)
    return None if known is None else _quietly(known)


def _quietly(words: Words) -> Callable[..., Iterable[str]]:
    def complete(*, prefix: str, parsed_args: argparse.Namespace, **_: object) -> Iterable[str]:
        try:
            found = list(words(parsed_args))
        except (CockpitError, OSError, ValueError):
            return []  # at a Tab nobody reads an error: the command itself will tell
        # What the terminal would take for more than text is not offered.
        return [word for word in found if word.startswith(prefix) and word == visible(word)]

    return complete


def _paths(*, directories: bool) -> Callable[..., Iterable[str]]:
    def complete(*, prefix: str, **_more: object) -> Iterable[str]:
        parent, _, beginning = prefix.rpartition("/")
        base = parent + "/" if "/" in prefix else ""
        try:
            with os.scandir(Path(base).expanduser() if base else ".") as entries:
                found = sorted((entry.name, entry.is_dir()) for entry in entries)
        except OSError:
            return []
        return [
            f"{base}{name}{'/' if folder else ''}"
            for name, folder in found
            if name.startswith(beginning)
            and (folder or not directories)
            and (beginning or not name.startswith("."))
            and name == visible(name)
        ]

    return complete


def _workspace(arguments: argparse.Namespace) -> Workspace:
    from msgspec.structs import replace

    from cockpit.bootstrap import open_workspace

    return open_workspace(replace(options_of(arguments), readonly=True), any_run=True, any_env=True)


def _tags(arguments: argparse.Namespace) -> Iterable[str]:
    from cockpit.git.command import Git

    newest_first = ("for-each-ref", "--format=%(refname:lstrip=2)", "--sort=-creatordate", "refs/tags")
    return Git(options_of(arguments).repo).run(*newest_first).text.splitlines()


def _items(arguments: argparse.Namespace) -> Iterable[str]:
    return _workspace(arguments).run.items


def _runs(arguments: argparse.Namespace) -> Iterable[str]:
    from cockpit.bootstrap import open_store
    from cockpit.runs import list_runs

    runs = list_runs(open_store(options_of(arguments).repo)).values()
    return [name for run in reversed(list(runs)) for name in dict.fromkeys((run.name, run.id))]


def _environments(arguments: argparse.Namespace) -> Iterable[str]:
    found = _workspace(arguments).run.configuration
    return found.environments or (found.environment.name,)


def _configured(*keys: str) -> Words:
    """Return what lists the names that stand under these keys of cockpit.yaml."""

    def words(arguments: argparse.Namespace) -> Iterable[str]:
        configuration = _workspace(arguments).run.configuration
        return [name for key in keys for name in getattr(configuration, key)]

    return words


def _in_library(key: str) -> Words:
    def words(arguments: argparse.Namespace) -> Iterable[str]:
        found: Iterable[Any] = getattr(_workspace(arguments).run.library, key)
        return [one.id for one in found]

    return words


def _phases(arguments: argparse.Namespace) -> Iterable[str]:
    return [view.phase.id for view in _workspace(arguments).run.phases]


def _checklists(arguments: argparse.Namespace) -> Iterable[str]:
    return [checklist.id for checklist in _workspace(arguments).run.checklists]


def _incidents(arguments: argparse.Namespace) -> Iterable[str]:
    return _workspace(arguments).run.incidents


def _levels(_: argparse.Namespace) -> Iterable[str]:
    from cockpit.content.check_review import LOG_LEVELS

    return LOG_LEVELS


# By the argument's name alone, where it means the same everywhere.
_BY_NAME: dict[str, Words] = {
    "tag": _tags,
    "confirm": _tags,
    "item": _items,
    "items": _items,
    "run": _runs,
    "env": _environments,
    "incident": _incidents,
    "level": _levels,
    "send": _configured("channels"),
    "checklist": _checklists,
    "runbook": _in_library("runbooks"),
    "phase": _phases,
    "template": _in_library("templates"),
}
_BY_COMMAND: dict[tuple[str, str], Words] = {
    ("release supersede", "by_run"): _runs,
    ("probe", "names"): _configured("probes"),
    ("targets", "names"): _configured("targets"),
    ("logs", "names"): _configured("logs"),
    ("source test", "name"): _configured("sources"),
    ("source logs", "name"): _configured("sources"),
    ("runbook", "name"): _in_library("runbooks"),
    ("incident show", "id"): _incidents,
    ("incident export", "id"): _incidents,
    **{(f"probes {verb}", "name"): _configured("probes") for verb in ("ack", "unack", "mute", "unmute", "beat")},
    ("probes stay", "name"): _configured("triggers"),
}

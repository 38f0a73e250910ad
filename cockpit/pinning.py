"""The files a run flies by: read from the work tree, or from the texts that were pinned when it was opened.

A rollback checks out a commit in which these files are older or missing; the pinned texts fly on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from msgspec import Struct

from cockpit.content.checklists import parse_checklist_text
from cockpit.content.configuration import parse_configuration_file
from cockpit.content.environments import ConfigurationFile, chosen
from cockpit.content.library import parse_library_texts
from cockpit.content.place_review import Known, review_places
from cockpit.content.shipped import find_checklist, holds_phases, shipped_directory
from cockpit.errors import ConfigurationError, NotFoundError, Problem
from cockpit.health.conditions import check_condition
from cockpit.parsed import digest_of, settled
from cockpit.release.checklist import Checklist, Item
from cockpit.release.ledger import Pinned
from cockpit.release.library import Library

CONFIGURATION_FILE = "cockpit.yaml"
CHECKLISTS = "checklists"


class Sources(Struct, frozen=True):
    """Configuration texts by path, and what they say."""

    texts: Mapping[str, str]
    pinned: Pinned


def read_work_tree(directory: Path, env: str = "") -> Sources:
    """Read `cockpit.yaml` and its checklists from a work tree, the shipped files standing in for those it lacks.

    `env` names the environment that is meant, where it describes several. Raises NotFoundError without a
    `cockpit.yaml` and for an environment that it lacks, UsageError (`several-environments`) where one must be named,
    ConfigurationError with every mistake in any of the files.
    """
    file, texts = _read_configuration(directory)
    problems = _read_beside(directory, _checklists_of(file), texts)
    if problems:
        raise ConfigurationError([*problems, *_problems_beside(texts)])
    return Sources(texts, parse_texts(texts, env))


def environments_in(directory: Path) -> tuple[str, ...]:
    """Return the names of the environments that a work tree's `cockpit.yaml` describes; raises as `read_work_tree`."""
    return _read_configuration(directory)[0].names()


def _read_configuration(directory: Path) -> tuple[ConfigurationFile, dict[str, str]]:
    path = directory / CONFIGURATION_FILE
    try:
        text = _read(path)
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no {CONFIGURATION_FILE} in {directory}",
            fix="Write one with `cockpit init`, or try `cockpit demo`",
            code="no-configuration",
        ) from None
    texts = {CONFIGURATION_FILE: text}
    try:
        return parse_configuration_file(text, CONFIGURATION_FILE, check_condition), texts
    except ConfigurationError as error:
        # Which checklists are flown is not known: what is wrong in any that lies here is told at once.
        own = [found.stem for found in sorted((directory / CHECKLISTS).glob("*.yaml")) if holds_phases(found)]
        problems = [*error.problems, *_read_beside(directory, own, texts)]
        raise ConfigurationError([*problems, *_problems_beside(texts, own)]) from error


def _read_beside(directory: Path, checklists: Iterable[str], texts: dict[str, str]) -> list[Problem]:
    """Read these checklists, and the library beside them, into `texts`; return why what cannot be read cannot."""
    problems: list[Problem] = []
    files = {f"{CHECKLISTS}/{identity}.yaml": partial(_checklist_path, identity, directory) for identity in checklists}
    for base in (shipped_directory(), directory / CHECKLISTS):
        for found in _library_files(base):
            files[f"{CHECKLISTS}/{found.relative_to(base).as_posix()}"] = partial(Path, found)
    for name, find in files.items():
        try:
            texts[name] = _read(find())
        except ConfigurationError as error:
            problems += error.problems
    return problems


def _problems_beside(texts: Mapping[str, str], checklists: Iterable[str] | None = None) -> list[Problem]:
    """Return the mistakes in these checklists, by default those that cockpit.yaml flies, and in the library."""
    if checklists is None:
        file = parse_configuration_file(texts[CONFIGURATION_FILE], CONFIGURATION_FILE, check_condition)
        checklists = _checklists_of(file)
    there = [identity for identity in checklists if f"{CHECKLISTS}/{identity}.yaml" in texts]
    try:
        _parse_beside(texts, there)
    except ConfigurationError as error:
        return error.problems
    return []


def parse_texts(texts: Mapping[str, str], env: str = "") -> Pinned:
    """Return what pinned texts say of an environment; raises ConfigurationError with every mistake in any of them.

    Where they describe several environments and `env` is empty, UsageError (`several-environments`).
    """
    file, checklists, library = _parse_all(texts)
    name = chosen(file, env, path=CONFIGURATION_FILE)
    configuration = file.of(name)
    flown = tuple(checklists[identity] for identity in configuration.checklists)
    return settled(Pinned(configuration, flown, library, digest_of(texts)))


def parse_environments(texts: Mapping[str, str]) -> dict[str, Pinned]:
    """Return what pinned texts say of each environment that they describe; raises as `parse_texts`."""
    return {name: parse_texts(texts, name) for name in _parse_all(texts)[0].names()}


def _parse_all(texts: Mapping[str, str]) -> tuple[ConfigurationFile, dict[str, Checklist], Library]:
    text = _text_of(texts, CONFIGURATION_FILE)
    file = parse_configuration_file(text, CONFIGURATION_FILE, check_condition)
    checklists, library = _parse_beside(texts, _checklists_of(file))
    problems = review_places(text, CONFIGURATION_FILE, _known(file, checklists, library)).found
    if problems:
        raise ConfigurationError(problems)
    return file, checklists, library


def _parse_beside(texts: Mapping[str, str], flown: Iterable[str]) -> tuple[dict[str, Checklist], Library]:
    """Return these checklists, and the library; ConfigurationError holds every mistake in any of them."""
    problems: list[Problem] = []
    checklists: dict[str, Checklist] = {}
    paths = {identity: f"{CHECKLISTS}/{identity}.yaml" for identity in flown}
    for identity, path in paths.items():
        try:
            checklists[identity] = parse_checklist_text(_text_of(texts, path), path)
        except ConfigurationError as error:
            problems += error.problems
    library = Library()
    try:
        library = parse_library_texts(
            {path: text for path, text in texts.items() if path not in {CONFIGURATION_FILE, *paths.values()}}
        )
    except ConfigurationError as error:
        problems += error.problems
    if problems:
        raise ConfigurationError(problems)
    return checklists, library


def _checklists_of(file: ConfigurationFile) -> list[str]:
    """Return the checklists that any of its environments flies."""
    return list(dict.fromkeys(identity for name in file.names() for identity in file.of(name).checklists))


def _known(file: ConfigurationFile, checklists: Mapping[str, Checklist], library: Library) -> Known:
    def items(identities: Iterable[str]) -> dict[str, Item]:
        return {item.id: item for identity in identities for _, _, item, _ in checklists[identity].walk()}

    return Known(
        items(checklists),
        {name: items(file.of(name).checklists) for name in file.names()},
        tuple(phase.id for checklist in checklists.values() for phase in checklist.phases),
        tuple(contact.id for contact in library.contacts),
        tuple(runbook.id for runbook in library.runbooks),
    )


def _text_of(texts: Mapping[str, str], path: str) -> str:
    try:
        return texts[path]
    except KeyError:
        raise ConfigurationError([Problem(path, 1, 1, "it was not pinned with the others")]) from None


def _checklist_path(identity: str, directory: Path) -> Path:
    try:
        return find_checklist(identity, directory)
    except NotFoundError as error:
        raise ConfigurationError([Problem(CONFIGURATION_FILE, 1, 1, f"{error.what}. {error.fix}")]) from error


def _library_files(base: Path) -> list[Path]:
    return sorted(
        file
        for pattern in ("runbooks/*.yaml", "templates/*.yaml", "*.yaml")
        for file in base.glob(pattern)
        if pattern != "*.yaml" or file.stem in LIBRARY_PAGES
    )


LIBRARY_PAGES = frozenset({"targets", "env", "tools", "contacts", "signoff", "notes"})


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ConfigurationError([Problem(str(path), 1, 1, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError([Problem(str(path), line, 1, "not UTF-8 text: save the file as UTF-8")]) from error

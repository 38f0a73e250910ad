"""The files a run flies by: read from the work tree, or from the texts that were pinned when it was opened.

A rollback checks out a commit in which these files are older or missing; the pinned texts fly on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.content.check_review import review_places
from cockpit.content.checklists import parse_checklist_text
from cockpit.content.configuration import parse_configuration_text
from cockpit.content.library import parse_library_texts
from cockpit.content.shipped import find_checklist, shipped_directory
from cockpit.errors import ConfigurationError, NotFoundError, Problem
from cockpit.health.conditions import check_condition
from cockpit.release.ledger import Pinned

CONFIGURATION_FILE = "cockpit.yaml"
CHECKLISTS = "checklists"


class Sources(Struct, frozen=True):
    """Configuration texts by path, and what they say."""

    texts: Mapping[str, str]
    pinned: Pinned


def digest_of(texts: Mapping[str, str]) -> str:
    """Return the sha256 that stands for these very files: what trust and plans are bound to."""
    return hashlib.sha256(msgspec.json.encode(dict(texts), order="sorted")).hexdigest()


def read_work_tree(directory: Path) -> Sources:
    """Read `cockpit.yaml` and its checklists from a work tree, the shipped files standing in for those it lacks.

    Raises NotFoundError without a `cockpit.yaml`, ConfigurationError with every mistake in any of the files.
    """
    path = directory / CONFIGURATION_FILE
    try:
        text = _read(path)
    except FileNotFoundError:
        raise NotFoundError(
            f"there is no {CONFIGURATION_FILE} in {directory}",
            fix="Write one with `cockpit init`, or try `cockpit demo`",
            code="no-configuration",
        ) from None
    configuration = parse_configuration_text(text, str(path), check_condition=check_condition)
    texts = {CONFIGURATION_FILE: text}
    for identity in configuration.checklists:
        texts[f"{CHECKLISTS}/{identity}.yaml"] = _read(_checklist_path(identity, directory, path))
    for base in (shipped_directory(), directory / CHECKLISTS):
        for file in _library_files(base):
            texts[f"{CHECKLISTS}/{file.relative_to(base).as_posix()}"] = _read(file)
    return Sources(texts, parse_texts(texts))


def parse_texts(texts: Mapping[str, str]) -> Pinned:
    """Return what pinned texts say; raises ConfigurationError with every mistake."""
    problems: list[Problem] = []
    configuration = parse_configuration_text(
        _text_of(texts, CONFIGURATION_FILE), CONFIGURATION_FILE, check_condition=check_condition
    )
    checklists = []
    for identity in configuration.checklists:
        path = f"{CHECKLISTS}/{identity}.yaml"
        try:
            checklists.append(parse_checklist_text(_text_of(texts, path), path))
        except ConfigurationError as error:
            problems += error.problems
    others = {
        path.removeprefix(f"{CHECKLISTS}/"): text
        for path, text in texts.items()
        if path != CONFIGURATION_FILE and path not in {f"{CHECKLISTS}/{name}.yaml" for name in configuration.checklists}
    }
    try:
        library = parse_library_texts(others)
    except ConfigurationError as error:
        problems += error.problems
    if not problems and configuration.checks:
        items = {item.id: item for checklist in checklists for _, _, item, _ in checklist.walk()}
        problems += review_places(_text_of(texts, CONFIGURATION_FILE), CONFIGURATION_FILE, items).found
    if problems:
        raise ConfigurationError(problems)
    return Pinned(configuration, tuple(checklists), library, digest_of(texts))


def _text_of(texts: Mapping[str, str], path: str) -> str:
    try:
        return texts[path]
    except KeyError:
        raise ConfigurationError([Problem(path, 1, 1, "it was not pinned with the others")]) from None


def _checklist_path(identity: str, directory: Path, configuration: Path) -> Path:
    try:
        return find_checklist(identity, directory)
    except NotFoundError as error:
        raise ConfigurationError([Problem(str(configuration), 1, 1, error.what)], fix=error.fix) from error


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

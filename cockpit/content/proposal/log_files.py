"""The log files of a service: those that lie near the top of its repository, and those that its unit names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from cockpit.content.proposal.near import Seen, place_of, plain_path, text_of

_LOG_DIRECTORIES = frozenset({"log", "logs"})
_OF_TOOLS = re.compile(r"(?:npm|yarn|pnpm|lerna)-(?:debug|error)|pip|config|test|build|install|debug", re.IGNORECASE)
_NAMED = re.compile(r"(?<![\w./-])/[\w./-]{1,200}\.log(?![\w.-])")
_NO_NAME = re.compile(r"[^a-z0-9]+")
_MOST = 4


def find_log_files(root: Path, files: Sequence[Path], unit: str) -> tuple[Seen, ...]:
    """Return the log files, relative to `root` or absolute, those that the unit's file names first; each once."""
    near = sorted(_near(root, files), key=lambda seen: ("/" not in seen.value, seen.value))
    found = {seen.value: seen for seen in reversed([*_of_unit(root, unit), *near])}
    return tuple(reversed(found.values()))[:_MOST]


def log_name(path: str, taken: Set[str]) -> str:
    """Return a name for a log of its own, by its file's; empty where it is taken."""
    name = _NO_NAME.sub("-", Path(path).stem.lower()).strip("-")
    return "" if name in taken else name


def _near(root: Path, files: Sequence[Path]) -> Iterator[Seen]:
    for path in files:
        beside = path.parent == root or path.parent.name in _LOG_DIRECTORIES
        if path.suffix == ".log" and beside and not _OF_TOOLS.fullmatch(path.stem) and place_of(path, root):
            yield Seen(place_of(path, root), "a file that is here")


def _of_unit(root: Path, unit: str) -> Iterator[Seen]:
    text = text_of(root / unit) if unit else ""
    for match in _NAMED.finditer(text):
        if plain_path(match[0]):
            yield Seen(match[0], place_of(root / unit, root, text, match.start()))

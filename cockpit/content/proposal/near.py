"""The files near a repository's top, looked at within bounds: a clone may be huge, and may come from anybody."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_SKIPPED = frozenset({".git", "node_modules", "vendor", "venv", ".venv", "env", "__pycache__", "dist", "build", ".tox"})
_DEPTH = 3  # directories below the top that are looked into
_MOST = 4000  # entries that are looked at
_LARGEST = 256 * 1024  # bytes of a file that is read
_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")


class Seen(Struct, frozen=True):
    """Something that was found, and where: a file of the repository, with the line where that helps."""

    value: str
    where: str


def files_near(root: Path) -> Iterator[Path]:
    """Yield ordinary files near the top, those nearest first, each directory in order of names."""
    waiting, seen = [(root, 0)], 0
    while waiting:
        directory, depth = waiting.pop(0)
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if seen > _MOST:
                return
            if entry.is_dir(follow_symlinks=False):
                if depth < _DEPTH and entry.name not in _SKIPPED:
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def text_of(path: Path) -> str:
    """Return a file's beginning; empty where it is none, or is no ordinary file."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def place_of(path: Path, root: Path, text: str = "", at: int = -1) -> str:
    """Return a file's name from the top, with the line of the character `at`; empty for a name that is not plain."""
    name = path.relative_to(root).as_posix()
    if not _PLAIN.fullmatch(name):
        return ""
    return f"{name}:{text.count(chr(10), 0, at) + 1}" if at >= 0 else name


def plain_path(text: str) -> str:
    """Return a path that can be written anywhere as it is; empty where a person has to look at it."""
    return text if _PLAIN.fullmatch(text) and ".." not in text.split("/") else ""

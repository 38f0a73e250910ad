"""Markdown files of a repository that may be checklists: those with boxes to tick."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import files_near, place_of, text_of

_BOX = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[ xX]\][ \t]", re.MULTILINE)
_FEWEST = 3  # boxes: a pull request's template has one or two
_MOST_FILES = 300


class FoundMarkdown(Struct, frozen=True):
    """A Markdown file, from the top, and about how many boxes it holds."""

    file: str
    boxes: int


def find_markdown(root: Path) -> tuple[FoundMarkdown, ...]:
    """Return the Markdown files near the top with boxes in them, those with the most first."""
    paths = [path for path in files_near(root) if path.suffix.lower() in {".md", ".markdown"} and place_of(path, root)]
    found = [FoundMarkdown(place_of(path, root), len(_BOX.findall(text_of(path)))) for path in paths[:_MOST_FILES]]
    return tuple(sorted((one for one in found if one.boxes >= _FEWEST), key=lambda one: (-one.boxes, one.file)))

"""A checklist as Markdown that reads back as the same items, in the same order and nesting."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cockpit.content.markdown.sections import NOTHING, is_bold
from cockpit.content.markdown.writing import fenced, indented
from cockpit.release.checklist import Checklist, Item, Phase

# Says of an item whether its box is ticked, and what stands behind its text.
Marks = Callable[[Item], tuple[bool, str]]


def as_in_source(item: Item) -> tuple[bool, str]:
    """Mark items as they were ticked in the file they come from."""
    return item.checked, ""


def blank(_item: Item) -> tuple[bool, str]:
    """Mark no item: a sheet to print."""
    return False, ""


def checklist_markdown(checklist: Checklist, marks: Marks = as_in_source) -> str:
    """Return the checklist as Markdown; an item's command stands in a code block, its note below that."""
    parts = [f"---\n{checklist.front_matter}\n---"] if checklist.front_matter else []
    parts += [f"# {checklist.title}", checklist.note]
    for phase in checklist.phases:
        parts += _phase(phase, marks)
    parts.append(checklist.appendix)
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _phase(phase: Phase, marks: Marks) -> list[str]:
    parts = [f"## {phase.title}" + (f" ({phase.when})" if phase.when else ""), *_note(phase.note)]
    for index, section in enumerate(phase.sections):
        # The items of the phase itself need no heading of their own.
        if index or section.title != phase.title or section.note:
            parts.append(f"### {section.title}")
        parts += [*_note(section.note), "\n".join(_items(section.items, marks))]
    return parts


def _note(note: str) -> list[str]:
    return [note, NOTHING] if is_bold(note.rpartition("\n\n")[2].strip()) else [note]


def _items(items: Sequence[Item], marks: Marks) -> list[str]:
    lines: list[str] = []
    number = 0
    loose = False
    for item in items:
        number = number + 1 if item.ordered else 0
        bullet = f"{number}. " if item.ordered else "- "
        ticked, behind = marks(item)
        inner = _inside(item, marks)
        # An item with more than its text stands apart, as does the one after it.
        if lines and (loose or (inner and not re.match(r"[-\d]", inner[0]))):
            lines.append("")
        loose = "" in inner or bool(inner and not re.match(r"[-\d]", inner[0]))
        lines += [f"{bullet}[{'x' if ticked else ' '}] {item.text}{behind}", *indented(inner, len(bullet))]
    return lines


def _inside(item: Item, marks: Marks) -> list[str]:
    parts: list[list[str]] = []
    if item.run:
        parts.append(fenced(item.run.rstrip("\n"), "bash"))
    if item.note:
        parts.append(item.note.strip("\n").split("\n"))
    children = _items(item.items, marks)
    if children:
        parts.append(children)
    lines: list[str] = []
    for index, part in enumerate(parts):
        if index or (part is not children and not item.run):
            lines.append("")  # a note begins a paragraph of its own; a command goes on from the text
        lines += part
    return lines

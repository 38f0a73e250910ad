"""Box-like lines that Markdown does not take for items, put among the items that it does: in reading order."""

from __future__ import annotations

from cockpit.content.markdown.boxes import read_box
from cockpit.content.markdown.outline import Node, Outline
from cockpit.content.markdown.sections import Entry, Part


def place_leniently(
    drafts: list[tuple[Node, list[Part]]], lines: list[tuple[int, str]], outlined: Outline
) -> frozenset[int]:
    """Add an item to `drafts` for each of the box-like `lines` (number, text); return those that hold no words.

    An item goes into the section that the line stands in, after the items above it; under a heading without any
    item, it makes that heading a phase.
    """
    left = set()
    nodes = [node for node, _ in outlined.root.walk()]
    for number, text in lines:
        words, ticked = read_box(text)
        if not words:
            left.add(number)
            continue
        entry = Entry(words, number, ticked)
        _entries_at(drafts, nodes, number, outlined).append(entry)
    for _, parts in drafts:
        for part in parts:
            part.entries.sort(key=lambda entry: entry.line)
    drafts.sort(key=lambda draft: draft[0].line)
    return frozenset(left)


def _entries_at(drafts: list[tuple[Node, list[Part]]], nodes: list[Node], line: int, outlined: Outline) -> list[Entry]:
    title = outlined.title
    heading = max((node for node in nodes if node.line <= line), key=lambda node: node.line)
    for node, parts in drafts:
        inside = any(each is heading for each, _ in node.walk())
        if inside or (heading.level == 0 and node.title == title):
            above = [part for part in parts if part.line <= line]
            if not above:
                parts.insert(0, Part(node.title, node.line, own=True))
            return (above[-1] if above else parts[0]).entries
    phase = Node(heading.title or title, heading.line, heading.level)
    part = Part(phase.title, phase.line, own=True)
    for others in (outlined.before, outlined.after):
        index = next((number for number, each in enumerate(others) if each is heading), None)
        if index is not None and not heading.children:
            del others[index]
            part.notes += heading.blocks
    drafts.append((phase, [part]))
    return part.entries

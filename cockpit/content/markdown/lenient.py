"""Box-like lines that Markdown does not take for items, put among the items that it does: in reading order."""

from __future__ import annotations

from bisect import bisect_right

from cockpit.content.markdown.boxes import read_box
from cockpit.content.markdown.outline import Node, Outline
from cockpit.content.markdown.sections import Entry, Part

Drafts = list[tuple[Node, list[Part]]]


def place_leniently(drafts: Drafts, lines: list[tuple[int, str]], outlined: Outline) -> frozenset[int]:
    """Add an item to `drafts` for each of the box-like `lines` (number, text); return those that hold no words.

    An item goes into the section that the line stands in, after the items above it; a heading without any item of its
    own becomes a phase by it.
    """
    placing = _Placing(drafts, outlined)
    left = set()
    for number, text in lines:
        words, ticked = read_box(text)
        if words:
            placing.entries_at(number).append(Entry(words, number, ticked))
        else:
            left.add(number)
    for _, parts in drafts:
        for part in parts:
            part.entries.sort(key=lambda entry: entry.line)
    drafts.sort(key=lambda draft: draft[0].line)
    return frozenset(left)


class _Placing:
    def __init__(self, drafts: Drafts, outlined: Outline) -> None:
        self._drafts = drafts
        self._outlined = outlined
        self._headings = [node for node, _ in outlined.root.walk()]
        self._phases = {id(heading): parts for node, parts in drafts for heading, _ in node.walk()}

    def entries_at(self, line: int) -> list[Entry]:
        """Return the entries of the section that a line stands in."""
        heading = self._headings[bisect_right(self._headings, line, key=lambda node: node.line) - 1]
        parts = self._phases.get(id(heading))
        if parts is None:
            parts = self._phases[id(heading)] = self._new_phase(heading)
        above = [part for part in parts if part.line <= line]
        return (above[-1] if above else parts[0]).entries

    def _new_phase(self, heading: Node) -> list[Part]:
        title = heading.title or self._outlined.title
        same = next((parts for node, parts in self._drafts if node.title == title and node.line == heading.line), None)
        if same is not None:  # the phase of the checklist's own items
            return same
        part = Part(title, heading.line, own=True)
        for others in (self._outlined.before, self._outlined.after):
            index = next((number for number, each in enumerate(others) if each is heading), None)
            if index is not None and not heading.children:
                del others[index]
                part.notes += heading.blocks
        self._drafts.append((Node(title, heading.line, heading.level), [part]))
        return [part]

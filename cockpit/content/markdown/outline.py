"""The headings of a document as a tree, and which of them name the checklist, its phases and its sections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from cockpit.content.markdown.blocks import Block
from cockpit.content.markdown.writing import one_line_title

_FRONT_TITLE = re.compile(r"^(?:title|name)[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


class Node(Struct):
    """A heading with the blocks beneath it, up to the next heading, and the headings below it."""

    title: str
    line: int
    level: int
    blocks: list[Block] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    tasks: int = 0

    def walk(self, *above: str) -> Iterator[tuple[Node, tuple[str, ...]]]:
        """Yield this heading and all below it in reading order, each with the titles above it and its own."""
        path = (*above, self.title)
        yield self, path
        for child in self.children:
            yield from child.walk(*path)


class Outline(Struct, frozen=True):
    """A document's parts: what comes before the first phase, the phases, and all the rest."""

    title: str
    before: list[Block | Node]
    phases: list[Node]
    after: list[Node]
    root: Node


def outline(blocks: list[Block], front_matter: str, name: str) -> Outline:
    """Return the outline of a document's top-level blocks; `name` is its title where nothing in it says another.

    The checklist's title is the one top-level heading above all items, or a first heading of level 1 without items.
    Headings with items next below it are the phases. Items before any of those get a phase named like the checklist.
    """
    root = _tree(blocks)
    top = root
    with_items = [child for child in root.children if child.tasks]
    title = ""
    if len(with_items) == 1 and not _direct(root):
        (top,) = with_items
        title = top.title
    elif root.children and root.children[0].level == 1 and not root.children[0].tasks and not _direct(root):
        title = root.children[0].title
    before: list[Block | Node] = []
    if top is root:
        stated = _FRONT_TITLE.search(front_matter)
        first, others = ([], root.children) if not title else ([root.children[0]], root.children[1:])
        title = title or (stated[1].strip("\"'") if stated else "") or name
        for node in first:
            before += [*root.blocks, *node.blocks, *node.children]
        phases, after = _phases(root, others, title, before, blocks_taken=bool(first))
    else:
        before += root.blocks
        for node in root.children:
            if node is top:
                break
            before.append(node)
        phases, after = _phases(top, top.children, title, before)
        below = next(index for index, node in enumerate(root.children) if node is top)
        after += root.children[below + 1 :]
    return Outline(title, before, phases, after, root)


def _phases(
    top: Node, children: list[Node], title: str, before: list[Block | Node], *, blocks_taken: bool = False
) -> tuple[list[Node], list[Node]]:
    phases: list[Node] = []
    after: list[Node] = []
    if _direct(top):
        first = next(index for index, block in enumerate(top.blocks) if block.tasks)
        # The paragraph that introduces the first items stays with them.
        first -= first > 0 and top.blocks[first - 1].kind == "paragraph"
        before += top.blocks[:first]
        phases.append(Node(title, top.line, top.level, top.blocks[first:], [], _direct(top)))
    elif not blocks_taken:
        before += top.blocks
    for child in children:
        if child.tasks:
            phases.append(child)
        elif phases:
            after.append(child)
        else:
            before.append(child)
    return phases, after


def _direct(node: Node) -> int:
    return sum(block.tasks for block in node.blocks)


def _tree(blocks: list[Block]) -> Node:
    root = Node("", 1, 0)
    path = [root]
    for block in blocks:
        if block.kind == "heading":
            while path[-1].level >= block.number:
                path.pop()
            node = Node(one_line_title(block.text) or "Untitled", block.line, block.number)
            path[-1].children.append(node)
            path.append(node)
        else:
            path[-1].blocks.append(block)
            for node in path:
                node.tasks += block.tasks
    return root


def rest(nodes: list[Block | Node], level: int = 2) -> list[Block]:
    """Return headings without items, and blocks between them, as blocks with headings from `level` on."""
    found: list[Block] = []
    for node in nodes:
        if isinstance(node, Block):
            if node.kind != "hr":  # a rule between parts says nothing that the headings do not
                found.append(node)
        else:
            found.append(Block("heading", node.line, node.title, number=min(level, 6)))
            found += rest([*node.blocks, *node.children], level + 1)
    return found

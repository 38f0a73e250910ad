"""Markdown read for tests, and the rule of what a task item is as its plugin applies it."""

from __future__ import annotations

from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from mdit_py_plugins.tasklists import tasklists_plugin

from cockpit.content.markdown.importing import Imported, import_text
from cockpit.content.markdown.source import clean
from cockpit.release.checklist import Checklist


class Line(NamedTuple):
    """What must be the same of an item, wherever it was read."""

    text: str
    checked: bool
    depth: int


def read(text: str, *, lenient: bool = False) -> Imported:
    return import_text(clean(text, "x.md"), "x.md", "x", lenient=lenient)


def lines_of(checklist: Checklist) -> list[Line]:
    return [Line(item.text, item.checked, depth + 1) for _, _, item, depth in checklist.walk()]


def as_the_plugin_reads(text: str) -> list[tuple[Line, int]]:
    """Return the items of `text` and their lines, as markdown-it-py with mdit-py-plugins reads them."""

    def keep(state: StateCore) -> None:
        for token in state.tokens:
            token.meta["written"] = token.content

    parser = MarkdownIt("commonmark", {"maxNesting": 200}).enable("table").use(tasklists_plugin)
    parser.core.ruler.before("github-tasklists", "keep", keep)
    tokens = parser.parse(text)
    within: list[bool] = []
    found = []
    for index, token in enumerate(tokens):
        if token.type == "list_item_open":
            within.append(token.attrGet("class") is not None)
            if within[-1]:
                inline = tokens[index + 2]
                written = inline.meta["written"]
                assert inline.map is not None
                found.append((Line(" ".join(written[3:].split()), written[1] in "xX", sum(within)), inline.map[0] + 1))
        elif token.type == "list_item_close":
            within.pop()
    return found

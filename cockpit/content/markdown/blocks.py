"""The blocks of a Markdown document, as CommonMark with GFM tables and task lists reads them."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from msgspec import Struct, field

# A list within a list takes two. The parser leaves out what is deeper; it recurses, and must stay off Python's bound.
DEEPEST = 200
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[\w\"'$][^\n:]*:(?:[ \t]|\n)")
# The rule of mdit_py_plugins.tasklists, whose own search for an item's list grows with the square of the list.
_ITEM_BOX = re.compile(r"\[([ xX])\][ \t\n\v\f\r]")
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)+)\]:")


class Block(Struct):
    """One block with those inside it; inline text stays as it is written.

    `kind` is markdown-it's word: paragraph, heading, bullet_list, ordered_list, list_item, blockquote, fence, hr,
    html_block, table, tr, th, td. `number` is a heading's level or the first number of an ordered list.
    """

    kind: str
    line: int
    text: str = ""
    info: str = ""
    number: int = 0
    ticked: bool | None = None  # None: not a task item
    tasks: int = 0  # how many task items it is and holds
    children: list[Block] = field(default_factory=list)


class Document(Struct, frozen=True):
    """A whole file; `definitions` are its link reference definitions, a line each."""

    blocks: list[Block]
    front_matter: str
    definitions: tuple[str, ...]
    environment: dict[str, Any]  # for `Inline`: where reference links lead


def parse_document(text: str) -> Document:
    """Return the blocks of `text`, whose lines end in line feeds."""
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    if _FRONT_MATTER.match(text):
        parser.use(front_matter_plugin)
    # Inline text is looked at item by item where it is needed: a hostile paragraph would cost minutes.
    parser.core.ruler.at("inline", _keep_inline_text)
    environment: dict[str, Any] = {}
    tokens = parser.parse(text, environment)
    front = tokens[0].content if tokens and tokens[0].type == "front_matter" else ""
    return Document(_tree(tokens), front, _definitions(environment, text.split("\n")), environment)


def _keep_inline_text(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            token.meta["written"] = token.content
            token.children = [Token("text", "", 0, content=token.content)]


def _tree(tokens: list[Token]) -> list[Block]:
    root = Block("document", 0)
    open_blocks = [root]
    for token in tokens:
        around = open_blocks[-1]
        if token.nesting > 0:
            open_blocks.append(_opened(token, around))
        elif token.nesting < 0:
            closed = open_blocks.pop()
            open_blocks[-1].tasks += closed.tasks
        elif token.type == "inline":
            around.text = token.meta["written"]
            if around.kind == "paragraph":
                _recognise_item(open_blocks[-2], around)
        elif token.type != "front_matter":
            around.children.append(_leaf(token))
    return root.children


def _recognise_item(around: Block, paragraph: Block) -> None:
    """Make a list entry a task item where its first paragraph, which opens it, begins with a box and a blank."""
    box = _ITEM_BOX.match(paragraph.text)
    if box and around.kind == "list_item" and len(around.children) == 1:
        around.ticked, around.tasks = box[1] != " ", 1


def _opened(token: Token, around: Block) -> Block:
    kind = token.type.removesuffix("_open")
    block = Block(kind, token.map[0] + 1 if token.map else around.line)
    if kind in {"thead", "tbody"}:
        return around  # rows stand directly in their table
    if kind == "heading":
        block.number = int(token.tag[1:])
    elif kind == "ordered_list":
        block.number = int(token.attrGet("start") or 1) if token.attrGet("start") != 0 else 0
    elif kind in {"th", "td"}:
        block.info = str(token.attrGet("style") or "").removeprefix("text-align:")
    around.children.append(block)
    return block


def _leaf(token: Token) -> Block:
    kind = "fence" if token.type == "code_block" else token.type
    return Block(kind, token.map[0] + 1 if token.map else 0, token.content, token.info.strip())


def _definitions(environment: dict[str, Any], lines: list[str]) -> tuple[str, ...]:
    found = []
    for label, definition in environment.get("references", {}).items():
        written = [match[1] for match in _LABEL.finditer(lines[definition["map"][0]])]
        same = [each for each in written if normalizeReference(each) == label]
        title = definition["title"].replace("\\", "\\\\").replace('"', '\\"')
        title = " ".join(title.split())
        found.append(f"[{(same or [label])[0]}]: <{definition['href']}>" + (f' "{title}"' if title else ""))
    return tuple(found)

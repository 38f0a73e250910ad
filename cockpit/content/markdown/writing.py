"""Blocks written as Markdown again, in one normal form: what is read back from it is written the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.content.markdown.blocks import Block

_BLANKS = " \t\v\f\r\n"  # what else has no ink, such as U+2028, is text to Markdown: `[x]` before it is no box
_UNDERLINE = re.compile(r"(?:=+|-+)\s*")
# What would begin a block of its own, were it not indented like code.
_STARTS_A_BLOCK = re.compile(r"(?:[-+*]|\d{1,9}[.)]|#{1,6})(?:\s|$)|>|`{3}|~{3}|(?:[-*_]\s*){3}$")
_MAY_START_ONE = re.compile(r"[<|\[]")
_ALIGNED = {"left": ":---", "right": "---:", "center": ":---:"}
# HTML blocks that go on, over blank lines, until their end is seen (CommonMark 4.6, kinds 1 to 5).
_UNTIL = (
    (re.compile(r"\s*<!--"), "-->"),
    (re.compile(r"\s*<\?"), "?>"),
    (re.compile(r"\s*<!\[CDATA\["), "]]>"),
    (re.compile(r"\s*<![A-Za-z]"), ">"),
    (re.compile(r"\s*<script(?=[\s>]|$)", re.IGNORECASE), "</script>"),
    (re.compile(r"\s*<pre(?=[\s>]|$)", re.IGNORECASE), "</pre>"),
    (re.compile(r"\s*<style(?=[\s>]|$)", re.IGNORECASE), "</style>"),
    (re.compile(r"\s*<textarea(?=[\s>]|$)", re.IGNORECASE), "</textarea>"),
)


def write(blocks: Sequence[Block]) -> str:
    """Return `blocks` as Markdown without a line feed at its end; nothing for none."""
    return "\n".join(_lines(blocks))


def fenced(code: str, info: str) -> list[str]:
    """Return the lines of a code block that holds `code`, whatever fences stand in it."""
    mark = "~" if "`" in info else "`"
    longest = max((len(run) for run in re.findall(re.escape(mark) + "+", code)), default=0)
    fence = mark * max(3, longest + 1)
    return [fence + info, *(code.removesuffix("\n").split("\n") if code else []), fence]


def indented(lines: Sequence[str], by: int) -> list[str]:
    """Return `lines` moved right, blank ones left empty."""
    return [" " * by + line if line else "" for line in lines]


def _lines(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    marks = {"bullet_list": "-*", "ordered_list": ".)"}
    previous, turn = "", 0
    for block in blocks:
        # Two lists in a row stay two by taking turns with their marks.
        turn = 1 - turn if block.kind == previous else 0
        previous = block.kind
        written = _list(block, marks[block.kind][turn]) if block.kind in marks else _block(block)
        if written:
            lines += ["", *written] if lines else written
    return lines


def _block(block: Block) -> list[str]:
    match block.kind:
        case "paragraph":
            return _paragraph(block.text)
        case "heading":
            return ["#" * min(block.number, 6) + " " + one_line_title(block.text)]
        case "fence":
            return fenced(block.text, block.info)
        case "blockquote":
            return [f"> {line}" if line else ">" for line in _lines(block.children)]
        case "table":
            return _table(block)
        case "html_block":
            return _html(block.text)
        case "hr":
            return ["___"]  # the one form that neither underlines nor bullets anything
        case _:
            return _lines(block.children)


def one_line_title(text: str) -> str:
    """Return a heading's text on one line, without the number signs that would close it."""
    return re.sub(r"(?:^|\s)#+$", "", " ".join(text.split())).strip()


def _paragraph(text: str) -> list[str]:
    first, *others = text.strip(_BLANKS).split("\n")
    lines = [first.strip(_BLANKS)]
    for line in others:
        body = line.strip(_BLANKS)
        if _UNDERLINE.fullmatch(body):
            body = "\\" + body
        elif _STARTS_A_BLOCK.match(body) or (_MAY_START_ONE.match(body) and line.expandtabs(4).startswith("    ")):
            body = "    " + body
        lines.append(body)
    before = first, *others[:-1]
    breaks = [line.endswith("  ") and bool(line.strip()) for line in before] if others else []
    return [line + "\\" if broken else line for line, broken in zip(lines, [*breaks, False], strict=True)]


def _list(block: Block, mark: str) -> list[str]:
    lines: list[str] = []
    for index, item in enumerate(block.children):
        bullet = f"{block.number + index}{mark} " if block.kind == "ordered_list" else f"{mark} "
        inner = _lines(item.children)
        if item.children and item.children[0].kind == "html_block" and inner and not inner[0]:
            inner = inner[1:]
        first, *rest = inner or [""]
        lines += [(bullet + first).rstrip(_BLANKS), *indented(rest, len(bullet))]
    return lines


def _table(block: Block) -> list[str]:
    rows = [[cell.text.replace("\n", " ").replace("|", "\\|") for cell in row.children] for row in block.children]
    if not rows:
        return []
    header = block.children[0].children
    rule = [_ALIGNED.get(cell.info, "---") for cell in header]
    return ["| " + " | ".join(row) + " |" for row in (rows[0], rule, *rows[1:])]


def _html(text: str) -> list[str]:
    lines = text.rstrip().split("\n")
    lines[0] = lines[0].lstrip()
    for start, end in _UNTIL:
        if start.match(text):
            if end not in text.lower() and end not in text:
                lines.append(end)
            break
    return lines

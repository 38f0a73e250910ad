"""Lines that look as if they held a box to tick, whether or not Markdown takes them for task items."""

from __future__ import annotations

import re

_GLYPHS = "☐☑☒□▢◻◽⬜🔲🔳❏❑❒🗹🗸"
# What begins a line before the box: quotes, bullets, numbers, a table's border.
_LEAD = r"^(?:[\s>|*+•·–—-]|\d{1,9}[.)]|<!--)*"
_ASCII = r"\\?\[(?P<inner>[ \txX]?)\\?\]"
_WHOLE = re.compile(
    "|".join(
        (
            r"\\?\[[ \t]\\?\]",  # an empty box anywhere
            r"(?<![\w\])\\])\\?\[[xX]\\?\](?![(\[:\w])",  # a ticked one that is no link and no index
            _LEAD + r"\\?\[[-~/*✓✔✗✘√vV]?\\?\](?![(\[:])",  # what other tools write, where a box would stand
            _LEAD + r"(?:\( ?\)|\([xX]\)|［[ 　xXｘ]?］|【[ 　xX]?】)(?=\s)",
            f"[{_GLYPHS}]",
            r"<input\b[^>]*\bcheckbox",
            r"&#(?:9744|9745|9746|x261[012]);",
        )
    ),
    re.IGNORECASE,
)
_TICKED = re.compile(r"\\?\[[xX✓✔√vV]\\?\]|\([xX]\)|［[xXｘ]］|【[xX]】|[☑☒🗹🗸]|\bchecked\b|&#(?:974[56]|x261[12]);")
_BOX = re.compile(
    _LEAD
    + r"(?:\\?\[[ \txX~/*✓✔✗✘√vV-]?\\?\](?![(:])|\([ xX]?\)|［[ 　xXｘ]?］|【[ 　xX]?】"
    + f"|[{_GLYPHS}]"
    + r"\ufe0f?|<input\b[^>]*>|&#(?:9744|9745|9746|x261[012]);)\s*",
    re.IGNORECASE,
)


def is_box_like(line: str) -> bool:
    """Whether a person would see a box to tick in `line`."""
    return bool(_WHOLE.search(line))


def read_box(line: str) -> tuple[str, bool]:
    """Return the text of a box-like line that is no task item, and whether its box is ticked.

    A table's cells are joined by ` · `, those of nothing but a box left out; the text is empty where only a box stands.
    """
    if line.lstrip(" \t>").startswith("|"):
        cells = [cell.strip() for cell in line.strip(" \t>|").split("|")]
        boxes = [cell for cell in cells if is_box_like(cell)]
        texts = [_BOX.sub("", cell, count=1) if is_box_like(cell) else cell for cell in cells]
        return " · ".join(text.strip() for text in texts if text.strip()), bool(boxes and _TICKED.search(boxes[0]))
    line = line.removesuffix("-->")
    match = _BOX.match(line)
    if match is None:
        return re.sub(_LEAD, "", line).strip(), False
    return line[match.end() :].strip(" \t|"), bool(_TICKED.search(match[0]))

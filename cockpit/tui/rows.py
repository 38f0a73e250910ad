"""Drawing rows: parts of styled text laid into a fixed width, cut at cell widths, and made safe on the way in."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from cockpit.tui.glyphs import choose_glyphs, shown, shown_lines

Part = tuple[str, Style]


def cells(text: str) -> int:
    """Return how many cells a text takes.

    What is plain is counted at once: Rich would keep thousands of lines only to know how long they are.
    """
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def fit(text: str, width: int) -> str:
    """Return `text`, made safe, in exactly `width` cells: cut with an ellipsis, or padded."""
    if width <= 0:
        return ""
    safe = shown(text)
    if cells(safe) > width:
        return set_cell_size(safe, width - 1) + choose_glyphs().ellipsis
    return set_cell_size(safe, width)


def part(text: str, style: Style) -> Part:
    """Return external text as a part, made safe."""
    return shown(text), style


def width_of(parts: Sequence[Part]) -> int:
    """Return how many cells the parts take."""
    return sum(cells(text) for text, _ in parts)


def row(
    left: Sequence[Part], right: Sequence[Part], width: int, *, fill: Part | None = None, over: Style | None = None
) -> Strip:
    """Return one line of exactly `width` cells: `left`, then filling, then `right`, which is kept whole.

    `left` is cut where there is no room for both; `over` is laid over all of it (a cursor's background).
    """
    needed = width_of(right)
    room = max(width - needed, 0)
    kept: list[Segment] = []
    used = 0
    for text, style in left:
        length = cells(text)
        if used + length > room:
            remaining = room - used
            cut = "" if remaining <= 0 else set_cell_size(text, remaining - 1) + choose_glyphs().ellipsis
            if cut:
                kept.append(Segment(cut, style))
            used = room
            break
        kept.append(Segment(text, style))
        used += length
    gap = room - used
    if gap > 0:
        sign, style = fill if fill is not None else (" ", Style.null())
        kept.append(Segment((sign * gap)[:gap], style))
    kept += [Segment(text, style) for text, style in right]
    strip = Strip(kept, room + needed).adjust_cell_length(width)
    if over is None:
        return strip
    return Strip([Segment(each.text, _laid_over(each.style or Style.null(), over)) for each in strip], width)


def _laid_over(style: Style, over: Style) -> Style:
    """Return a style with a cursor over it: what has a ground of its own keeps it, so that an alarm stays an alarm."""
    if over.color is not None and style.bgcolor is None:
        return style + over
    return over + style


def labelled(label: str, text: str, ink: Style, label_ink: Style, *, width: int, indent: int = 11) -> list[list[Part]]:
    """Return external text beside a label, wrapped to `width` cells and made safe; at least one line."""
    lines: list[str] = []
    for line in shown_lines(text):
        lines += _folded(line, max(width - indent - 1, 10)) or [""]
    return [[(f" {label if n == 0 else '':<{indent - 1}}", label_ink), (line, ink)] for n, line in enumerate(lines)]


def wrapped(text: str, width: int) -> list[str]:
    """Return external text in lines of at most `width` cells, made safe."""
    return [folded for line in shown_lines(text) for folded in _folded(line, width) or [""]]


def _folded(line: str, width: int) -> list[str]:
    # textwrap counts characters, and wide ones take two cells each; they come without blanks to break at.
    is_plain = line.isascii() or all(cell_len(letter) == 1 for letter in line)
    return textwrap.wrap(line, width) if is_plain else chop_cells(line, width)


def sparkline(values: Sequence[float | None], width: int, bars: str) -> str:
    """Return the last `width` values as bars scaled to their own largest; a gap in the data is a blank."""
    shown = list(values)[-width:]
    present = [value for value in shown if value is not None]
    top = max(present, default=0.0)
    signs = [
        " " if value is None else bars[0 if top <= 0 else min(int(value / top * len(bars)), len(bars) - 1)]
        for value in shown
    ]
    return "".join(signs).rjust(width)


def progress_bar(done: int, total: int, width: int, *, full: str, empty: str) -> tuple[str, str]:
    """Return the filled and the empty part of a bar; only a whole one is full, and any progress shows."""
    if total <= 0 or width <= 0:
        return "", empty * max(width, 0)
    filled = width if done >= total else min(max(int(done / total * width), 1 if done else 0), width - 1)
    return full * filled, empty * (width - filled)

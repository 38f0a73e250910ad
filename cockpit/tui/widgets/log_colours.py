"""The colours that a program gave its lines, as they are drawn: never so that they hide what is written."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style

from cockpit.logs.colours import Look, Run, coloured
from cockpit.logs.line import LogLine

_LEAST_CONTRAST = 2.0  # as WCAG counts it; what has less is drawn in the usual colours


def drawn_runs(line: LogLine, shown: Callable[[str], str]) -> list[Run]:
    """Return which parts of a line's message, drawn as `shown` says, have a look of their own."""
    plain, runs = coloured(line.raw)
    offset = plain.find(line.message)
    if offset < 0:  # it was put together from parts
        return []
    found = []
    for run in runs:
        start, end = max(run.start - offset, 0), min(run.end - offset, len(line.message))
        if start < end:
            before = len(shown(line.message[:start]))
            found.append(Run(before, before + len(shown(line.message[start:end])), run.look))
    return found


def style_of(look: Look, ground: str) -> Style:
    """Return a look as a style on a ground; colours that could hardly be told apart are left out."""
    colour, own_ground = look.colour, look.ground
    if own_ground and (not colour or contrast(colour, own_ground) < _LEAST_CONTRAST):
        own_ground = ""
    if colour and contrast(colour, own_ground or ground) < _LEAST_CONTRAST:
        colour = own_ground = ""
    return Style(color=colour or None, bgcolor=own_ground or None, bold=look.bold or None)


def contrast(one: str, other: str) -> float:
    """Return how well two colours (`#rrggbb`) are told apart: from 1, not at all, to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

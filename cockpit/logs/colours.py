"""The colours that programs put into their lines: read, so that a screen can show them, and taken out of the text.

Of all that a terminal obeys, only colours and bold are taken for what they mean. Underlines, blinking and the like are
passed over; what could hide text, and every other escape, stays in the text, where it is shown as what it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cockpit.logs.lazy import lazily

_SGR = lazily(r"\x1b\[([\d;:]{0,64})m")
# Faint, italic, underlined, blinking, reversed, struck through, fonts, and what ends these.
_PASSED_OVER = frozenset((*range(2, 8), 9, *range(10, 22), *range(23, 28), 29, 53, 55))
_BASIC = (
    *("#000000", "#cd0000", "#00cd00", "#cdcd00", "#5c8dff", "#cd00cd", "#00cdcd", "#e5e5e5"),
    *("#7f7f7f", "#ff5555", "#00ff00", "#ffff00", "#7c9eff", "#ff00ff", "#00ffff", "#ffffff"),
)
_STEPS = (0, 95, 135, 175, 215, 255)


class Look(NamedTuple):
    """How a part of a line is to look; colours are `#rrggbb`, or empty for the usual one."""

    colour: str = ""
    ground: str = ""
    bold: bool = False


class Run(NamedTuple):
    """A part of a text, from `start` up to `end`, that does not look as usual."""

    start: int
    end: int
    look: Look


_Change = tuple[str, str | bool]


def without_colours(text: str) -> str:
    """Return the text without what sets colours; every other escape stays."""
    if "\x1b[" not in text:
        return text
    return _SGR.sub(lambda found: found[0] if _changes(found[1]) is None else "", text)


def coloured(text: str) -> tuple[str, list[Run]]:
    """Return the text without what sets colours, and which parts of it that colours."""
    pieces: list[str] = []
    runs: list[Run] = []
    look, start, at = Look(), 0, 0
    for found in _SGR.finditer(text):
        changes = _changes(found[1])
        if changes is None:
            continue
        piece = text[start : found.start()]
        if piece and look != Look():
            runs.append(Run(at, at + len(piece), look))
        pieces.append(piece)
        at += len(piece)
        start = found.end()
        for name, value in changes:
            look = Look() if name == "reset" else look._replace(**{name: value})  # type: ignore[arg-type]
    piece = text[start:]
    if piece and look != Look():
        runs.append(Run(at, at + len(piece), look))
    return "".join([*pieces, piece]), runs


@lru_cache(maxsize=256)
def _changes(parameters: str) -> tuple[_Change, ...] | None:
    """What a sequence changes; None where it is not only about colours and the like, or is not well formed."""
    numbers = [int(number) if number else 0 for number in parameters.replace(":", ";").split(";")]
    changes: list[_Change] = []
    position = 0
    while position < len(numbers):
        number = numbers[position]
        position += 1
        if number in (38, 48):
            colour, taken = _long_colour(numbers[position:], by_colons=f"{number}:2::" in parameters)
            if colour is None:
                return None
            changes.append(("colour" if number == 38 else "ground", colour))
            position += taken
        elif (change := _short(number)) is not None:
            changes.append(change)
        elif number not in _PASSED_OVER:
            return None
    return tuple(changes)


def _short(number: int) -> _Change | None:
    if number == 0:
        return "reset", True
    if number in (1, 22):
        return "bold", number == 1
    for first, name, brighter in ((30, "colour", 0), (40, "ground", 0), (90, "colour", 8), (100, "ground", 8)):
        if first <= number < first + 8:
            return name, _BASIC[number - first + brighter]
    return {39: ("colour", ""), 49: ("ground", "")}.get(number)


def _long_colour(numbers: list[int], *, by_colons: bool) -> tuple[str | None, int]:
    """Return the colour that `5;n` or `2;r;g;b` names, and how many numbers that took."""
    if numbers[:1] == [5] and len(numbers) >= 2 and numbers[1] < 256:
        return _indexed(numbers[1]), 2
    skipped = 1 if by_colons else 0  # of the colour space, which is left empty
    parts = numbers[1 + skipped : 4 + skipped]
    if numbers[:1] == [2] and len(parts) == 3 and max(parts) < 256:
        return "#{:02x}{:02x}{:02x}".format(*parts), 4 + skipped
    return None, 0


def _indexed(number: int) -> str:
    if number < 16:
        return _BASIC[number]
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    cube = number - 16
    return f"#{_STEPS[cube // 36]:02x}{_STEPS[cube // 6 % 6]:02x}{_STEPS[cube % 6]:02x}"

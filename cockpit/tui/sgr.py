"""Styled text in few bytes: between two pieces only that is said in which their styles differ.

A colour of 24 bits takes up to 19 bytes, and most neighbours share one of their two. The codes are those of "Select
Graphic Rendition" in ECMA-48, 8.3.117; the colours behind 38 and 48 are those of ISO 8613-6, as every terminal takes
them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

# What ends each attribute; bold and dim end together, as do an underline and two.
_ENDS = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29"}
_ENDS |= {"21": "24", "51": "54", "52": "54", "53": "55"}
_INVISIBLE_ON_BLANKS = frozenset({"1", "2", "3"})
_COLOURS = {"5": 3, "2": 5}  # numbers that a colour takes, by its kind
_RESET = "\x1b[0m"


class Look(NamedTuple):
    """What a style looks like, as the codes say it; empty where the terminal's own."""

    attributes: frozenset[str] = frozenset()
    ink: str = ""
    ground: str = ""


PLAIN = Look()


class Pen:
    """Writes text in styles, and knows what the terminal writes in just now; to begin with, plainly."""

    def __init__(self, colours: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self._colours = colours
        self._look = PLAIN

    def write(self, text: str, style: Style | None) -> str:
        """Return what shows `text` in `style`."""
        if style is None:
            return self.lift() + text
        if style.link is not None:
            return self.lift() + Strip.render_style(style, text, self._colours)
        wanted = look_of(Strip.render_ansi(style, self._colours))
        if text.isspace() and self._look.attributes | wanted.attributes <= _INVISIBLE_ON_BLANKS:
            wanted = Look(self._look.attributes, self._look.ink, wanted.ground)
        before, self._look = self._look, wanted
        return change(before, wanted) + text

    def lift(self) -> str:
        """Return what has the terminal write plainly again."""
        if self._look == PLAIN:
            return ""
        self._look = PLAIN
        return _RESET


@lru_cache(maxsize=4096)
def look_of(codes: str) -> Look:
    """Return what the numbers of one sequence, between semicolons, make of plain text."""
    attributes, ink, ground = set[str](), "", ""
    numbers = codes.split(";") if codes else []
    while numbers:
        size = _COLOURS.get(numbers[1], 1) if numbers[0] in {"38", "48"} and len(numbers) > 1 else 1
        code, numbers = numbers[:size], numbers[size:]
        if code[0] == "38" or _is_in(code[0], 30, 90):
            ink = ";".join(code)
        elif code[0] == "48" or _is_in(code[0], 40, 100):
            ground = ";".join(code)
        else:
            attributes.add(code[0])
    return Look(frozenset(attributes), ink, ground)


@lru_cache(maxsize=16384)
def change(before: Look, after: Look) -> str:
    """Return the shortest sequence that leads from one look to another; empty where they are the same."""
    if before == after:
        return ""
    anew = ["0", *sorted(after.attributes), *filter(None, (after.ink, after.ground))]
    shortest = anew if after != PLAIN else ["0"]
    ended = before.attributes - after.attributes
    if ended <= _ENDS.keys():
        ends = {_ENDS[attribute] for attribute in ended}
        # What shares its end with something that stays is over, too.
        kept = {attribute for attribute in after.attributes if _ENDS.get(attribute) not in ends}
        codes = [*sorted(ends), *sorted(after.attributes - (before.attributes & kept))]
        if after.ink != before.ink:
            codes.append(after.ink or "39")
        if after.ground != before.ground:
            codes.append(after.ground or "49")
        shortest = min(codes, shortest, key=lambda numbers: len(";".join(numbers)))
    return f"\x1b[{';'.join(shortest)}m"


def _is_in(code: str, *tens: int) -> bool:
    """Whether a code is one of the eight colours of these tens, or the terminal's own."""
    return code.isdigit() and int(code) // 10 * 10 in tens and int(code) % 10 != 8

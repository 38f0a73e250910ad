"""The characters that a terminal or a reader could take as an instruction."""

from __future__ import annotations

import re
import unicodedata

HOSTILE_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
# Tabs and line feeds move, and obey nobody.
_MAYBE = re.compile(r"[^\n\t\x20-\x7e\xa1-\xac\xae-\u05ff]")


def hostile_in(text: str) -> list[int]:
    """Return the code points in the text that must not reach a terminal; line feeds and tabs may."""
    odd = set(_MAYBE.findall(text))
    return sorted(ord(each) for each in odd if unicodedata.category(each) in HOSTILE_CATEGORIES)


def controls_in(text: str) -> list[int]:
    """Return the code points in the text that a terminal obeys: what a file of text must not hold either."""
    return [code for code in hostile_in(text) if unicodedata.category(chr(code)) in {"Cc", "Cs"}]

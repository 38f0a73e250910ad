"""The sanitiser: nothing that a terminal or a reader could take as an instruction comes through."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.text import visible, visible_lines

HOSTILE = {"Cc", "Cf", "Zl", "Zp", "Cs"}
TEXT = st.text(st.characters(codec=None))


def harmless(text: str) -> bool:
    return not any(unicodedata.category(character) in HOSTILE for character in text)


def test_of_all_characters_the_hostile_ones_are_escaped_and_the_others_kept() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        shown = visible(character)
        if unicodedata.category(character) in HOSTILE:
            assert harmless(shown), hex(code)
            assert shown, hex(code)
        elif shown != character:
            # Escaped although this Python does not know them as controls: tags, variation selectors, fillers.
            assert (
                0xE0000 <= code <= 0xE0FFF
                or 0x2060 <= code <= 0x206F
                or 0xFFF0 <= code <= 0xFFFB
                or (0x13430 <= code <= 0x1343F)
            ), hex(code)


@given(TEXT)
def test_what_is_shown_is_harmless_one_line_and_shown_the_same_again(text: str) -> None:
    for ascii_only in (False, True):
        shown = visible(text, ascii_only=ascii_only)
        assert harmless(shown)
        assert len(shown.splitlines()) <= 1
        assert visible(shown, ascii_only=ascii_only) == shown
        shown.encode()


@given(TEXT, st.integers(1, 30))
def test_a_limit_counts_characters_of_the_source(text: str, limit: int) -> None:
    shown = visible(text, limit=limit)
    assert shown == (visible(text) if len(text) <= limit else visible(text[: limit - 1]) + "…")


@given(TEXT)
def test_lines_are_all_there_and_harmless(text: str) -> None:
    lines = visible_lines(text)
    assert all(harmless(line) for line in lines)
    assert len(lines) == 1 + len(text.replace("\r\n", "\n").replace("\r", "\n")) - len(
        text.replace("\r\n", "\n").replace("\r", "").replace("\n", "")
    )


@pytest.mark.parametrize(
    ("text", "shown", "plain"),
    [
        ("a\tb", "a    b", "a    b"),
        ("\x1b[31mred", "␛[31mred", "\\e[31mred"),
        ("nul\0", "nul␀", "nul\\0"),
        ("\x9b2J", "\\x9b2J", "\\x9b2J"),
        ("\u202egnp.exe", "\\u202egnp.exe", "\\u202egnp.exe"),
        ("\U000e0041", "\\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800", "\\ud800"),
        ("Grüße 👋 \\x", "Grüße 👋 \\x", "Grüße 👋 \\x"),
    ],
)
def test_how_it_is_shown(text: str, shown: str, plain: str) -> None:
    assert visible(text) == shown
    assert visible(text, ascii_only=True) == plain


def test_line_ends_of_every_system_end_a_line_and_others_do_not() -> None:
    assert visible_lines("a\r\nb\rc\nd\x0be\u2028f") == ["a", "b", "c", "d\\x0be\\u2028f"]
    assert visible_lines("") == [""]
    assert visible("abc", limit=2, ascii_only=True) == "a~"

"""Colours and bold are kept; what could do anything else to a terminal, or hide text, is shown as what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.classify import Classifier
from cockpit.logs.colours import Look, Run, coloured, without_colours
from cockpit.logs.line import Level
from cockpit.logs.match import TextFilter
from cockpit.logs.tagged import TaggedClassifier


@pytest.mark.parametrize(
    ("text", "plain", "looks"),
    [
        ("\x1b[31mred\x1b[0m plain", "red plain", [Look("#cd0000")]),
        ("\x1b[1;33mloud\x1b[m", "loud", [Look("#cdcd00", bold=True)]),
        ("a \x1b[97;44mb\x1b[39mc\x1b[49m d", "a bc d", [Look("#ffffff", "#5c8dff"), Look("", "#5c8dff")]),
        ("\x1b[38;5;196mx\x1b[38;2;1;2;3my\x1b[48:2::4:5:6mz", "xyz",
         [Look("#ff0000"), Look("#010203"), Look("#010203", "#040506")]),
        ("\x1b[38;5;244mgrey\x1b[0m", "grey", [Look("#808080")]),
        ("\x1b[2;4mdim, underlined\x1b[0m", "dim, underlined", []),
        ("\x1b[8mhidden\x1b[0m", "\x1b[8mhidden", []),
        ("\x1b[38;5mbroken", "\x1b[38;5mbroken", []),
        ("\x1b[2Jcleared \x1b]0;title\x07", "\x1b[2Jcleared \x1b]0;title\x07", []),
        ("no colour", "no colour", []),
    ],
)  # fmt: skip
def test_what_is_colour_and_what_is_not(text: str, plain: str, looks: list[Look]) -> None:
    assert without_colours(text) == plain
    assert coloured(text)[0] == plain
    assert [run.look for run in coloured(text)[1]] == looks


@given(
    st.lists(st.sampled_from(["\x1b[", "31", "1;", "38;5;", "9", "m", "0m", "x", "8", ":", "K", "\x1b"])).map("".join)
)
def test_runs_lie_in_the_text_one_after_the_other(text: str) -> None:
    plain, runs = coloured(text)
    assert plain == without_colours(text)
    at = 0
    for run in runs:
        assert at <= run.start < run.end <= len(plain)
        at = run.end


def test_a_line_is_read_without_its_colours_and_keeps_them() -> None:
    raw = "\x1b[32m2026-07-01 12:00:00\x1b[0m \x1b[1;31mERROR\x1b[0m shop: \x1b[36mcart\x1b[0m is gone"
    line = Classifier("app").classify(raw)
    assert (line.level, line.text) == (Level.ERROR, "2026-07-01 12:00:00 ERROR shop: cart is gone")
    assert line.raw == raw
    assert Run(32, 36, Look("#00cdcd")) in coloured(line.raw)[1]
    assert TextFilter.lenient("error shop: cart is").matches(raw)


def test_a_line_of_several_logs_in_one_keeps_its_colours_too() -> None:
    classifier = TaggedClassifier()
    line = classifier.classify("app | \x1b[31mfailing\x1b[0m over")
    assert (line.text, line.message) == ("app | failing over", "app | failing over")
    assert coloured(line.raw) == (line.text, [Run(6, 13, Look("#cd0000"))])
    assert classifier.classify("\x1b[31mno tag\x1b[0m").text == "no tag"


def test_every_other_escape_stays_in_sight() -> None:
    line = Classifier("app").classify("\x1b[2K2026-07-01 12:00:00 \x1b[33mWARN\x1b[0m \x1b]52;c;aGk=\x07 stolen")
    assert line.level is Level.WARNING
    assert line.message == line.text == "\x1b[2K2026-07-01 12:00:00 WARN \x1b]52;c;aGk=\x07 stolen"

"""Expressions that are compiled late do what compiled ones do."""

from __future__ import annotations

import re

import pytest

from cockpit.patterns import pattern


def test_it_answers_as_a_compiled_one_again_and_again() -> None:
    late, now = pattern(r"v(\d+)", re.IGNORECASE), re.compile(r"v(\d+)", re.IGNORECASE)
    for text in ("V12", "v1 v2", ""):
        assert late.findall(text) == now.findall(text)
        assert (late.fullmatch(text) is None) == (now.fullmatch(text) is None)
        assert late.sub("x", text) == now.sub("x", text)
    assert pattern(rb"\x00").search(b"a\0") is not None


def test_a_mistake_in_one_is_told_when_it_is_used() -> None:
    wrong = pattern("(")
    with pytest.raises(re.error):
        wrong.match("")

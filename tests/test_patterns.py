"""Expressions that are compiled late do what compiled ones do; those of people are no larger than can be held."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from cockpit.patterns import UNREADABLE, pattern, readable

HUGE = [  # each would take from 20 MB to all that there is
    "a{99999}" * 20, "(a{999}){999}", "((a{99}){99}){99}", "((((((a{20}){20}){20}){20}){20}){20})",
    "(a*){99999}", "(" * 40 + "ab" + ")+" * 40, "(" * 40 + "a" + "){1,9}" * 40, "(" * 20 + "a{99}" + ")+?" * 20,
    "((?=a{999}){999}|b)c", "(?x) ( a {999} ) {999}", "(a{99}(?(1)b{99}|c)){999}", "(?>a{999}){999}",
    "(?:a{999}){999}+",
]  # fmt: skip
LARGE = [
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "^.{10000,}$", "(a{0,999}){0,999}", "(?:(?:a|b){100}){40}",
    "(" * 11 + "ab" + ")+" * 11, "(" * 40 + "a" + ")*" * 40, r"\d{1,3}(\.\d{1,3}){3}", "a{19000}", r"(a\{999}){999\}",
    "[{+](a+)+(b{2,}){3}", "x{", "a{,99999}", r"(\w+\s+){500}",
]  # fmt: skip


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


@pytest.mark.parametrize("written", HUGE)
def test_what_its_repetitions_would_make_huge_is_refused(written: str) -> None:
    with pytest.raises(UNREADABLE, match=r"repetitions come to [\d,]+ parts, and 20,000 are the most"):
        readable(written)


def test_what_is_taken_can_be_held_by_the_engine_that_keeps_to_a_time() -> None:
    for written in LARGE:
        assert readable(written).pattern == written
    code = (
        "import regex, resource, sys\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "held = [regex.compile(written) for written in sys.argv[1:]]\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    grown = subprocess.run([sys.executable, "-c", code, *LARGE], check=True, capture_output=True, text=True).stdout
    assert int(grown) < 10_000 * len(LARGE)  # kB

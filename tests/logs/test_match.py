"""Patterns that people type: those that could need longer than the release lasts are given up in time."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
import warnings

import pytest

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import SlowPatternError, TextFilter

EVIL = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "a*a*a*a*a*a*$", "(.*a){12}$", "(x+x+)+y|" + "(a|a)" * 40 + "c"]
PLAIN = ["order=8812", r"order=\d+", "(GET|POST) /cart", r"time.*ms", "^2026-.*order", "ER{2}OR", "[", "a+", ".*.*x"]
LINE = "2026-03-10T13:16:33Z ERROR payment gateway timeout after 5000 ms order=8812"


@pytest.mark.parametrize("pattern", EVIL)
def test_a_pattern_that_never_ends_is_given_up_in_time(pattern: str) -> None:
    wanted = TextFilter.lenient(pattern)
    start = time.process_time()
    with pytest.raises(SlowPatternError) as raised:
        wanted.matches("a" * 5000 + "b")
    assert time.process_time() - start < 3.0
    assert wanted.slow is raised.value
    assert pattern.split("|", maxsplit=1)[0] in raised.value.what
    assert raised.value.fix


def test_many_lines_that_each_take_long_are_given_up_too() -> None:
    wanted = TextFilter.strict("(.*a){5}$")
    start = time.process_time()
    with pytest.raises(SlowPatternError):
        for _ in range(100_000):
            wanted.matches("a" * 40 + "b" * 20)
    assert time.process_time() - start < 10.0


def test_others_go_on_while_one_is_looked_for() -> None:
    """Python's own engine would hold every thread until it is through."""
    wanted = TextFilter.lenient("(a+)+$")
    started, turns = threading.Event(), 0

    def look() -> None:
        started.set()
        with pytest.raises(SlowPatternError):
            wanted.matches("a" * 5000 + "b")

    thread = threading.Thread(target=look)
    thread.start()
    started.wait()
    while thread.is_alive():
        turns += 1
        time.sleep(0.001)
    assert turns > 5


@pytest.mark.parametrize("pattern", PLAIN)
def test_what_people_write_is_found_in_a_full_buffer(pattern: str) -> None:
    wanted = TextFilter.lenient(pattern)
    found = {wanted.matches(LINE + suffix) for suffix in ("", " more") for _ in range(20_000)}
    assert found == {wanted.matches(LINE)}
    assert wanted.slow is None


def test_the_two_engines_choose_alike() -> None:
    for pattern, text in [
        (r"ord(er)?=\d{4}$", LINE), ("(?i:error)", LINE), (r"a{,2}b", "aab"), ("{e}", "x {e}"), ("x{", "x{"),
        (r"\d+(?!\d)ms|ERROR", LINE), ("GRÜN|x", "grün"), ("grün|x", "GRÜN"), ("[[]a*", "[aa"), ("pay{e}|x", "pay"),
        (r"\{e}|pay{1}{e}", "pay{e}"), ("a||b", "q"),
    ]:  # fmt: skip
        flags = re.IGNORECASE if pattern == pattern.lower() else re.NOFLAG
        with warnings.catch_warnings(action="ignore"):
            found = re.search(pattern, text, flags)
        assert TextFilter.lenient(pattern).matches(text) == (found is not None), pattern


def test_the_second_engine_is_not_loaded_before_it_is_needed() -> None:
    code = (
        "import sys\nfrom cockpit.logs.match import TextFilter\n"
        "assert TextFilter.lenient('time-out').matches('a TIME-OUT')\nassert 'regex' not in sys.modules\n"
        "assert TextFilter.lenient('time.*out').matches('a TIME-OUT')\nassert 'regex' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def line(text: str) -> LogLine:
    return LogLine(text, Level.INFO, None, "app", "plain", text, False)


def test_a_filter_that_is_too_slow_hides_nothing() -> None:
    buffer = LogBuffer()
    buffer.append([line("one"), line("a" * 5000 + "b")])
    wanted = TextFilter.lenient("(a+)+$")
    assert buffer.set_filter(wanted)
    assert wanted.slow is not None
    assert buffer.filter is None
    assert buffer.extent.end == 2


def test_a_filter_that_a_later_line_is_too_much_for_is_taken_off() -> None:
    buffer = LogBuffer()
    buffer.append([line("one"), line("aaa")])
    wanted = TextFilter.lenient("(a+)+$")
    assert buffer.set_filter(wanted)
    assert buffer.extent.end - buffer.extent.first == 1
    generation = buffer.extent.generation
    buffer.append([line("a" * 5000 + "b")])
    assert buffer.filter is None
    assert wanted.slow is not None
    assert buffer.extent.end - buffer.extent.first == 3
    assert buffer.extent.generation > generation


def test_what_is_no_pattern_says_so_and_is_looked_for_as_it_stands() -> None:
    wanted = TextFilter.lenient("![bad")
    assert wanted.why_literal.startswith("'[bad' is no regular expression (unterminated character set")
    assert not wanted.matches("a [bad] one")
    assert TextFilter.lenient("[bad]").why_literal == ""

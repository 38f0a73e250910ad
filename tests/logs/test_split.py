from __future__ import annotations

from codecs import BOM_UTF8
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.line import RawLine
from cockpit.logs.split import LINE_LIMIT, LineSplitter

PIECES = [b"\n", b"\r\n", b"\r", b"a", b"\x00", b"\xff", "é€𝄞".encode(), b"\xe2\x82", BOM_UTF8]
log_bytes = st.lists(st.sampled_from(PIECES)).map(b"".join) | st.binary(max_size=200)


@given(data=log_bytes, cuts=st.lists(st.integers(0, 200)), limit=st.integers(1, 40))
def test_the_lines_do_not_depend_on_the_chunks(data: bytes, cuts: list[int], limit: int) -> None:
    splitter = LineSplitter(limit)
    lines: list[RawLine] = []
    edges = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(edges):
        lines += splitter.feed(data[start:end])
    lines += splitter.flush()

    whole = LineSplitter(limit)
    assert lines == whole.feed(data) + whole.flush()
    assert sum(line.size for line in lines) == len(data)
    assert splitter.pending == 0


@given(data=log_bytes)
def test_short_lines_are_those_of_the_text(data: bytes) -> None:
    splitter = LineSplitter()
    texts = [line.text for line in splitter.feed(data) + splitter.flush()]
    pieces = data.split(b"\n")
    if not pieces[-1]:
        pieces.pop()
    told = [piece.removesuffix(b"\r").removeprefix(BOM_UTF8) for piece in pieces]
    assert texts == [piece.decode("utf-8", "backslashreplace") for piece in told]


def test_an_unfinished_line_waits_for_its_end() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"one\ntw") == [RawLine("one", 4)]
    assert splitter.pending == 2
    assert splitter.feed(b"o\n") == [RawLine("two", 4)]
    assert splitter.flush() == []


def test_a_long_line_is_cut_and_says_so() -> None:
    splitter = LineSplitter()
    for _ in range(17):
        assert splitter.feed(b"x" * LINE_LIMIT) == []
    (line, after) = splitter.feed(b"\nshort\n")
    assert line.size == 17 * LINE_LIMIT + 1
    assert line.text == "x" * LINE_LIMIT + f" ... [cut: {LINE_LIMIT} of {17 * LINE_LIMIT} bytes shown]"
    assert after.text == "short"


def test_a_cut_does_not_tear_a_character() -> None:
    (line,) = LineSplitter(4).feed("ab€cd\n".encode())
    assert line.text.startswith("ab ... [cut")
    (line,) = LineSplitter(5).feed("ab€cd\n".encode())
    assert line.text.startswith("ab€ ... [cut")

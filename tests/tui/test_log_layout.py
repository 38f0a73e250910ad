"""Folded or not, every row of the screen finds its line, also while old lines go and others come."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import TextFilter
from cockpit.tui.widgets.log_layout import LogLayout


def line(text: str) -> LogLine:
    return LogLine(text, Level.INFO, None, "app", "plain", text, False)


def rows_of(one: LogLine, width: int) -> int:
    return max(-(-len(one.text) // width), 1)


deeds = st.one_of(
    st.tuples(st.just("append"), st.lists(st.integers(0, 40), max_size=9)),
    st.tuples(st.just("filter"), st.sampled_from(["", "xxx", "!xxxxxxxx"])),
    st.tuples(st.just("width"), st.integers(5, 20)),
    st.tuples(st.just("fold"), st.booleans()),
)


@given(script=st.lists(deeds, max_size=20))
def test_every_row_finds_its_line(script: list[tuple[str, object]]) -> None:
    buffer, width = LogBuffer(capacity=12), 10
    layout = LogLayout(buffer, rows_of)
    for deed, what in script:
        if deed == "append":
            assert isinstance(what, list)
            buffer.append([line("x" * size) for size in what])
        elif deed == "filter":
            buffer.set_filter(TextFilter.lenient(str(what)) if what else None)
        elif deed == "width":
            assert isinstance(what, int)
            width = what
        else:
            layout.fold(bool(what))
        extent, first, before = buffer.extent, layout.first, layout.find(layout.end - 1)
        anew = layout.take_in(extent, width)
        expected: list[tuple[int, int]] = []
        for row in range(extent.first, extent.end):
            number, log_line = buffer.line_at(row) or (-1, line(""))
            count = rows_of(log_line, width) if layout.folds and width >= 8 else 1
            assert layout.row_of(number) == layout.first + len(expected)
            expected += [(number, part) for part in range(count)]
        found = [layout.find(row) for row in range(layout.first, layout.end)]
        assert [(place.number, place.part) for place in found if place] == expected
        assert layout.find(layout.first - 1) is None
        if deed == "append" and not anew and before is not None and before.number >= expected[0][0]:
            assert layout.first >= first  # rows keep their numbers
            assert (before.number, before.part) in expected


@given(
    sizes=st.lists(st.integers(0, 40), max_size=40),
    more=st.lists(st.integers(0, 40), max_size=9),
    around=st.integers(-5, 60),
    near=st.integers(0, 6),
    count=st.integers(1, 9),
)
def test_folding_that_begins_in_view_comes_to_the_same_rows(
    sizes: list[int], more: list[int], around: int, near: int, count: int
) -> None:
    buffer = LogBuffer(capacity=40)
    layout, whole = LogLayout(buffer, rows_of), LogLayout(buffer, rows_of)
    buffer.append([line("x" * size) for size in sizes])
    layout.fold(True)
    with patch("cockpit.tui.widgets.log_layout._NEAR", near):
        layout.take_in(buffer.extent, 10, around=around)
    numbers = [place.number for row in range(layout.first, layout.end) if (place := layout.find(row))]
    assert list(dict.fromkeys(numbers)) == list(range(len(sizes)))  # every line can be come to at once
    buffer.append([line("x" * size) for size in more])
    layout.take_in(buffer.extent, 10, around=around)
    for _ in range(80):
        layout.measure(count)
    assert layout.is_whole
    whole.fold(True)
    whole.take_in(buffer.extent, 10)
    assert layout.end - layout.first == whole.end - whole.first
    for row in range(whole.end - whole.first):
        assert layout.find(layout.first + row) == whole.find(whole.first + row)


def test_only_the_lines_near_the_view_are_folded_at_once() -> None:
    buffer, measured = LogBuffer(50_000, characters=32_000_000), list[LogLine]()

    def counted(one: LogLine, width: int) -> int:
        measured.append(one)
        return rows_of(one, width)

    buffer.append([line("GET /cart 200 31 ms " * 6) for _ in range(50_000)])
    layout = LogLayout(buffer, counted)
    layout.fold(True)
    layout.take_in(buffer.extent, 40, around=50_000)
    assert 0 < len(measured) < 1_000
    last = layout.find(layout.end - 1)
    assert last is not None
    assert (last.number, last.part) == (49_999, 2)

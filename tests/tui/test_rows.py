"""A row is as wide as it says, whatever is in it; and its width is told without Rich's memory of every line."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cached_cell_len, cell_len
from rich.style import Style

from cockpit.tui.rows import Part, cells, fit, part, row, wrapped

# What takes one cell, two, none, and what a terminal would obey.
_TEXTS = st.text(st.sampled_from("ab .─…▸✓é̈漢字한🙂👩‍💻️\x1b\x07\u202e\t"), max_size=12) | st.text(max_size=12)
_STYLES = st.sampled_from([Style(), Style(bold=True), Style(bgcolor="red")])
_PARTS = st.lists(st.builds(part, _TEXTS, _STYLES), max_size=4)


@given(
    _PARTS,
    _PARTS,
    st.integers(0, 30),
    st.none() | st.just(("─", Style())),
    st.none() | st.just(Style(bgcolor="blue", color="white")),
)
def test_a_row_is_exactly_as_wide_as_asked(
    left: list[Part], right: list[Part], width: int, fill: Part | None, over: Style | None
) -> None:
    strip = row(left, right, width, fill=fill, over=over)
    assert strip.cell_length == width
    assert sum(cell_len(segment.text) for segment in strip) == width


@given(_TEXTS)
def test_a_text_takes_as_many_cells_as_rich_says(text: str) -> None:
    assert cells(text) == cell_len(text)
    assert cell_len(fit(text, 7)) == 7


@given(_TEXTS | st.builds(str.__mul__, _TEXTS, st.integers(2, 9)), st.integers(2, 30))
@example("日本語" * 10 + "e\u0301" * 30, 20)  # as many letters as cells, in another order
def test_a_text_is_wrapped_into_the_cells_there_are(text: str, width: int) -> None:
    assert max((cell_len(line) for line in wrapped(text, width)), default=0) <= width


def test_plain_lines_are_not_remembered_for_their_width() -> None:
    before = cached_cell_len.cache_info().misses
    for number in range(100):
        line = f"never painted before {number}"
        row([(line, Style())], [(line, Style())], 80)
    assert cached_cell_len.cache_info().misses == before

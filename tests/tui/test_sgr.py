"""Text in changing styles: a terminal that is told the differences only shows what one told everything does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from cockpit.tui.sgr import PLAIN, Look, Pen, change, look_of
from tests.benchmarks.painted import Painted

colours = st.sampled_from([None, "default", "red", "bright_blue", "color(200)", "#010203", "#a0b0c0"])
flags = st.sampled_from([None, True, False])
styles = st.builds(
    Style,
    color=colours,
    bgcolor=colours,
    bold=flags,
    dim=flags,
    italic=flags,
    underline=flags,
    underline2=flags,
    reverse=flags,
    strike=flags,
    overline=flags,
    blink=flags,
    link=st.sampled_from([None, None, None, "https://example.org"]),
)


@given(
    st.lists(st.tuples(st.text("ab ", min_size=1, max_size=3), st.none() | styles), max_size=9),
    st.sampled_from([ColorSystem.STANDARD, ColorSystem.EIGHT_BIT, ColorSystem.TRUECOLOR]),
)
def test_differences_show_what_whole_styles_do(written: list[tuple[str, Style | None]], colours: ColorSystem) -> None:
    whole, changes = Painted(40, 1), Painted(40, 1)
    pen = Pen(colours)
    for text, style in written:
        whole.feed((text if style is None else Strip.render_style(style, text, colours)).encode())
        changes.feed(pen.write(text, style).encode())
    assert changes.drawn() == whole.drawn()
    changes.feed((pen.lift() + "x").encode())
    assert changes.drawn()[0][sum(len(text) for text, _ in written)] == ("x", "")


def test_a_neighbour_on_the_same_ground_costs_its_ink() -> None:
    pen = Pen()
    pen.write("a", Style(color="#112233", bgcolor="#445566"))
    assert pen.write("b", Style(color="#778899", bgcolor="#445566")) == "\x1b[38;2;119;136;153mb"
    assert pen.write("  ", Style(color="#112233", bgcolor="#445566")) == "  "


def test_bold_that_ends_leaves_what_is_dim_dim() -> None:
    both, dim = look_of("1;2;31"), look_of("2;31")
    assert change(both, dim) in {"\x1b[22;2m", "\x1b[0;2;31m"}
    assert change(look_of("7;38;2;1;2;3;48;5;9"), PLAIN) == "\x1b[0m"
    assert look_of("7;38;2;1;2;3;48;5;9") == Look(frozenset({"7"}), "38;2;1;2;3", "48;5;9")

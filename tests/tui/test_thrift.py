"""What goes to the terminal: whatever is drawn, the screen is as if all of it had been written."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from cockpit.tui.thrift import OnTerminal, Thrifty
from tests.benchmarks.painted import Painted

WIDTH, HEIGHT = 12, 2
INKS = (
    Style(color="red"),
    Style(bold=True, bgcolor="blue"),
    Style(dim=True, color="#102030", bgcolor="blue"),
    Style(reverse=True, underline=True),
    Style(color="color(200)", underline2=True),
    Style(),
)
CONSOLE = Console(color_system="truecolor", force_terminal=True)

texts = st.text("ab日 é", min_size=1, max_size=5)
segments = st.tuples(texts, st.sampled_from(INKS)).map(lambda pair: Segment(*pair))


@st.composite
def rows(draw: st.DrawFn) -> list[Strip]:
    """A row as panes side by side draw it: strips that fill the width."""
    cuts = sorted(draw(st.sets(st.integers(1, WIDTH - 1), max_size=2)) | {0, WIDTH})
    return [
        Strip(draw(st.lists(segments, max_size=4))).adjust_cell_length(end - start) for start, end in pairwise(cuts)
    ]


@st.composite
def updates(draw: st.DrawFn) -> LayoutUpdate | ChopsUpdate:
    """The whole screen, or a span of some of its rows."""
    screen = [draw(rows()) for _ in range(HEIGHT)]
    if draw(st.booleans()):
        return LayoutUpdate(list(screen), Region(0, 0, WIDTH, HEIGHT))
    chops: list[dict[int, Strip | None]] = []
    ends = []
    for row in screen:
        starts = [sum(strip.cell_length for strip in row[:n]) for n in range(len(row) + 1)]
        chops.append(dict(zip(starts, row, strict=False)))
        ends.append(starts[1:])
    first = draw(st.integers(0, WIDTH - 1))
    spans = [(y, first, draw(st.integers(first + 1, WIDTH))) for y in draw(st.sampled_from(([0], [1], [0, 1])))]
    return ChopsUpdate(chops, spans, ends)


def painted(pieces: list[str]) -> list[str]:
    screen = Painted(WIDTH, HEIGHT)
    for piece in pieces:
        screen.feed(piece.replace("\n", "").encode())
    return [f"{cell}" for row in screen.drawn() for cell in row]


@st.composite
def courses(draw: st.DrawFn) -> list[LayoutUpdate | ChopsUpdate]:
    """A few updates, over and over: what was covered comes back."""
    few = draw(st.lists(updates(), min_size=1, max_size=3))
    return draw(st.lists(st.sampled_from(few), max_size=8))


@given(courses(), st.integers(0, 8))
def test_the_screen_is_as_if_everything_had_been_written(drawn: list[LayoutUpdate | ChopsUpdate], cleared: int) -> None:
    terminal = OnTerminal()
    whole, thrifty = list[str](), list[str]()
    for number, update in enumerate(drawn):
        if number == cleared:  # by somebody else
            terminal.forget()
            whole.append("\x1b[2J")
            thrifty.append("\x1b[2J")
        whole.append(update.render_segments(CONSOLE))
        thrifty.append(Thrifty(update, terminal).render_segments(CONSOLE))
    assert painted(thrifty) == painted(whole)


@given(updates())
def test_what_stands_there_already_costs_no_byte(update: LayoutUpdate | ChopsUpdate) -> None:
    terminal = OnTerminal()
    assert Thrifty(update, terminal).render_segments(CONSOLE)
    assert Thrifty(update, terminal).render_segments(CONSOLE) == ""


def test_a_clock_costs_its_digits() -> None:
    def row(clock: str) -> LayoutUpdate:
        return LayoutUpdate([[Strip([Segment("shop ", INKS[0]), Segment(clock, INKS[1])])]], Region(0, 0, 13, 1))

    terminal = OnTerminal()
    Thrifty(row("12:30:58"), terminal).render_segments(CONSOLE)
    written = Thrifty(row("12:30:59"), terminal).render_segments(CONSOLE)
    assert written == "\x1b[1;13H" + Strip([Segment("9", INKS[1])]).render(CONSOLE)


def test_the_same_in_other_pieces_costs_no_byte() -> None:
    def row(*more: Segment) -> LayoutUpdate:
        return LayoutUpdate([[Strip([Segment("ab", INKS[0]), *more], 2)]], Region(0, 0, 2, 1))

    terminal = OnTerminal()
    Thrifty(row(), terminal).render_segments(CONSOLE)
    assert Thrifty(row(Segment("", INKS[1])), terminal).render_segments(CONSOLE) == ""


def test_a_line_that_a_terminal_may_take_for_wider_is_written_whole() -> None:
    def row(text: str) -> LayoutUpdate:
        return LayoutUpdate([[Strip([Segment("日 ", INKS[0]), Segment(text, INKS[1])])]], Region(0, 0, 5, 1))

    terminal = OnTerminal()
    Thrifty(row("ab"), terminal).render_segments(CONSOLE)
    assert "日" in Thrifty(row("ac"), terminal).render_segments(CONSOLE)


def test_a_piece_that_is_wider_than_it_says_is_written_whole() -> None:
    """As a dialog's frame is in a window of three columns."""
    terminal = OnTerminal()
    for text in ("│  │", "abc", "│─ │", "abcdef"):
        update = LayoutUpdate([[Strip([Segment(text)], 3)]], Region(0, 0, 3, 1))
        assert text in Thrifty(update, terminal).render_segments(CONSOLE)


def test_what_a_terminal_takes_for_narrower_moves_nothing_behind_it_and_leaves_nothing_there() -> None:
    terminal = OnTerminal()
    for text in ("What to know|", "⚠️b         |", "⚠️c         |"):
        update = LayoutUpdate([[Strip([Segment(text)], 13)]], Region(0, 0, 13, 1))
        written = Thrifty(update, terminal).render_segments(CONSOLE)
    # The last one, too, is written with its sign, which is blanked before, and from where it ends by our own count.
    assert written.startswith("\x1b[1;1H\x1b[1;1H  \x1b[1;1H⚠️\x1b[1;3Hc")

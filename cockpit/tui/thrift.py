"""Only what has changed goes to the terminal: a pane that is painted anew as it was costs no byte on a slow line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

Piece = tuple[int, int, Strip]  # a row, a column, and what is drawn from there on


class OnTerminal:
    """What stands on the terminal, as far as we have written it: for each row its pieces by column."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """Trust nothing any more: somebody else may have written there."""
        self._rows.clear()

    def changes(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield what of the pieces is not there already, and take it that it is written."""
        for y, x, strip in pieces:
            row = self._rows.setdefault(y, {})
            before = row.get(x)
            if before is not None and before == strip:
                continue
            if before is not None and before.cell_length == strip.cell_length:
                yield from _between(y, x, before, strip)
            else:
                _clear(row, x, x + strip.cell_length)
                yield y, x, strip
            row[x] = strip


class Thrifty(CompositorUpdate):
    """An update of the screen that writes its changes only."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, terminal: OnTerminal) -> None:
        self._update = update
        self._terminal = terminal

    def render_segments(self, console: Console) -> str:
        """Return what is to be written."""
        update = self._update
        pieces = _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)
        return "".join(
            Control.move_to(x, y).segment.text + strip.render(console) for y, x, strip in self._terminal.changes(pieces)
        )


class ThriftyApp(App[int], inherit_bindings=False):
    """An app on a terminal that may be far away."""

    def __init__(self) -> None:
        super().__init__()
        self._on_terminal = OnTerminal()

    def on_mount(self) -> None:
        # What a stopped program leaves behind, its shell has written over.
        self.app_resume_signal.subscribe(self, lambda _: self.paint_all())

    def on_resize(self) -> None:
        """A terminal that changes its size moves, cuts or clears what is on it."""
        self._on_terminal.forget()

    def on_app_focus(self) -> None:
        """Whoever comes back to it sees it whole, whatever `wall` or a broken line has left there."""
        self.paint_all()

    def paint_all(self) -> None:
        """Paint everything anew."""
        self._on_terminal.forget()
        self.refresh()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        is_drawn = isinstance(renderable, LayoutUpdate | ChopsUpdate)
        super()._display(screen, Thrifty(renderable, self._on_terminal) if is_drawn else renderable)  # type: ignore[arg-type]


def _of_layout(update: LayoutUpdate) -> Iterator[Piece]:
    for y, line in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in line:
            yield y, x, strip
            x += strip.cell_length


def _of_chops(update: ChopsUpdate) -> Iterator[Piece]:
    """As `ChopsUpdate.render_segments` takes them."""
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > x2 or end <= x1:
                continue
            is_whole = x1 <= x < x2 and end <= x2
            yield y, x, strip if is_whole else strip.crop(0, min(end, x2) - x)


def _clear(row: dict[int, Strip], start: int, end: int) -> None:
    """Forget what a piece from `start` to `end` will have written over."""
    for x in [x for x, strip in row.items() if x < end and start < x + strip.cell_length]:
        del row[x]


def _between(y: int, x: int, before: Strip, now: Strip) -> Iterator[Piece]:
    """Yield what lies between the common beginning and the common end of two pieces of equal width."""
    old, new = list(before), list(now)
    if not (_is_plain(old) and _is_plain(new)):
        yield y, x, now
        return
    first = _common(old, new)
    rest = _common(old[first:][::-1], new[first:][::-1])
    middle = new[first : len(new) - rest]
    at = x + sum(len(segment.text) for segment in new[:first])
    there = old[first : len(old) - rest]
    if len(middle) == len(there) == 1 and middle[0].style == there[0].style:
        at, middle = _within(at, there[0], middle[0])
    yield y, at, Strip(middle)


def _within(at: int, before: Segment, now: Segment) -> tuple[int, list[Segment]]:
    first = _common(before.text, now.text)
    rest = _common(before.text[first:][::-1], now.text[first:][::-1])
    return at + first, [Segment(now.text[first : len(now.text) - rest], now.style)]


def _common(first: Sequence[object], second: Sequence[object]) -> int:
    """Return how many of the first are equal in both."""
    return next(
        (n for n, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(second)),
    )


def _is_plain(segments: list[Segment]) -> bool:
    """Whether a terminal cannot take another width for it than we do: then all of the piece is written."""
    return all(segment.control is None and cell_len(segment.text) == len(segment.text) for segment in segments)

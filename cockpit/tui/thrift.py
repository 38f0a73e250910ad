"""Only what has changed goes to the terminal: a pane that is painted anew as it was costs no byte on a slow line.

And only as fast as it is taken: what would wait behind other frames is left out, and the screen is painted as it is
once the terminal has caught up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.strip import Strip

from cockpit.tui.ending import EndingApp
from cockpit.tui.paced_driver import PacedDriver

Piece = tuple[int, int, Strip]  # a row, a column, and what is drawn from there on
_LOOK_AGAIN = 1.0  # seconds: an answer may have been lost


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

    @cached_property
    def changes(self) -> list[Piece]:
        """What is to be written; it is taken for written from then on."""
        update = self._update
        pieces = _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)
        return list(self._terminal.changes(pieces))

    def render_segments(self, console: Console) -> str:
        """Return what is to be written."""
        return "".join(Control.move_to(x, y).segment.text + strip.render(console) for y, x, strip in self.changes)


class ThriftyApp(EndingApp, inherit_bindings=False):
    """An app on a terminal that may be far away."""

    def __init__(self) -> None:
        super().__init__()
        self._on_terminal = OnTerminal()
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that waits for no terminal, unless another kind was asked for."""
        found = super().get_driver_class()
        return PacedDriver if found is LinuxDriver else found

    def on_mount(self) -> None:
        # What a stopped program leaves behind, its shell has written over.
        self.app_resume_signal.subscribe(self, lambda _: self.paint_all())

    def on_resize(self) -> None:
        """A terminal that changes its size moves, cuts or clears what is on it."""
        if isinstance(self._driver, PacedDriver):
            self._driver.forget()
        self._on_terminal.forget()

    def on_app_focus(self) -> None:
        """Whoever comes back to it sees it whole, whatever `wall` or a broken line has left there."""
        self.paint_all()

    def paint_all(self) -> None:
        """Paint everything anew."""
        self._on_terminal.forget()
        self.refresh()

    def on_caught_up(self) -> None:
        """Paint what was left out."""
        driver = self._driver
        if not isinstance(driver, PacedDriver) or not driver.owed:
            return
        if driver.is_behind:
            self.set_timer(_LOOK_AGAIN, self.on_caught_up)
            return
        driver.owed = False
        self.refresh()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = Thrifty(renderable, self._on_terminal)
        driver = self._driver
        if not isinstance(driver, PacedDriver) or renderable is None or self._batch_count or not self._running:
            super()._display(screen, renderable)
        elif driver.is_behind:
            if not driver.owed:
                driver.owed = True
                self.set_timer(_LOOK_AGAIN, self.on_caught_up)
        elif self._is_new(renderable):
            super()._display(screen, renderable)
            driver.end_frame()

    def _is_new(self, renderable: object) -> bool:
        """Whether there is anything to write: the cursor's place alone, where it was already, is nothing."""
        is_same = isinstance(renderable, Thrifty) and not renderable.changes
        return not is_same or self.cursor_position != self._previous_cursor_position


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
    middle = [segment for segment in new[first : len(new) - rest] if segment.text]
    if not middle:
        return  # the same, in other pieces
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

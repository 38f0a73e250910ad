"""Only what has changed goes to the terminal: a pane that is painted anew as it was costs no byte on a slow line.

And only as fast as it is taken: what would wait behind other frames is left out, and the screen is painted as it is
once the terminal has caught up.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from cockpit.tui.ending import EndingApp
from cockpit.tui.paced_driver import PacedDriver
from cockpit.tui.sgr import Pen

_SYSTEMS = {"standard": ColorSystem.STANDARD, "256": ColorSystem.EIGHT_BIT, "windows": ColorSystem.WINDOWS}
_LEAP = 6  # bytes: about what a leap costs
_SPANS = re.compile(b"[^\\0](?:\\0{0,%d}[^\\0])*" % _LEAP)  # of what differs, and lies closer to each other
Piece = tuple[int, int, Strip]  # a row, a column, and what is drawn from there on
# Characters of whose width terminals think differently, with what stands before a mark upon it; of ASCII, Latin, our
# own signs and what is written in East Asia they do not.
_UNSURE = re.compile(
    r"((?:.[\u0300-\u036f\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f]+"
    r"|[^\x20-\x7e\u00a0-\u02ff\u2010-\u203a\u2190-\u2193\u2500-\u25ff\u2713\u2717\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60])+)"
)
_LEAST = Size(10, 2)
_LOOK_AGAIN = 1.0  # seconds: an answer may have been lost


class Change(NamedTuple):
    """What is to be written: a row, a column, and what stands in `width` cells from there on.

    It is not `certain` to take just so many where a terminal may take a character for wider or narrower than we do.
    """

    y: int
    x: int
    segments: Sequence[Segment]
    width: int
    certain: bool = True


class OnTerminal:
    """What stands on the terminal, as far as we have written it: for each row its pieces by column."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Strip]] = {}

    def forget(self) -> None:
        """Trust nothing any more: somebody else may have written there."""
        self._rows.clear()

    def changes(self, pieces: Iterable[Piece]) -> Iterator[Change]:
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
                segments = list(strip)
                yield Change(y, x, segments, strip.cell_length, certain=_is_plain(segments))
            row[x] = strip


class Thrifty(CompositorUpdate):
    """An update of the screen that writes its changes only."""

    def __init__(self, update: LayoutUpdate | ChopsUpdate, terminal: OnTerminal) -> None:
        self._update = update
        self._terminal = terminal

    @cached_property
    def changes(self) -> list[Change]:
        """What is to be written; it is taken for written from then on."""
        update = self._update
        pieces = _of_layout(update) if isinstance(update, LayoutUpdate) else _of_chops(update)
        return list(self._terminal.changes(pieces))

    def render_segments(self, console: Console) -> str:
        """Return what is to be written."""
        pen = Pen(_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR))
        written = list[str]()
        here: tuple[int, int] | None = None  # the column and row the cursor is at, where that is certain
        for change in self.changes:
            written.append(_move(here, change.x, change.y))
            if change.certain:
                written += [pen.write(text, style) for text, style, control in change.segments if control is None]
            else:
                written += _held_in_place(change, pen)
            here = (change.x + change.width, change.y) if change.certain else None
        return "".join([*written, pen.lift()])


class ThriftyApp(EndingApp, inherit_bindings=False):
    """An app on a terminal that may be far away."""

    def __init__(self) -> None:
        super().__init__()
        self._on_terminal = OnTerminal()
        self._owes_all = False  # whether a frame was drawn that the terminal was not given
        if "TEXTUAL_ANIMATIONS" not in os.environ:
            self.animation_level = "none"

    @property
    def size(self) -> Size:
        """The size of the terminal, but for one in which nothing can be read: what is beyond it is not seen there."""
        return _at_least(super().size)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Resize) and event.size != _at_least(event.size):
            size = _at_least(event.size)
            event = events.Resize(size, size, pixel_size=event.pixel_size)
        await super().on_event(event)

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

    def holds_back(self) -> bool:
        """Whether nothing had better be drawn now: what is to be painted is asked for again once it is taken."""
        driver = self._driver
        if not isinstance(driver, PacedDriver) or not driver.is_behind:
            return False
        if not driver.owed:
            driver.owed = True
            if not driver.is_behind:  # it has caught up just before it would have told
                driver.owed = False
                return False
            self.set_timer(_LOOK_AGAIN, self.on_caught_up)
        return True

    def on_caught_up(self) -> None:
        """Paint what was left out."""
        driver = self._driver
        if not isinstance(driver, PacedDriver) or not driver.owed:
            return
        if driver.is_behind:
            self.set_timer(_LOOK_AGAIN, self.on_caught_up)
            return
        driver.owed = False
        if self._owes_all:
            self._owes_all = False
            self.refresh()
        else:
            self.screen._compositor_refresh()

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = Thrifty(renderable, self._on_terminal)
        driver = self._driver
        if not isinstance(driver, PacedDriver) or renderable is None or self._batch_count or not self._running:
            super()._display(screen, renderable)
        elif self.holds_back():
            self._owes_all = True
        elif self._is_new(renderable):
            super()._display(screen, renderable)
            driver.end_frame()

    def _is_new(self, renderable: object) -> bool:
        """Whether there is anything to write: the cursor's place alone, where it was already, is nothing."""
        is_same = isinstance(renderable, Thrifty) and not renderable.changes
        return not is_same or self.cursor_position != self._previous_cursor_position


def _at_least(size: Size) -> Size:
    """Return the size in which to draw: in less, widgets that have no column left cannot be laid out."""
    return Size(max(size.width, _LEAST.width), max(size.height, _LEAST.height))


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


def _move(here: tuple[int, int] | None, x: int, y: int) -> str:
    """Return what brings the cursor to a column of a row, from where it is."""
    if here is not None and here[1] == y and x >= here[0]:
        return f"\x1b[{x - here[0]}C" if x > here[0] else ""
    return Control.move_to(x, y).segment.text


def _held_in_place(change: Change, pen: Pen) -> Iterator[str]:
    """Yield what is to be written where a terminal may take a character for wider or narrower than we do.

    What stands behind it is put into its own column, and no cell of it is left as it was.
    """
    x = change.x
    for text, style, control in change.segments:
        for number, part in enumerate(_UNSURE.split(text) if control is None else ()):
            width = cell_len(part)
            if number % 2:
                place = _move(None, x, change.y)
                yield from (place, pen.write(" " * width, style), place, pen.write(part, style))
                yield _move(None, x + width, change.y)
            elif part:
                yield pen.write(part, style)
            x += width


def _between(y: int, x: int, before: Strip, now: Strip) -> Iterator[Change]:
    """Yield the cells in which two pieces of equal width differ, with the few equal ones that cost less than a leap."""
    old, new = list(before), list(now)
    # In a window of three columns a frame is wider than it says.
    if not (_is_plain(old) and _is_plain(new)) or len(before.text) != len(now.text):
        yield Change(y, x, new, now.cell_length, certain=False)
        return
    differing = _differing(before.text, now.text)
    for start, end in _restyled(old, new):
        differing[start:end] = b"\1" * (end - start)
    spans = [span.span() for span in _SPANS.finditer(differing)]
    for (start, end), segments in zip(spans, _parts(new, spans), strict=True):
        yield Change(y, x + start, segments, end - start)


def _differing(before: str, now: str) -> bytearray:
    """Return a byte for each character: 0 where two texts of equal length have the same."""
    if before.isascii() and now.isascii():
        size = len(now)
        one, other = int.from_bytes(before.encode("ascii"), "big"), int.from_bytes(now.encode("ascii"), "big")
        return bytearray((one ^ other).to_bytes(size, "big"))
    return bytearray([one != other for one, other in zip(before, now, strict=True)])


def _restyled(before: Sequence[Segment], now: Sequence[Segment]) -> Iterator[tuple[int, int]]:
    """Yield from where to where two rows of equal width differ in style."""
    olds = iter(before)
    old, left, at = None, 0, 0
    for segment in now:
        room = len(segment.text)
        while room:
            if not left:
                old = next(olds)
                left = len(old.text)
                continue
            size = min(room, left)
            if old is not None and old.style is not segment.style and old.style != segment.style:
                yield at, at + size
            at, room, left = at + size, room - size, left - size


def _parts(segments: Iterable[Segment], spans: Iterable[tuple[int, int]]) -> Iterator[list[Segment]]:
    """Yield what of the segments is in each of these spans, which are in order."""
    rest = iter(segments)
    text, style, at = "", None, 0
    for start, end in spans:
        found = list[Segment]()
        while True:
            stop = at + len(text)
            if start < stop:
                found.append(Segment(text[max(start - at, 0) : end - at], style))
            if end <= stop:
                break
            text, style, _ = next(rest)
            at = stop
        yield found


def _is_plain(segments: list[Segment]) -> bool:
    """Whether a terminal cannot take another width for it than we do: then all of the piece is written."""
    for text, _, control in segments:
        if control is not None or not (
            (text.isascii() and text.isprintable()) or all(cell_len(character) == 1 for character in set(text))
        ):
            return False
    return True

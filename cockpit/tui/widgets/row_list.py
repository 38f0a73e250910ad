"""A list drawn line by line: thousands of rows cost no more than those in view."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.tui.commands import bindings
from cockpit.tui.rows import row as lay
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.drawn import DrawnLines

R = TypeVar("R")


class RowList(ScrollView, DrawnLines, Generic[R], can_focus=True):
    """A list with a cursor; a subclass says how a row is drawn, which have a key, and which the cursor passes over."""

    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
    }
    """
    BINDINGS = bindings("move")

    AHEAD = 0  # rows that are kept in view behind the one that is gone to, where there are more

    cursor: reactive[int] = reactive(0, repaint=False)
    _is_pointed_at = False  # a row that is clicked is in view, and stays under the mouse

    @dataclass(eq=False, repr=False)
    class Highlighted(Message):
        """The cursor is on another row, or that row has changed."""

        list: RowList[Any]
        row: Any

        @property
        def control(self) -> RowList[Any]:
            return self.list

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """Enter was pressed on a row."""

        list: RowList[Any]
        row: Any

        @property
        def control(self) -> RowList[Any]:
            return self.list

    def __init__(self, *, empty: str = "Nothing here yet.", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[R] = ()
        self.empty = empty

    # What a subclass says

    def draw(self, row: R, width: int, inks: Inks, *, cursor: bool) -> Strip:
        """Return the row as one line of `width` cells."""
        raise NotImplementedError

    def key_of(self, row: R) -> str:
        """Return what names a row, so that the cursor stays on it when others come and go."""
        return str(row)

    def selectable(self, row: R) -> bool:  # noqa: ARG002 - a subclass looks at it
        """Whether the cursor may rest on a row."""
        return True

    def offers(self, action: str) -> bool:  # noqa: ARG002 - a subclass looks at it
        """Whether the key of an action on the row under the cursor would do something: there must be one."""
        return self.current is not None

    # What others use

    @property
    def rows(self) -> Sequence[R]:
        """The rows shown."""
        return self._rows

    @property
    def current(self) -> R | None:
        """The row that the cursor is on."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[R]) -> None:
        """Show other rows; the cursor stays on the row of the same key, or near it."""
        before = self.current
        self._rows = rows
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        wanted = self._nearest(self.cursor if before is None else self._index_of(self.key_of(before)))
        if wanted != self.cursor:
            self.cursor = wanted
        elif self.current is not before and self.current != before:
            self._tell()
        self.renew()

    def go_to(self, key: str) -> bool:
        """Put the cursor on the row of that key; return whether there is one."""
        for index, row in enumerate(self._rows):
            if self.key_of(row) == key:
                self.cursor = index
                return True
        return False

    # Textual

    def watch_cursor(self, before: int, now: int) -> None:
        self._reveal()
        self._tell()
        self.renew_lines(before, now)

    def _reveal(self) -> None:
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if height <= 0:
            return
        # A heading above the first row of a group comes into view with it.
        first = self.cursor
        while first > 0 and not self.selectable(self._rows[first - 1]):
            first -= 1
        ahead = 0 if self._is_pointed_at else min(self.AHEAD, height // 4)
        last = min(self.cursor + ahead, len(self._rows) - 1)
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True)
        elif last >= top + height:
            self.scroll_to(y=last - height + 1, animate=False, immediate=True)

    def _tell(self) -> None:
        row = self.current
        if row is not None and self.is_attached:
            self.post_message(self.Highlighted(self, row))

    def on_resize(self, _: events.Resize) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._rows))
        self._reveal()

    def draw_line(self, index: int) -> Strip:
        width = self.scrollable_content_region.width
        inks = inks_of(self.app)
        if not self._rows:
            words = textwrap.wrap(self.empty, max(width - 2, 10))
            return lay([(f" {words[index]}", inks.muted)], [], width) if index < len(words) else Strip.blank(width)
        if index >= len(self._rows):
            return Strip.blank(width)
        return self.draw(self._rows[index], width, inks, cursor=index == self.cursor)

    def _index_of(self, key: str) -> int:
        """Return where the row of that key is: most often where the cursor was; without it, the cursor's place."""
        if self.cursor < len(self._rows) and self.key_of(self._rows[self.cursor]) == key:
            return self.cursor
        return next((i for i, row in enumerate(self._rows) if self.key_of(row) == key), self.cursor)

    def _nearest(self, index: int) -> int:
        count = len(self._rows)
        if not count:
            return 0
        index = max(0, min(index, count - 1))
        for distance in range(count):
            for candidate in (index + distance, index - distance):
                if 0 <= candidate < count and self.selectable(self._rows[candidate]):
                    return candidate
        return index

    def _step(self, by: int) -> None:
        index, last = self.cursor, self.cursor
        direction = 1 if by > 0 else -1
        remaining = abs(by)
        while remaining and 0 <= index + direction < len(self._rows):
            index += direction
            if self.selectable(self._rows[index]):
                last = index
                remaining -= 1
        self.cursor = last

    def action_cursor_up(self) -> None:
        self._step(-1)

    def action_cursor_down(self) -> None:
        self._step(1)

    def action_cursor_top(self) -> None:
        self.scroll_to(y=0, animate=False, immediate=True)
        self.cursor = self._nearest(0)

    def action_cursor_bottom(self) -> None:
        self.cursor = self._nearest(len(self._rows) - 1)

    def action_cursor_half_up(self) -> None:
        self._step(-max(self.scrollable_content_region.height // 2, 1))

    def action_cursor_half_down(self) -> None:
        self._step(max(self.scrollable_content_region.height // 2, 1))

    def action_choose(self) -> None:
        row = self.current
        if row is not None:
            self.post_message(self.Chosen(self, row))

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y
        if 0 <= index < len(self._rows) and self.selectable(self._rows[index]):
            if index == self.cursor and event.chain == 2:
                self.action_choose()
            self._is_pointed_at = True
            self.cursor = index
            self._is_pointed_at = False

"""The tag picker: thousands of tags in one line-API widget."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from cockpit.release.tags import Tag, TagFilter
from cockpit.tui.glyphs import ASCII, UNICODE, shown
from cockpit.tui.widgets.tag_columns import Columns, Standing, cut, fit
from cockpit.tui.widgets.unframed import Unframed

_KEPT = 1000  # rows
_HEADER = 1  # lines above the first tag; they do not scroll


class TagList(ScrollView, Unframed, can_focus=True, inherit_bindings=False):
    """A list of tags with a cursor and a filter; data comes in by `show`, choices go out as messages."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TagList {
        overflow-x: hidden;
        background: $surface;
        color: $foreground;
    }
    TagList > .tag-list--header { color: $text-muted; text-style: bold; }
    TagList > .tag-list--muted { color: $text-muted; }
    TagList > .tag-list--running { color: $text-success; text-style: bold; }
    TagList > .tag-list--proposed { color: $text-primary; text-style: bold; }
    TagList > .tag-list--bad { color: $text-error; }
    TagList > .tag-list--unusable { color: $text-disabled; }
    TagList > .tag-list--cursor { background: $panel; color: $foreground; }
    TagList:focus > .tag-list--cursor { background: $cursor-ground; text-style: $cursor-style; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tag-list--header",
        "tag-list--muted",
        "tag-list--running",
        "tag-list--proposed",
        "tag-list--bad",
        "tag-list--unusable",
        "tag-list--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next tag", show=False, id="tags.down"),
        Binding("up,k", "move(-1)", "Previous tag", show=False, id="tags.up"),
        Binding("g,home", "first", "First tag", show=False, id="tags.first"),
        Binding("G,end", "last", "Last tag", show=False, id="tags.last"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="tags.half-down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="tags.half-up"),
        Binding("pagedown", "page(1.0)", "Page down", show=False, id="tags.page-down"),
        Binding("pageup", "page(-1.0)", "Page up", show=False, id="tags.page-up"),
        Binding("enter", "choose", "Open card", id="tags.choose"),
    ]

    cursor: reactive[int] = reactive(0, init=False)

    @dataclass(eq=False, repr=False)
    class Highlighted(Message):
        """The cursor is on another tag, or on none where nothing is listed."""

        tag_list: TagList
        tag: Tag | None

        @property
        def control(self) -> TagList:
            """The list it came from."""
            return self.tag_list

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """A person pressed Enter on a tag."""

        tag_list: TagList
        tag: Tag

        @property
        def control(self) -> TagList:
            """The list it came from."""
            return self.tag_list

    def __init__(
        self,
        *,
        ascii_only: bool = False,
        now: Callable[[], float] = time.time,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._ascii_only = ascii_only
        self._now = now
        self._tags: Sequence[Tag] = ()
        self._filter = TagFilter(())
        self._filter_text = ""
        self._rows: tuple[Tag, ...] = ()
        self._longest_name = 0
        self._running_commit: str | None = None
        self._head_commit: str | None = None
        self._seen = True
        self._proposed: Tag | None = None
        self._nothing = "reading the tags of this repository"  # what an empty list means so far
        self._announced: Tag | None = None
        self._styles: dict[tuple[str, ...], Style] = {}
        self._drawn: LRUCache[tuple[Tag, bool, bool, int], Strip] = LRUCache(_KEPT)  # by tag, cursor, focus, width
        self._kept: Tag | None = None  # where the cursor was last, also while nothing matches
        self._ran: str | None = None  # what was running last, as far as it was known
        self._placed = False  # whether a person has put the cursor where it is

    @property
    def highlighted(self) -> Tag | None:
        """The tag under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def rows(self) -> tuple[Tag, ...]:
        """The tags that pass the filter, as listed."""
        return self._rows

    def show(
        self,
        tags: Sequence[Tag],
        running_commit: str | None = None,
        proposed: Tag | None = None,
        *,
        head_commit: str | None = None,
        seen: bool = True,
    ) -> None:
        """List `tags` in their order; the cursor stands on the proposed one, or stays on the tag a person put it on.

        Without `seen` nobody knows that it runs: it is said to be checked out. What runs now being another than before,
        they have done what they came for, and the cursor is as at first.
        """
        if running_commit is not None:
            self._placed = self._placed and self._ran in {None, running_commit}
            self._ran = running_commit
        running = next((tag for tag in tags if tag.commit == running_commit), None)
        keep = (self._kept if self._placed else None) or proposed or running or self._kept
        self._tags = tuple(tags)
        self._running_commit, self._head_commit, self._seen = running_commit, head_commit, seen
        self._proposed = proposed
        self._filter = TagFilter(tags)
        self._drawn.clear()
        self._longest_name = max((cell_len(tag.display) for tag in tags), default=0)
        self._nothing = "this repository has no tags: git tag v1.0.0 makes one"
        self._list(keep)

    def begin_anew(self) -> None:
        """Stand on the proposed tag, as whoever turns to the list finds it."""
        self._placed = False
        if self._proposed is not None:
            self._list(self._proposed)

    def show_failure(self, reason: str) -> None:
        """List nothing and say why, where the tags could not be read."""
        self.show(())
        self._nothing = f"the tags could not be read: {reason}"

    def apply_filter(self, text: str) -> None:
        """List only the tags whose name or subject has `text` in it; a leading `!` inverts, empty text lists all."""
        self._filter_text = text
        self._placed = self._placed or bool(text)
        self._list(self._kept)

    def render_line(self, y: int) -> Strip:
        """Return one line: the header, a tag, the reason for an empty list, or nothing."""
        index = y - _HEADER + self.scroll_offset.y
        if y >= _HEADER and index < len(self._rows):
            return self._row(index)
        if y < _HEADER:
            segments = [Segment(self._columns().header(), self._style("tag-list--header"))]
        elif not self._rows and y == _HEADER + 1:
            segments = [Segment("  " + self._reason(), self._style("tag-list--muted"))]
        else:
            segments = []
        return Strip(segments).adjust_cell_length(self._width, self._style())

    def action_move(self, lines: int) -> None:
        """Move the cursor by some tags."""
        self._place(self.cursor + lines)

    def action_page(self, pages: float) -> None:
        """Move the cursor by a part of what is in view."""
        self._place(self.cursor + int(pages * self._lines))

    def action_first(self) -> None:
        """Move the cursor to the first tag."""
        self._place(0)

    def action_last(self) -> None:
        """Move the cursor to the last tag."""
        self._place(len(self._rows) - 1)

    def action_choose(self) -> None:
        """Tell the parent that a person wants this tag."""
        if (tag := self.highlighted) is not None:
            self.post_message(self.Chosen(self, tag))

    def on_mount(self) -> None:
        """Keep the ages true."""
        self.set_interval(60.0, self._draw_anew)
        self._announce()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self._scroll_to_cursor()

    def on_click(self, event: Click) -> None:
        """Move the cursor to the line under the pointer."""
        index = event.y - _HEADER + self.scroll_offset.y
        if event.y >= _HEADER and index < len(self._rows):
            self._place(index)

    def watch_cursor(self, old: int, new: int) -> None:
        """Repaint the two lines and announce the tag."""
        for index in (old, new):
            self.refresh_line(index + _HEADER)
        self._scroll_to_cursor()
        self._announce()

    def _draw_anew(self) -> None:
        self._drawn.clear()
        self.refresh()

    def _place(self, index: int) -> None:
        """Put the cursor where a person wants it."""
        self._placed = True
        self._move_to(index)

    def _move_to(self, index: int) -> None:
        self.cursor = max(0, min(index, len(self._rows) - 1))

    def _list(self, keep: Tag | None) -> None:
        """List what passes the filter with the cursor on `keep`, by name, where it is still there."""
        self._rows = self._filter.matching(self._filter_text)
        self._make_room(len(self._rows) + _HEADER)
        places = (index for index, tag in enumerate(self._rows) if keep is not None and tag.name == keep.name)
        self._move_to(next(places, 0))
        self._scroll_to_cursor()
        self._announce()
        self.refresh()

    def _make_room(self, height: int) -> None:
        """Set how far one can scroll; only where the scroll bar comes or goes is the screen laid out anew."""
        size, shown = Size(1, height), self.size.height
        if not self.is_running or (height > shown) != (self.virtual_size.height > shown):
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(TagList.virtual_size, size)
            self._scroll_update(size)

    def _announce(self) -> None:
        tag = self.highlighted
        self._kept = tag or self._kept
        if self.is_running and tag is not self._announced:
            self._announced = tag
            self.post_message(self.Highlighted(self, tag))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _lines(self) -> int:
        """The tags in view."""
        return max(self.scrollable_content_region.height - _HEADER, 1)

    def _scroll_to_cursor(self) -> None:
        if not self.is_running:
            return  # filled before it is on a screen: its first size brings it here again
        last = max(len(self._rows) - self._lines, 0)
        top = min(max(self.scroll_offset.y, self.cursor - self._lines + 1), self.cursor, last)
        # Forced: the scrollbar of a list just filled appears only with the next layout.
        self.scroll_to(y=top, animate=False, force=True)

    def _columns(self) -> Columns:
        return fit(self._width, self._longest_name, ascii_only=self._ascii_only)

    def notify_style_update(self) -> None:
        """Have the styles made anew, for another theme or with the focus."""
        self._styles.clear()
        self._drawn.clear()
        super().notify_style_update()

    def _style(self, *component_classes: str) -> Style:
        # Asked for with every piece of every row: Textual's own way to it costs more than drawing the piece.
        key = (*component_classes, "focus" if self.has_focus else "")
        if (style := self._styles.get(key)) is None:
            style = self.get_visual_style(*component_classes).rich_style
            # A visual style knows no reverse, which is the cursor where there are no colours.
            if any(self.get_component_styles(name).text_style.reverse for name in component_classes):
                style += Style(reverse=True)
            self._styles[key] = style
        return style

    def _row(self, index: int) -> Strip:
        # Kept: with each key that is typed into the filter some of the same tags stand elsewhere.
        tag, on_cursor, width = self._rows[index], index == self.cursor, self._width
        key = (tag, on_cursor, on_cursor and self.has_focus, width)
        if (drawn := self._drawn.get(key)) is None:
            standing = Standing(
                running=tag.commit is not None and tag.commit == self._running_commit,
                proposed=self._proposed is not None and tag.name == self._proposed.name,
                head=tag.commit is not None and tag.commit == self._head_commit,
                seen=self._seen,
            )
            over = ("tag-list--cursor",) if on_cursor else ()
            segments = [
                Segment(text, self._style(*([f"tag-list--{aspect}"] if aspect else []), *over))
                for aspect, text in self._columns().row(tag, standing, cursor=on_cursor, now=self._now())
            ]
            drawn = self._drawn[key] = Strip(segments).adjust_cell_length(width, self._style(*over))
        return drawn

    def _reason(self) -> str:
        reason = f"no tags match '{self._filter_text}'" if self._tags else self._nothing
        sign = (ASCII if self._ascii_only else UNICODE).ellipsis
        return cut(shown(reason), max(self._width - 2, 1), sign)

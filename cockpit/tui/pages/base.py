"""A page: one numbered place of the flight screen; data comes down to it, only while it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from msgspec import Struct
from textual.containers import Container

from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class Subject(Struct, frozen=True):
    """What a note is about: an item or an incident, by its id, and in words; neither is the release."""

    words: str = "the release"
    item: str = ""
    incident: str = ""


class Page(Container):
    """Base of all pages; `filter_hint` says what the filter looks at."""

    filter_hint = "text"
    filter_help: tuple[tuple[str, str], ...] = ()  # what may be typed, and what it does
    filter_complaint = ""  # what is wrong with the filter as it was typed, and what would be right
    first_focus = ""  # the selector of what gets the focus when the page is opened

    @property
    def filter_remark(self) -> str:
        """What is to be said of the filter as it was typed, which is applied all the same."""
        return ""

    @property
    def cockpit(self) -> CockpitApp:
        """The app, by its own type."""
        return cast("CockpitApp", self.app)

    def show(self, run: Run, live: Live, now: float) -> None:
        """Show the run and the feeds as they are now."""
        raise NotImplementedError

    def apply_filter(self, text: str) -> None:
        """List only what matches; a leading `!` inverts, an empty text lists all."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Read again what was read only once, such as tags."""

    def turned_to(self) -> None:
        """Begin anew: a person has turned to this page."""

    def take_focus(self) -> None:
        """Put the focus where work on this page begins."""
        if self.first_focus:
            self.screen.set_focus(self.query_one(self.first_focus))  # at once, for the next key is for it

    def row_key(self) -> str:
        """Return what names the row that the cursor of this page's own list is on, or nothing."""
        listing = self._own_list()
        return listing.key_of(listing.current) if listing is not None and listing.current is not None else ""

    def go_to_row(self, key: str) -> None:
        """Put the cursor on the row of that key, where it is there."""
        listing = self._own_list()
        if listing is not None:
            listing.go_to(key)

    def _own_list(self) -> RowList[Any] | None:
        found = self.query_one(self.first_focus) if self.first_focus else None
        return found if isinstance(found, RowList) else None

    def selected_text(self) -> str:
        """Return what `y` copies: the line under the cursor, or nothing."""
        return ""

    def looked_at(self) -> str:
        """Return what is looked at on this page, in a few words for colleagues, or nothing."""
        return ""

    def subject(self) -> Subject:
        """Return what a note that is written here is about."""
        return Subject()

    def next_match(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match of the filter; a list shows matches only, so its cursor moves."""

"""Page 0: the review of what happened since the last one, and below it who has signed for which role."""

from __future__ import annotations

import asyncio
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from cockpit.errors import CockpitError
from cockpit.release.live import Live
from cockpit.release.review import Review
from cockpit.release.review_told import sections_of, short_span_of, span_of, watched_words
from cockpit.release.run import Run
from cockpit.release.signoffs import RoleStanding
from cockpit.reviewing import gather_review
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.review import Cells, ReviewList, review_rows
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.sign_off import SignOffPane

_REST = 5.0  # seconds between two gatherings for what others write
_AGAIN = 60.0  # seconds after which the numbers have moved on


class ReviewPage(Page):
    """The review and the sign-off; Tab goes between them, and the one with the focus has the room."""

    BINDINGS = bindings("past")
    filter_hint = "text"
    first_focus = "#review-rows"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.review: Review | None = None
        self._of: tuple[Run | None, float, str] = (None, 0.0, "")
        self._since = ""
        self._filter = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="review-pane"):
            yield PaneTitle("Review", id="review-title")
            yield ReviewList(id="review-rows")
        yield SignOffPane(id="sign-off-pane")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        self.query_one(SignOffPane).show(run)
        self._gather_if_due(run, now)

    def _gather_if_due(self, run: Run, now: float) -> None:
        of, at, since = self._of
        rest = _AGAIN if run is of else _REST
        if of is None or since != self._since or not 0.0 <= now - at < rest:
            self._of = (run, now, self._since)
            gather = partial(self._gather, run, now, self._since)
            self.run_worker(gather, group="review", exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    async def _gather(self, run: Run, now: float, since: str) -> None:
        workspace = self.cockpit.workspace
        try:
            review = await asyncio.to_thread(gather_review, workspace, since=since, until=now, run=run)
        except (CockpitError, OSError) as error:
            self.cockpit.tell(str(error), severity="warning")
            return
        self.review = review
        self._fill()

    def since(self, text: str) -> None:
        """Begin the review there."""
        self._since = text
        self.show(*self.cockpit.moment)

    def read_again(self) -> None:
        self._of = (None, 0.0, "")

    def _fill(self) -> None:
        review = self.review
        if review is None:
            return
        listing = self.query_one(ReviewList)
        first = not listing.rows
        listing.show(review_rows(sections_of(review), self._filter))
        if first:
            listing.action_cursor_top()
        inks = inks_of(self.app)
        found = review.coverage
        whole = not found.gaps
        right: list[Part] = [
            (watched_words(found.watched, found.seconds), inks.good if whole else inks.warn),
            (f" {choose_glyphs().dot} {found.observer}", inks.muted),
        ]
        span = span_of if self.app.size.width >= 120 else short_span_of
        told = f"/{self._filter}" if self._filter else span(review)
        self.query_one("#review-title", PaneTitle).show(left=[(told, inks.muted)], right=right)

    @on(RowList.Chosen, "#review-rows")
    def _tell_whole(self) -> None:
        text = self.selected_text()
        if text:
            self.cockpit.tell(text)

    @property
    def role(self) -> RoleStanding | None:
        """The role that the cursor is on, where the sign-off has the focus."""
        pane = self.query_one(SignOffPane)
        return pane.role if pane.has_focus_within else None

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self._fill()
        self.query_one(SignOffPane).apply_filter(text)

    def next_match(self, step: int) -> None:
        listing: RowList[object] = self.query_one(
            "#sign-off" if self.query_one(SignOffPane).has_focus_within else "#review-rows", RowList
        )
        if step > 0:
            listing.action_cursor_down()
        else:
            listing.action_cursor_up()

    def selected_text(self) -> str:
        pane = self.query_one(SignOffPane)
        if pane.has_focus_within:
            return pane.selected_text()
        current = self.query_one(ReviewList).current
        if current is None:
            return ""
        return current.text if isinstance(current, Cells) else f"{current.title}: {current.told}"

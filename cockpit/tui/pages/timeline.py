"""Page 8: everything that happened, and the notes among it."""

from __future__ import annotations

from textual.app import ComposeResult

from cockpit.release.live import Live
from cockpit.release.narrative import is_told, sentence
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.tui.commands import bindings
from cockpit.tui.pages.base import Page
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.timeline import TimelineList


class TimelinePage(Page):
    """The run's records in words, the newest last."""

    BINDINGS = bindings("past")
    filter_hint = "text or name"
    first_focus = "#all-records"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Timeline", id="timeline-title")
        yield TimelineList(id="all-records")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        if run is self._run:
            return
        self._run = run
        self._fill(run)

    def _fill(self, run: Run) -> None:
        records = [record for record in run.records if self._shown(record, run)]
        timeline = self.query_one(TimelineList)
        timeline.now = self.cockpit.moment[2]
        timeline.empty = f"Nothing matches {self._filter!r}." if self._filter else "Nothing has happened yet."
        timeline.show_run(run, records)
        told = sum(map(is_told, run.records))
        count = f"{len(records)} of {told}" if self._filter else f"{len(records)}"
        inks = inks_of(self.app)
        self.query_one(PaneTitle).show(
            left=[(f"times in {run.timezone}", inks.muted)], right=[(f"{count} records", inks.muted)]
        )

    def _shown(self, record: Record, run: Run) -> bool:
        if not is_told(record):
            return False
        text = self._filter.removeprefix("!").casefold()
        if not text:
            return True
        found = text in f"{record.by.name} {sentence(record, run)}".casefold()
        return found is not self._filter.startswith("!")

    def apply_filter(self, text: str) -> None:
        self._filter = text
        if self._run is not None:
            self._fill(self._run)

    def selected_text(self) -> str:
        record = self.query_one(TimelineList).current
        if record is None or self._run is None:
            return ""
        return f"{record.wall} {record.by.name} {sentence(record, self._run)}"

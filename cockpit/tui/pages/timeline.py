"""Page 8: everything that happened, and the notes among it; what is under the cursor in full."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult

from cockpit.release.entities import ITEM_PREFIX
from cockpit.release.events import NoteAdded
from cockpit.release.incidents import INCIDENT_PREFIX
from cockpit.release.live import Live
from cockpit.release.narrative import is_told, note_subject, sentence
from cockpit.release.record import Record
from cockpit.release.record_texts import texts_of
from cockpit.release.run import Run
from cockpit.tui.commands import bindings
from cockpit.tui.pages.base import Page, Subject
from cockpit.tui.rows import Part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.timeline import NOTHING_YET, RecordDetail, TimelineList


class TimelinePage(Page):
    """The run's records in words, the newest last; a note goes where the one under the cursor belongs."""

    BINDINGS = bindings("timeline", "past")
    filter_hint = "text or name"
    first_focus = "#all-records"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._filter = ""
        self._notes_only = False

    def compose(self) -> ComposeResult:
        yield PaneTitle("Timeline", id="timeline-title")
        yield TimelineList(id="all-records")
        yield PaneTitle("in full", id="record-title")
        yield RecordDetail(id="record-detail")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        if run is self._run:
            return
        self._run = run
        self._fill(run)

    def read_again(self) -> None:
        self._run = None

    def _fill(self, run: Run) -> None:
        standing = {note.id for note in run.notes}
        records = [record for record in run.records if self._shown(record, run, standing)]
        timeline = self.query_one(TimelineList)
        timeline.now = self.cockpit.moment[2]
        timeline.empty = self._nothing()
        timeline.show_run(run, records)
        told = sum(map(is_told, run.records))
        narrowed = bool(self._filter or self._notes_only)
        count = f"{len(records)} of {told}" if narrowed else f"{len(records)}"
        inks = inks_of(self.app)
        left: list[Part] = [(f"times in {run.timezone}", inks.muted)]
        if self._notes_only:
            left.append(("notes only", inks.accent))
        self.query_one("#timeline-title", PaneTitle).show(left=left, right=[(f"{count} records", inks.muted)])
        note: list[Part] = [("i writes a note on it", inks.muted)] if records and self.cockpit.may_write else []
        self.query_one("#record-title", PaneTitle).show(right=note)
        if not records:
            self.query_one(RecordDetail).show(None, run)

    def _nothing(self) -> str:
        if self._filter:
            return f"Nothing matches {self._filter!r}."
        how = ": i writes one" if self.cockpit.may_write else ""
        return f"No note has been written{how}." if self._notes_only else NOTHING_YET

    def _shown(self, record: Record, run: Run, standing: set[str]) -> bool:
        if not is_told(record) or (self._notes_only and record.id not in standing):
            return False
        text = self._filter.removeprefix("!").casefold()
        if not text:
            return True
        found = text in f"{record.by.name} {sentence(record, run)}".casefold()
        return found is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#all-records")
    def _show_detail(self) -> None:
        record, run = self.query_one(TimelineList).current, self._run
        if record is None or run is None or not self.query_one(RecordDetail).show(record, run):
            return
        taken_back = isinstance(record.data, NoteAdded) and all(note.id != record.id for note in run.notes)
        if not taken_back:
            self.run_worker(self._read_texts(record), group="texts", exclusive=True, exit_on_error=False)

    async def _read_texts(self, record: Record) -> None:
        """Read what else the record says: its texts lie on the disk, or in git."""
        texts = await asyncio.to_thread(texts_of, record, self.cockpit.workspace.session.text)
        if self.is_attached:
            self.query_one(RecordDetail).add(record, texts)

    def offers(self, action: str) -> bool:
        """Hint at an earlier time where there is one."""
        return action != "past_earlier" or self.cockpit.past.has_earlier()

    def action_notes_only(self) -> None:
        """List only the notes, or everything again."""
        self._notes_only = not self._notes_only
        if self._run is not None:
            self._fill(self._run)

    def subject(self) -> Subject:
        record = self.query_one(TimelineList).current
        if record is None or self._run is None:
            return Subject()
        words = note_subject(record.ent, self._run)
        if record.ent.startswith(ITEM_PREFIX):
            return Subject(words, item=record.ent.removeprefix(ITEM_PREFIX))
        if record.ent.startswith(INCIDENT_PREFIX):
            return Subject(words, incident=record.ent.removeprefix(INCIDENT_PREFIX))
        return Subject()

    def apply_filter(self, text: str) -> None:
        self._filter = text
        if self._run is not None:
            self._fill(self._run)

    def next_match(self, step: int) -> None:
        timeline = self.query_one(TimelineList)
        timeline.action_cursor_down() if step > 0 else timeline.action_cursor_up()

    def selected_text(self) -> str:
        record = self.query_one(TimelineList).current
        if record is None or self._run is None:
            return ""
        return f"{record.wall} {record.by.name} {sentence(record, self._run)}"

"""The timeline: what happened, who did it, and when; the newest last."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.release.narrative import is_alarming, is_contested, is_told, sentence
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.times import clock_time, date_time, day_month, epoch
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, labelled, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.row_list import RowList

NOTHING_YET = "Nothing has happened yet: every tick, note and command will stand here. i writes a note."


class TimelineList(RowList[Record]):
    """Records in words; it stays at the newest until somebody goes up."""

    def __init__(self, *, compact: bool = False, id: str | None = None) -> None:
        super().__init__(empty=NOTHING_YET, id=id)
        self._glyphs = choose_glyphs()
        self._compact = compact
        self._run: Run | None = None
        self.now = 0.0

    def key_of(self, row: Record) -> str:
        return row.id

    def show_run(self, run: Run, records: list[Record] | None = None) -> None:
        """Show the run's records, or those of them given."""
        at_end = self.cursor >= len(self.rows) - 1
        self._run = run
        self.show([each for each in run.records if is_told(each)] if records is None else records)
        if at_end:
            self.action_cursor_bottom()

    def draw(self, row: Record, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _when(self, at: float) -> str:
        """The time of day, and the day where it is not today's: as wide either way."""
        zone = self._run.timezone if self._run is not None else "UTC"
        is_today = day_month(at, zone) == day_month(self.now, zone)
        if self._compact:
            return clock_time(at, zone) if is_today else day_month(at, zone)
        return f"{'' if is_today else day_month(at, zone):>5} {clock_time(at, zone, with_seconds=True)}"

    def _lay(self, record: Record, width: int, inks: Inks, *, cursor: bool) -> Strip:
        if self._run is None:
            return Strip.blank(width)
        alarming = is_alarming(record) or is_contested(record, self._run)
        at = epoch(record.wall)
        left: list[Part] = [
            (self._glyphs.cursor if cursor and self.has_focus else " ", inks.title),
            (self._when(at), inks.muted),
            (" ", inks.plain),
            (fit(record.by.name, 6 if self._compact else 10), inks.accent),
            (" ", inks.plain),
            part(sentence(record, self._run), inks.bad if alarming else inks.plain),
        ]
        return row(left, [], width, over=inks.cursor if cursor and self.has_focus else None)


class RecordDetail(TextPane):
    """The record under the cursor in full: the sentence uncut, who wrote it where, and its own words."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._record: Record | None = None
        self._run: Run | None = None
        self._texts: tuple[tuple[str, str], ...] = ()

    def show(self, record: Record | None, run: Run) -> bool:
        """Show a record; return whether it is another one, whose texts are still to be added."""
        other = record is not self._record
        self._record, self._run = record, run
        if other:
            self._texts = ()
        self.renew()
        return other

    def add(self, record: Record, texts: tuple[tuple[str, str], ...]) -> None:
        """Add the texts that a record carries, unless another one is shown meanwhile."""
        if record is self._record:
            self._texts = texts
            self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        record, run = self._record, self._run
        if record is None or run is None:
            return []
        told = sentence(record, run)
        local = f"{date_time(epoch(record.wall), run.timezone, with_seconds=True)} {run.timezone}, {record.wall}"
        lines = labelled("what", told, inks.plain, inks.muted, width=width)
        for name, text in self._texts:
            if text not in told:
                lines += labelled(name, text, inks.strong, inks.muted, width=width)
        mail = f" <{record.by.email}>" if record.by.email else ""
        lines += labelled("who", f"{record.by.name}{mail} on {record.host}", inks.accent, inks.muted, width=width)
        return lines + labelled("when", local, inks.muted, inks.muted, width=width)

"""The open incidents, a line each with its clocks, and what was said of the one that is dealt with."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.durations import age
from cockpit.release.emergency_documents import due_words
from cockpit.release.incidents import Incident
from cockpit.release.run import Run
from cockpit.times import clock_time, epoch
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, labelled, part
from cockpit.tui.rows import row as lay
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.row_list import RowList


class IncidentList(RowList[Incident]):
    """The open incidents with their clocks, a line each, the gravest first; the cursor says which is dealt with.

    It takes the focus only where there is something to choose.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="no incident is open: I opens one", id=id)
        self.can_focus = False
        self._glyphs = choose_glyphs()
        self._run: Run | None = None
        self._now = 0.0
        self._picked = False  # whether a person has said which; before that it is the gravest

    def show_run(self, run: Run, now: float) -> None:
        """Show this moment."""
        self._run, self._now = run, now
        self.can_focus = len(run.open_incidents) > 1
        self.styles.height = max(len(run.open_incidents), 1)
        self.show(run.open_incidents)
        self._picked = self._picked and self.can_focus
        if not self._picked:
            self.cursor = 0

    def pick(self, incident: str) -> None:
        """Deal with this one from now on."""
        self._picked = self.go_to(incident)

    def _step(self, by: int) -> None:
        self._picked = True
        super()._step(by)

    def key_of(self, row: Incident) -> str:
        return row.id

    def draw(self, row: Incident, width: int, inks: Inks, *, cursor: bool) -> Strip:
        if self._run is None:
            return Strip.blank(width)
        told = due_words(self._run, row, now=self._now)
        late = row.due_at(self._run.configuration.incidents) <= self._now
        left: list[Part] = [
            (self._glyphs.cursor if cursor and len(self.rows) > 1 else " ", inks.title),
            (f" INCIDENT {age(row.lasted(self._now))} ", inks.alarm),
            (f" {row.severity} ", inks.warn),
            part(row.title, inks.strong),
        ]
        over = inks.cursor if cursor and self.has_focus else None
        return lay(left, [(f" {told} ", inks.alarm if late else inks.plain)], width, over=over)


class IncidentWords(TextPane):
    """What was said of one open incident, the newest first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._incident: Incident | None = None

    def show(self, run: Run, incident: Incident | None) -> None:
        """Show this moment of an incident, or nothing where none is open."""
        if run is not self._run or incident is not self._incident:
            self._run, self._incident = run, incident
            self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        incident = self._incident
        if self._run is None or incident is None:
            return []
        zone = self._run.timezone
        where = f" ({incident.component})" if incident.component else ""
        said = [(one.at, one.by.name, one.text) for one in reversed(incident.updates)]
        said.append((incident.at, incident.by.name, f"opened it: {incident.title}{where}"))
        lines: list[list[Part]] = []
        for at, who, text in said:
            told = f"{who}: {text}"
            lines += labelled(clock_time(epoch(at), zone), told, inks.plain, inks.muted, width=width, indent=7)
        return lines

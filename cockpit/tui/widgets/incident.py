"""The open incident: a strip with its clocks, and what was said of it."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.durations import age
from cockpit.release.emergency_documents import due_words
from cockpit.release.run import Run
from cockpit.times import clock_time, epoch
from cockpit.tui.rows import Part, labelled, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget, TextPane


class IncidentStrip(LineWidget):
    """The gravest open incident: how long it lasts, and when people are to be told again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._now = 0.0

    def show(self, run: Run, now: float) -> None:
        """Show this moment."""
        self._run, self._now = run, now
        self.refresh()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        found = self._run.open_incidents if self._run is not None else ()
        if self._run is None or not found:
            return row([(" no incident is open: I opens one", inks.muted)], [], width)
        incident = found[0]
        told = due_words(self._run, incident, now=self._now)
        late = incident.due_at(self._run.configuration.incidents) <= self._now
        others = f" +{len(found) - 1}" if len(found) > 1 else ""
        left: list[Part] = [
            (" ", inks.plain),
            (f" INCIDENT {age(incident.lasted(self._now))}{others} ", inks.alarm),
            (f" {incident.severity} ", inks.warn),
            part(incident.title, inks.strong),
        ]
        return row(left, [(f" {told} ", inks.alarm if late else inks.plain)], width)


class IncidentWords(TextPane):
    """What was said of the gravest open incident, the newest first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None

    def show(self, run: Run) -> None:
        """Show this moment."""
        if run is not self._run:
            self._run = run
            self.refresh()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        found = self._run.open_incidents if self._run is not None else ()
        if self._run is None or not found:
            return []
        incident, zone = found[0], self._run.timezone
        where = f" ({incident.component})" if incident.component else ""
        said = [(one.at, one.by.name, one.text) for one in reversed(incident.updates)]
        said.append((incident.at, incident.by.name, f"opened it: {incident.title}{where}"))
        lines: list[list[Part]] = []
        for at, who, text in said:
            told = f"{who}: {text}"
            lines += labelled(clock_time(epoch(at), zone), told, inks.plain, inks.muted, width=width, indent=7)
        return lines

"""The part of page 5 that deals with incidents: the open ones in sight, one of them told, closed, or followed."""

from __future__ import annotations

import secrets

from textual import on

from cockpit.release.incidents import Incident
from cockpit.release.intents import CloseIncident, OpenIncident, UpdateIncident
from cockpit.release.library import Runbook
from cockpit.release.run import Run
from cockpit.tui.dialogs.ask import AskDialog
from cockpit.tui.dialogs.incident import OpenIncidentDialog, Opening
from cockpit.tui.pages.base import Page, Subject
from cockpit.tui.widgets.incident import IncidentList, IncidentWords
from cockpit.tui.widgets.row_list import RowList


class IncidentsPage(Page):
    """A page with a list of incidents; what is told and closed is the one under the cursor, at first the gravest."""

    def show_incidents(self, run: Run, now: float) -> None:
        """Show the open incidents, and what was said of one."""
        self.query_one(IncidentList).show_run(run, now)
        self._show_words()
        self.set_class(bool(run.open_incidents), "-troubled")

    @on(RowList.Highlighted, "#incident")
    def _show_words(self) -> None:
        self.query_one(IncidentWords).show(self.cockpit.moment[0], self._incident)

    def choose_incident(self, incident: str) -> None:
        """Put the cursor on an open incident: what is told and closed is that one."""
        run, _, now = self.cockpit.moment
        self.show_incidents(run, now)
        self.query_one(IncidentList).pick(incident)

    @property
    def _runbook(self) -> Runbook | None:
        """The procedure that is looked at, which an incident that is opened here follows."""
        return None

    def offers(self, action: str) -> bool:
        """Hint at closing an incident where one is open, and at nothing that writes where nothing can be written."""
        if action == "incident":
            return self.cockpit.may_write
        return action != "close_incident" or (self.cockpit.may_write and self._incident is not None)

    def action_new_incident(self) -> None:
        """Open an incident, beside those that are open."""
        runbook = self._runbook
        fits = runbook.id if runbook is not None else ""

        def opened(found: Opening | None) -> None:
            if found is not None:
                identity = secrets.token_hex(4)
                intent = OpenIncident(identity, found.title, found.severity, found.component, fits)
                self.cockpit.act(intent, said="the incident is open: I tells how it stands, C closes it")

        severity = runbook.severity if runbook is not None else "major"
        self.app.push_screen(OpenIncidentDialog(severity, runbook.title if runbook is not None else ""), opened)

    def action_incident(self) -> None:
        """Tell how the incident under the cursor stands; where none is open, open one."""
        incident = self._incident
        if incident is None:
            self.action_new_incident()
            return

        def told(text: str | None) -> None:
            if text:
                self.cockpit.act(UpdateIncident(text, incident.id), said="told")

        dialog = AskDialog(f"Update: {incident.title}", "how it stands, and what is done next")
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"update {incident.id}")), told)

    def action_close_incident(self) -> None:
        """Close the incident under the cursor, saying how it ended."""
        incident = self._incident
        if incident is None:
            self.cockpit.tell("no incident is open: I opens one")
            return

        def closed(text: str | None) -> None:
            if text:
                self.cockpit.act(
                    CloseIncident(text, incident.id), said="closed; its post-mortem: cockpit incident export"
                )

        dialog = AskDialog(f"Close: {incident.title}", "how it ended", does="Enter closes it")
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"close {incident.id}")), closed)

    def subject(self) -> Subject:
        incident = self._incident
        return Subject(f"the incident {incident.title}", incident=incident.id) if incident is not None else Subject()

    @property
    def _incident(self) -> Incident | None:
        """The open incident that is dealt with: the one under the cursor, at first the gravest."""
        return self.query_one(IncidentList).current

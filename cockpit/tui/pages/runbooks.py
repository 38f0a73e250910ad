"""Page 5: the incident, the procedures for trouble read and done step by step, and whom to call.

Nothing executes by itself: a step's command is shown in a dialog, and runs where a person says so there.
"""

from __future__ import annotations

import secrets

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from cockpit.release.emergencies import incident_for, present_use
from cockpit.release.events import StepWord
from cockpit.release.intents import SettleStep
from cockpit.release.library import Runbook
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.ask import AskDialog
from cockpit.tui.dialogs.runbook_step import StepDialog
from cockpit.tui.pages.incidents import IncidentsPage
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.incident import IncidentList, IncidentWords
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.runbooks import (
    CONTACTS,
    Entry,
    EntryList,
    StepList,
    StepRow,
    StepText,
    entries_of,
    rows_of,
)


class RunbooksPage(IncidentsPage):
    """The incidents above, the list at the left, the steps of the procedure under the cursor at the right."""

    BINDINGS = bindings("runbooks")
    filter_hint = "title"
    first_focus = "#entries"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""
        self._shown = ""  # whose steps are shown

    def compose(self) -> ComposeResult:
        yield IncidentList(id="incident")
        with Horizontal():
            with Vertical(id="entries-side"):
                yield PaneTitle("Runbooks", id="entries-title")
                yield EntryList(id="entries")
                yield PaneTitle("Incident", id="words-title")
                yield IncidentWords(id="incident-words")
            with Vertical():
                yield PaneTitle("", id="entry-title")
                yield StepList(id="runbook-steps")
                yield PaneTitle("step", id="step-title")
                yield StepText(id="entry-text")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        self.show_incidents(run, now)
        text = self._filter.removeprefix("!").casefold()
        entries = [
            entry
            for entry in entries_of(run)
            if not text or (text in entry.title.casefold()) is not self._filter.startswith("!")
        ]
        self.query_one(EntryList).show(entries)
        self._show_steps()

    @on(RowList.Highlighted, "#entries")
    def _show_steps(self) -> None:
        run, _, now = self.cockpit.moment
        entry = self.query_one(EntryList).current
        steps = self.query_one(StepList)
        rows = rows_of(run, entry.id, now) if entry is not None else []
        other = entry is not None and entry.id != self._shown
        self._shown = entry.id if entry is not None else ""
        stood_at = steps.current
        steps.show(rows)
        # Whoever stands at the step that is next goes on with it, when the word that settles it has come.
        settled = stood_at is not None and stood_at.current and (steps.current is None or not steps.current.current)
        if other or settled:
            self._go_to_current(rows)
        stands = entry.stands if entry is not None else ""
        title = self.query_one("#entry-title", PaneTitle)
        title.show(
            entry.title if entry is not None else "", right=[(stands, inks_of(self.app).title)] if stands else []
        )
        self._show_step()

    def _go_to_current(self, rows: list[StepRow]) -> None:
        self.query_one(StepList).cursor = next((n for n, one in enumerate(rows) if one.current), 0)

    @on(RowList.Highlighted, "#runbook-steps")
    def _show_step(self) -> None:
        entry = self.query_one(EntryList).current
        row = self.query_one(StepList).current
        self.query_one(StepText).show(row, entry.why if entry is not None else "", self.cockpit.moment[2])

    @on(RowList.Chosen, "#entries")
    def _into_the_steps(self) -> None:
        rows = list(self.query_one(StepList).rows)
        self._go_to_current(rows)
        self.screen.set_focus(self.query_one(StepList))

    def open_runbook(self, runbook: str) -> None:
        """Show a procedure and put the cursor on the step that is next."""
        if self.query_one(EntryList).go_to(runbook):
            self._show_steps()
            self._into_the_steps()

    @property
    def _runbook(self) -> Runbook | None:
        entry: Entry | None = self.query_one(EntryList).current
        run = self.cockpit.moment[0]
        return next((one for one in run.library.runbooks if entry is not None and one.id == entry.id), None)

    def offers(self, action: str) -> bool:
        if action != "skip_step":
            return super().offers(action)
        row = self.query_one(StepList).current
        settled = row is not None and row.use is not None and row.use.state != "open"
        return self.cockpit.may_write and row is not None and row.step is not None and not settled

    # Steps

    @on(RowList.Chosen, "#runbook-steps")
    def _do(self) -> None:
        runbook, row = self._runbook, self.query_one(StepList).current
        if runbook is None or row is None or row.step is None:
            self.cockpit.tell("there is nothing to do here: it is for reading; y copies it")
            return

        def closed(leads_to: str | None) -> None:
            if leads_to:
                self.open_runbook(leads_to)
            elif leads_to is not None:
                self.call_after_refresh(self._go_on)

        self.app.push_screen(StepDialog(runbook, row.step, self._occasion(runbook)), closed)

    def _go_on(self) -> None:
        """Put the cursor on the step that is next now."""
        self.show(*self.cockpit.moment)
        self._go_to_current(list(self.query_one(StepList).rows))

    def _occasion(self, runbook: Runbook) -> str:
        """Return the id of the incident that a procedure begins in; empty where the run itself says which, or none."""
        run, incident = self.cockpit.moment[0], self._incident
        said = present_use(run, runbook.id) is not None or incident_for(run, runbook.id) is not None
        return "" if said or incident is None else incident.id

    def action_skip_step(self) -> None:
        """Skip the step under the cursor, with a reason."""
        self._settle("skipped", "Skip", "why it is not needed, or cannot be done")

    def action_reopen_step(self) -> None:
        """Open the step under the cursor again."""
        self._settle("open", "Open again", "why")

    def _settle(self, outcome: StepWord, word: str, hint: str) -> None:
        runbook, row = self._runbook, self.query_one(StepList).current
        if runbook is None or row is None or row.step is None:
            self.cockpit.tell("no step is under the cursor: Enter on a runbook goes to its steps")
            return
        step = row.step

        def write(note: str | None) -> None:
            if note:
                intent = SettleStep(
                    runbook.id, secrets.token_hex(4), self._occasion(runbook), step=step.id, outcome=outcome, note=note
                )
                self.cockpit.act(intent, then=lambda _: self._go_on())

        dialog = AskDialog(f"{word}: {step.text}", hint)
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"{outcome} {runbook.id} {step.id}")), write)

    # The page

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self.show(*self.cockpit.moment)

    def next_match(self, step: int) -> None:
        entries = self.query_one(EntryList)
        entries.action_cursor_down() if step > 0 else entries.action_cursor_up()

    def looked_at(self) -> str:
        entry = self.query_one(EntryList).current
        return entry.title if entry is not None and entry.id != CONTACTS else ""

    def selected_text(self) -> str:
        row = self.query_one(StepList).current
        if row is None:
            return ""
        return row.step.run if row.step is not None and row.step.run else row.text

"""A procedure as it is read and done: its steps, and the step under the cursor in full."""

from __future__ import annotations

from msgspec import Struct
from textual.strip import Strip

from cockpit.durations import age, short_duration
from cockpit.release.contacts import Callee, contacts_of, whom_to_call
from cockpit.release.emergencies import fitting_now, present_use, trouble_since, waits
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.run import Run
from cockpit.release.runbooks import StepUse, blanks_of, current_step
from cockpit.reports.contacts import name_of, when_words
from cockpit.times import clock_time, epoch, zone
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, labelled, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TAKEN_IN, TextPane
from cockpit.tui.widgets.row_list import RowList

CONTACTS = "contacts:"


class Entry(Struct, frozen=True):
    """A procedure, or the page of contacts; `stands` is how far one is, `why` what calls for it now."""

    id: str
    title: str
    kind: str
    stands: str = ""
    why: str = ""


class StepRow(Struct, frozen=True):
    """One step with what became of it, or one contact; `timer` is what its `after` says now."""

    number: int
    text: str
    step: RunbookStep | None = None
    use: StepUse | None = None
    current: bool = False
    timer: str = ""
    waiting: bool = False
    at: str = ""  # the wall time of its last word
    title: str = ""

    @property
    def id(self) -> str:
        """What names it within its list."""
        return self.step.id if self.step is not None else str(self.number)


def entries_of(run: Run) -> list[Entry]:
    """Return the pinned procedures, and the contacts."""
    fits = fitting_now(run)
    entries = []
    for runbook in run.library.runbooks:
        use = present_use(run, runbook.id)
        done = sum(use.step(step.id).state != "open" for step in runbook.steps) if use is not None else 0
        stands = f"{done}/{len(runbook.steps)}" if use is not None else ""
        entries.append(Entry(runbook.id, runbook.title, runbook.kind, stands, fits.get(runbook.id, "")))
    return [*entries, Entry(CONTACTS, "Contacts", "whom to call")] if contacts_of(run) else entries


def rows_of(run: Run, entry: str, now: float) -> list[StepRow]:
    """Return the rows of a procedure, by its id, or of the contacts."""
    if entry == CONTACTS:
        purposes = whom_to_call(run, now, zone(run.timezone))
        called = [(purpose.title, callee) for purpose in purposes for callee in purpose.callees]
        return [StepRow(number, _contact(title, one, now, run)) for number, (title, one) in enumerate(called, 1)]
    runbook = next((one for one in run.library.runbooks if one.id == entry), None)
    return [_step_row(run, runbook, step, now) for step in runbook.steps] if runbook is not None else []


def _contact(purpose: str, one: Callee, now: float, run: Run) -> str:
    when = when_words(one, now, run.timezone)
    return ", ".join(filter(None, (f"{purpose}: {name_of(one.contact)}", when, *one.ways)))


def _step_row(run: Run, runbook: Runbook, step: RunbookStep, now: float) -> StepRow:
    use = present_use(run, runbook.id)
    since = trouble_since(run, runbook, use)
    left = waits(step, since, now)
    found = use.step(step.id) if use is not None else StepUse(step.id)
    timer = ""
    if step.after and found.state == "open":
        lasted = f", {short_duration(now - since)} down" if since is not None else ""
        timer = f"in {short_duration(left)}" if left else f"TIME IS UP{lasted}"
    return StepRow(
        number=runbook.steps.index(step) + 1,
        text=step.text,
        step=step,
        use=found,
        current=step == current_step(runbook, use),
        timer=timer,
        waiting=left > 0,
        at=clock_time(epoch(found.at), run.timezone) if found.at else "",
        title=runbook.title,
    )


class EntryList(RowList[Entry]):
    """Procedures and contacts."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty=f"No runbook is pinned: each is a file in checklists/runbooks. {TAKEN_IN}", id=id)
        self._glyphs = choose_glyphs()

    def key_of(self, row: Entry) -> str:
        return row.id

    def draw(self, row: Entry, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, entry: Entry, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (self._glyphs.regressed if entry.why else " ", inks.bad),
            part(entry.title, inks.strong if cursor or entry.why else inks.plain),
        ]
        right = part(f" {entry.stands or entry.kind} ", inks.title if entry.stands else inks.muted)
        return row(left, [right], width, over=inks.cursor if cursor else None)


class StepList(RowList[StepRow]):
    """The steps of one procedure, the one that is next marked."""

    BINDINGS = bindings("runbook-step")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="Nothing is written here.", id=id)
        self._glyphs = choose_glyphs()

    def offers(self, action: str) -> bool:
        """Hint at opening a step, not at what is only read."""
        return self.current is not None and (action != "do_step" or self.current.step is not None)

    def action_do_step(self) -> None:
        """Open the step under the cursor."""
        self.action_choose()

    def key_of(self, row: StepRow) -> str:
        return row.id

    def draw(self, row: StepRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor and self.has_focus)

    def _lay(self, one: StepRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        state = one.use.state if one.use is not None else ""
        signs = {
            "done": (self._glyphs.done, inks.good),
            "skipped": (self._glyphs.na, inks.muted),
            "open": (self._glyphs.running, inks.title) if one.current else (self._glyphs.open, inks.muted),
        }
        sign, ink = signs.get(state, (" ", inks.muted))
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (f"{sign} ", ink),
            (f"{one.number}. ", inks.title if one.current else inks.muted),
            part(one.text, inks.strong if one.current else inks.muted if state == "skipped" else inks.plain),
        ]
        return row(left, self._right(one, state, inks), width, over=inks.cursor if cursor else None)

    def _right(self, one: StepRow, state: str, inks: Inks) -> list[Part]:
        if state in {"done", "skipped"} and one.use is not None:
            who = one.use.by.split(" ")[0]
            return [part(f" {state} {who} {one.at} ", inks.good if state == "done" else inks.muted)]
        if one.timer:
            return [(f" {one.timer} ", inks.muted if one.waiting else inks.alarm)]
        return [(" command ", inks.accent)] if one.step is not None and one.step.run else []


class StepText(TextPane):
    """The step under the cursor in full: its conditions, its command, and each run of that."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._row: StepRow | None = None
        self._why = ""
        self._now = 0.0

    def show(self, row: StepRow | None, why: str, now: float) -> None:
        """Show a step; `why` is what calls for its procedure now."""
        self._row, self._why, self._now = row, why, now
        self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        found: list[list[Part]] = []
        if self._why:
            found += labelled("because", self._why, inks.bad, inks.title, width=width, indent=10)
        if self._row is None:
            return found
        found += labelled(f"{self._row.number}.", self._row.text, inks.strong, inks.title, width=width, indent=10)
        step, use = self._row.step, self._row.use
        if step is None or use is None:
            return found
        facts = [
            ("when", step.when, inks.plain),
            ("after", f"{step.after}: {self._row.timer}" if step.after else "", inks.warn),
            ("$", step.run, inks.accent),
            ("fill in", ", ".join(blanks_of(step)), inks.warn),
            ("look at", step.link, inks.accent),
            ("leads to", step.runbook, inks.title),
            (use.state if use.state != "open" else "", f"{use.by} {self._row.at} {use.note}".strip(), inks.plain),
        ]
        for label, text, ink in facts:
            if label and text:
                found += labelled(label, text, ink, inks.muted, width=width, indent=10)
        for run in use.runs[-3:]:
            how = run.outcome or "no end is on the record"
            status = f", exit status {run.code}" if run.code else ""
            told = f"{age(self._now - epoch(run.at))} ago by {run.by}: {how}{status} {run.detail}".rstrip()
            ink = inks.good if run.outcome == "ok" else inks.bad
            found += labelled("ran", told, ink, inks.muted, width=width, indent=10)
        return found

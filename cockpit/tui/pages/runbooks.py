"""Page 5: the procedures for trouble and whom to call, readable at once; nothing here executes."""

from __future__ import annotations

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.strip import Strip

from cockpit.release.library import Runbook
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part, labelled, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import PaneTitle, TextPane
from cockpit.tui.widgets.row_list import RowList


class Entry(Struct, frozen=True):
    """A procedure, or the page of contacts."""

    title: str
    kind: str
    lines: tuple[tuple[str, str, str], ...]  # label, text, command


class EntryList(RowList[Entry]):
    """Procedures and contacts."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="No runbook is pinned.", id=id)
        self._glyphs = choose_glyphs()

    def key_of(self, row: Entry) -> str:
        return row.title

    def draw(self, row: Entry, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, entry: Entry, width: int, inks: Inks, *, cursor: bool) -> Strip:
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (" ", inks.plain),
            part(entry.title, inks.strong if cursor else inks.plain),
        ]
        return row(left, [part(f" {entry.kind} ", inks.muted)], width, over=inks.cursor if cursor else None)


class EntryText(TextPane):
    """The steps of one procedure, with their commands."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._entry: Entry | None = None

    def show(self, entry: Entry | None) -> None:
        """Show a procedure."""
        self._entry = entry
        self.refresh()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines: list[list[Part]] = []
        for label, text, command in self._entry.lines if self._entry is not None else ():
            lines += labelled(label, text, inks.plain, inks.title, width=width, indent=5)
            if command:
                lines += labelled("$", command, inks.accent, inks.muted, width=width, indent=5)
        return lines


def entries_of(run: Run) -> list[Entry]:
    """Return the pinned procedures, and the contacts."""
    entries = [_runbook_entry(runbook) for runbook in run.library.runbooks]
    contacts = tuple(
        (f"{number}.", f"{contact.purpose}: {contact.name} {contact.address or contact.hint}".strip(), "")
        for number, contact in enumerate(run.library.contacts, 1)
    )
    return [*entries, Entry("Contacts", "whom to call", contacts)] if contacts else entries


def _runbook_entry(runbook: Runbook) -> Entry:
    lines = []
    for number, step in enumerate(runbook.steps, 1):
        when = f" (when {step.when})" if step.when else ""
        after = f" (after {step.after})" if step.after else ""
        lines.append((f"{number}.", f"{step.text}{when}{after}", step.run))
    return Entry(runbook.title, runbook.kind, tuple(lines))


class RunbooksPage(Page):
    """The list at the left, the procedure under the cursor at the right."""

    filter_hint = "title"
    first_focus = "#entries"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="entries-side"):
                yield PaneTitle("Runbooks", id="entries-title")
                yield EntryList(id="entries")
            with Vertical():
                yield PaneTitle("", id="entry-title")
                yield EntryText(id="entry-text")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        text = self._filter.removeprefix("!").casefold()
        entries = [
            entry
            for entry in entries_of(run)
            if not text or (text in entry.title.casefold()) is not self._filter.startswith("!")
        ]
        self.query_one(EntryList).show(entries)

    @on(RowList.Highlighted, "#entries")
    def _show_entry(self) -> None:
        entry = self.query_one(EntryList).current
        self.query_one(EntryText).show(entry)
        self.query_one("#entry-title", PaneTitle).show(entry.title if entry is not None else "")

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self.show(*self.cockpit.moment)

    def selected_text(self) -> str:
        entry = self.query_one(EntryList).current
        return "\n".join(command for _, _, command in entry.lines if command) if entry is not None else ""

"""Whom to call: who is on call first, then in the order of the files; Enter copies how they are reached."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import Static

from cockpit.release.contacts import Callee, Purpose, whom_to_call
from cockpit.release.run import Run
from cockpit.reports.contacts import name_of, when_words
from cockpit.times import clock_time, zone
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList


class ContactRow(Struct, frozen=True):
    """A purpose, somebody to call for it, or one way to reach them."""

    title: str
    callee: Callee | None = None
    way: str = ""
    when: str = ""

    @property
    def key(self) -> str:
        """What names it among the others."""
        return f"{self.title}/{self.callee.contact.id if self.callee is not None else ''}/{self.way}"


def contact_rows(run: Run, now: float) -> Iterator[ContactRow]:
    """Yield the rows of all contacts at `now` (epoch seconds)."""
    for purpose in whom_to_call(run, now, zone(run.timezone)):
        yield from _rows_of(purpose, run, now)


def _rows_of(purpose: Purpose, run: Run, now: float) -> Iterator[ContactRow]:
    yield ContactRow(purpose.title)
    for one in purpose.callees:
        yield ContactRow(purpose.title, one, when=when_words(one, now, run.timezone))
        for way in one.ways:
            yield ContactRow(purpose.title, one, way)


class ContactList(RowList[ContactRow]):
    """Contacts by purpose; the cursor goes from one way to reach somebody to the next."""

    def __init__(self) -> None:
        super().__init__(empty="No contacts are written down: add `contacts:` to cockpit.yaml.")
        self._glyphs = choose_glyphs()

    def key_of(self, row: ContactRow) -> str:
        return row.key

    def selectable(self, row: ContactRow) -> bool:
        return bool(row.way)

    def draw(self, row: ContactRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: ContactRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        if one.callee is None:
            return row([part(one.title, inks.title)], [], width)
        if one.way:
            left: list[Part] = [
                (f"   {self._glyphs.cursor if cursor else ' '} ", inks.title),
                part(one.way, inks.strong if cursor else inks.plain),
            ]
            return row(left, [], width, over=inks.cursor if cursor else None)
        callee = one.callee
        ink = inks.good if callee.on_call else inks.muted
        left = [
            (f" {callee.place}. ", inks.muted),
            (fit(name_of(callee.contact), min(max(width - 34, 10), 40)), inks.strong if callee.ways else inks.muted),
            (" ", inks.plain),
            part(one.when, ink),
        ]
        return row(left, [], width)


class ContactsDialog(Dialog[None]):
    """Lists the contacts as of now."""

    BINDINGS = [Binding("q", "cancel", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static("", id="contacts-title", classes="dialog-title")
            yield ContactList()
            yield Static("", classes="dialog-hint")

    def on_mount(self) -> None:
        self.show_moment()
        self.query_one(ContactList).focus()
        self.set_interval(5.0, self.show_moment)

    def show_moment(self) -> None:
        """Show who is on call now."""
        run, _, now = self.cockpit.moment
        at = f"{clock_time(now, run.timezone)} {run.timezone}"
        self.query_one("#contacts-title", Static).update(safe_content(f"Whom to call: {run.service}, {at}"))
        contacts = self.query_one(ContactList)
        contacts.show(list(contact_rows(run, now)))
        self.hint(*(["Enter copies it"] if any(map(contacts.selectable, contacts.rows)) else []), "Esc leaves")

    @on(RowList.Chosen)
    def _copy(self, message: RowList.Chosen) -> None:
        self.cockpit.copy(message.row.way)

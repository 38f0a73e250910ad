"""Page 9: what recurs, overdue and due first, the item in detail, and the year by period."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from cockpit.release.live import Live
from cockpit.release.recurrence import Almanac, Occurrence
from cockpit.release.run import ItemView, Run
from cockpit.release.year import YearRow, year_of_cadences, year_of_items
from cockpit.times import date_time, zone
from cockpit.tui.commands import item_bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.items import ItemPage
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.checklist import ItemDetail
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.maintenance import NOTHING_RECURS, MaintenanceList, YearPane, grouped
from cockpit.tui.widgets.row_list import RowList

_RECKONED_EVERY = 30.0  # seconds: by then a period may have ended


class MaintenancePage(ItemPage):
    """The page that a service is looked after from, with or without a release."""

    BINDINGS = item_bindings()
    filter_hint = "text, state, cadence, role or name"
    first_focus = "#occurrences"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._reckoned = 0.0
        self._found: tuple[Occurrence, ...] = ()
        self._years: tuple[YearRow, ...] = ()
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Maintenance", id="maintenance-title")
        yield MaintenanceList(id="occurrences")
        yield PaneTitle("item", id="occurrence-title")
        yield ItemDetail(id="occurrence-detail")
        yield PaneTitle("Year", id="year-title")
        yield YearPane(id="year")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        if run is not self._run or not 0.0 <= now - self._reckoned < _RECKONED_EVERY:
            first, self._run, self._reckoned = self._run is None, run, now
            almanac = Almanac(run, now, zone(run.timezone))
            self._found = almanac.all()
            year = almanac.present("annually").year
            self._years = year_of_items(run, almanac, year)
            self.query_one("#year-title", PaneTitle).show(f"Year {year}")
            self._show_found(run)
            if first:
                self.query_one(MaintenanceList).action_cursor_top()
        self._show_detail()

    def read_again(self) -> None:
        self._reckoned = -_RECKONED_EVERY

    def _show_found(self, run: Run) -> None:
        listing = self.query_one(MaintenanceList)
        listing.timezone = run.timezone
        shown = [one for one in self._found if self._shown(one)]
        listing.empty = f"Nothing matches {self._filter!r}: Esc shows all." if self._filter else NOTHING_RECURS
        listing.show(grouped(shown))
        late = sum(one.state == "overdue" for one in self._found)
        due = sum(one.state == "due" for one in self._found)
        inks = inks_of(self.app)
        right = [
            (f"{late} overdue", inks.bad if late else inks.muted),
            (f" {choose_glyphs().dot} {due} due", inks.strong),
        ]
        left = [(f"/{self._filter}", inks.accent)] if self._filter else [(f"days of {run.timezone}", inks.muted)]
        self.query_one("#maintenance-title", PaneTitle).show(left=left, right=right)

    def _shown(self, one: Occurrence) -> bool:
        text = self._filter.removeprefix("!").casefold()
        if not text:
            return True
        view = one.view
        haystack = f"{view.item.title} {one.state} {view.state} {one.period.cadence} {view.item.role} {view.names}"
        return (text in haystack.casefold()) is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#occurrences")
    def _show_detail(self) -> None:
        run, _, now = self.cockpit.moment
        one = self.query_one(MaintenanceList).occurrence
        title = self.query_one("#occurrence-title", PaneTitle)
        inks = inks_of(self.app)
        if one is None:
            title.show("item", right=[])
        else:
            # The last minute in which it is in time, not the midnight after it.
            due = f"in time until {date_time(one.due_at - 60, run.timezone)}"
            title.show(one.view.item.title, right=[(f"{one.period.label} {choose_glyphs().dot} {due}", inks.muted)])
        view = one.view if one is not None else None
        self.query_one(ItemDetail).show(view, timezone=run.timezone, now=now)
        item = one.id.split("/", 2)[2] if one is not None else ""
        ours = [row for row in self._years if row.item == item]
        self.query_one(YearPane).show([*ours, *year_of_cadences(self._years)])

    @on(RowList.Chosen, "#occurrences")
    def _detail(self) -> None:
        view = self.selected_item()
        if view is not None:
            self.open_detail(view)

    def selected_item(self) -> ItemView | None:
        one = self.query_one(MaintenanceList).occurrence
        return one.view if one is not None else None

    def action_next_open(self) -> None:
        """Go to the next instance that waits, and around."""
        listing = self.query_one(MaintenanceList)
        waiting = [n for n, one in enumerate(listing.rows) if isinstance(one, Occurrence) and one.waits]
        if not waiting:
            self.cockpit.tell("nothing is due: what comes next stands below To come")
            return
        listing.cursor = next((n for n in waiting if n > listing.cursor), waiting[0])

    def go_to_item(self, identity: str) -> None:
        self.query_one(MaintenanceList).go_to(identity)

    def apply_filter(self, text: str) -> None:
        self._filter = text
        if self._run is not None:
            self._show_found(self._run)

    def next_match(self, step: int) -> None:
        listing = self.query_one(MaintenanceList)
        if step > 0:
            listing.action_cursor_down()
        else:
            listing.action_cursor_up()

    def selected_text(self) -> str:
        one = self.query_one(MaintenanceList).occurrence
        return f"{one.id} {one.state}" if one is not None else ""

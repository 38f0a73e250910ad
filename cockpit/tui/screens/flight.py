"""The main screen: the numbered pages, the filter line, and the commands that hold everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.css.query import NoMatches
from textual.widgets import ContentSwitcher, Input

from cockpit.collection import leave_alone_what_stays
from cockpit.layouts import Layout
from cockpit.release.intents import AddNote
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.abnormal import Ranked, is_breach
from cockpit.tui.commands import bindings
from cockpit.tui.pages.base import Page
from cockpit.tui.pages.checklist import ChecklistPage
from cockpit.tui.pages.items import ItemPage
from cockpit.tui.screens.base import StripScreen
from cockpit.tui.screens.pages import PageMaker
from cockpit.tui.stepping import redo, undo
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.strip import PAGES, PageTabs

if TYPE_CHECKING:
    from cockpit.release.review import Review


class FilterInput(Field):
    """The filter line; it shows only while one types in it or it filters."""

    BINDINGS = [("escape", "screen.clear_filter", "clear")]


class FlightScreen(StripScreen):
    """Everything of one release, a page at a time."""

    BINDINGS = bindings("everywhere")

    def __init__(self) -> None:
        super().__init__()
        self._pages = PageMaker(self, self.action_page, self._go_on_with_all)
        self._wanted_layout: Layout | None = None

    def compose_content(self) -> ComposeResult:
        yield PageTabs(id="tabs")
        with ContentSwitcher(initial="checklist", id="pages"):
            yield ChecklistPage(id="checklist")
        yield FilterInput(id="filter", placeholder="filter", compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.page.take_focus()
        self.app.theme_changed_signal.subscribe(self, lambda _: self._show_in_other_colours())
        self.cockpit.after_first_frame(self._pages.begin)

    async def wait_for_page(self) -> None:
        """Return once the page that was asked for is there: what is typed after that is meant for it."""
        await self._pages.wait_for_wanted()

    def _go_on_with_all(self) -> None:
        # Whoever has gone somewhere meanwhile is not taken elsewhere.
        if self._wanted_layout is not None and not self._pages.wanted:
            self.lay_out(self._wanted_layout)
        self.cockpit.load_palette()
        leave_alone_what_stays()

    def layout_now(self) -> Layout | None:
        """Return how the screen is laid out; None while it is being made, or taken down."""
        if not self.is_mounted or not self._pages.has_all:
            return None
        try:  # once a second: what is found is remembered, where asking for all would walk through every page
            page, typed = self.page, self.query_one(FilterInput)
        except NoMatches:
            return None
        if not (page.is_attached and typed.is_attached):
            return None  # on the way out its pages go first
        focused = self.focused
        own = focused is not None and page in focused.ancestors and focused.id
        return Layout(
            page.id or "", page.row_key(), own or "", self.maximized is not None, typed.value if typed.display else ""
        )

    def lay_out(self, layout: Layout) -> None:
        """Lay the screen out as somebody left it; a filter first, for it decides what is listed."""
        if not self._pages.has_all:
            self._wanted_layout = layout
            return
        if layout.page not in {page for _, page, _, _ in PAGES}:
            return
        self.action_page(layout.page)
        page = self.page
        if layout.filter:
            field = self.query_one(FilterInput)
            field.display = True
            field.value = layout.filter
            page.apply_filter(layout.filter)
        if layout.row:
            page.go_to_row(layout.row)
        pane = next((one for one in page.query("*") if layout.pane and one.id == layout.pane), None)
        if pane is not None and pane.focusable:
            self.set_focus(pane)
            if layout.zoomed:
                self.maximize(pane)

    def _show_in_other_colours(self) -> None:
        """Let every page tell again what it has told in the inks of another theme."""
        for page in self.query_one(ContentSwitcher).children:
            if isinstance(page, Page):
                page.read_again()
        self.show_moment(*self.cockpit.moment)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        switcher = self.query_one(ContentSwitcher)
        return self.query_one(f"#{switcher.current}", Page)

    @property
    def place(self) -> str:
        if not self.is_mounted or self.query_one(ContentSwitcher).current is None:
            return ""  # it is not there yet
        page = self.page
        marked = page.looked_at()
        return f"{page.id}: {marked}" if marked else page.id or ""

    @property
    def step_seconds(self) -> float:  # type: ignore[override]
        """By how much an arrow goes into the past: on the review an hour, elsewhere a record."""
        return 3600.0 if self.page.id == "review" else 0.0

    def shown_review(self) -> Review | None:
        """Return the review, where its page is shown."""
        from cockpit.tui.pages.review import ReviewPage

        page = self.page
        return page.review if isinstance(page, ReviewPage) else None

    def review_since(self, text: str) -> None:
        """Go to the review, and let it begin there."""
        from cockpit.tui.pages.review import ReviewPage

        self.action_page("review")
        if "review" in self._pages:
            self.query_one(ReviewPage).since(text)

    def show_content(self, run: Run, live: Live, now: float) -> None:
        self.query_one(PageTabs).show(self.page.id or "", run, live, now)
        self.page.show(run, live, now)

    # Going places

    def action_page(self, page: str) -> None:
        """Go to a page; a filter stays with the page it was typed on."""
        if not self._pages.has_all:
            self._pages.wanted = page
            if page not in self._pages:
                return
        if self.cockpit.tour is not None:
            self.cockpit.tour.asked = page
        switcher = self.query_one(ContentSwitcher)
        if switcher.current != page:
            self.minimize()  # or one would look at the old page, and the keys act on the new one
            self.action_clear_filter()
            switcher.current = page
            self.page.turned_to()
        self.show_moment(*self.cockpit.moment)
        self.page.take_focus()

    @on(PageTabs.Picked)
    def _go_to_picked(self, message: PageTabs.Picked) -> None:
        self.action_page(message.page)

    def action_execution(self) -> None:
        """Go to the execution that runs, or the last one."""
        if self.cockpit.moment[0].executions:
            self._show_execution()
        else:
            self.cockpit.tell("nothing has been rolled back or deployed in this run; 4 lists the tags")

    def go_to(self, place: str) -> None:
        """Go to a page, or to the execution's own screen."""
        if place == "execution":
            self._show_execution()
        else:
            self.action_page(place)

    def _show_execution(self) -> None:
        from cockpit.tui.screens.execution import ExecutionScreen

        self.app.push_screen(ExecutionScreen())

    def action_up_a_level(self) -> None:
        """Clear the filter, show all panes, go back from the past, leave the tour, or go to the list; never abort."""
        if self.query_one(FilterInput).display:
            self.action_clear_filter()
        elif self.maximized is not None:
            self.minimize()
        elif self.cockpit.past.shown is not None:
            self.action_past_now()
        elif not self.leave_tour():
            self.page.take_focus()

    def action_leave(self) -> None:
        """Go back to the first page; there, ask whether to leave."""
        from cockpit.tui.dialogs.ask import ConfirmDialog

        if self.maximized is not None:
            self.minimize()
        elif self.page.id != "checklist":
            self.action_page("checklist")
        else:
            execution = self.cockpit.moment[0].current_execution
            running = execution is not None and execution.state == "running"
            question = "Leave the cockpit? What runs goes on without it." if running else "Leave the cockpit?"
            self.app.push_screen(ConfirmDialog(question, "Leave"), self._leave)

    def _leave(self, yes: bool | None) -> None:
        if yes:
            self.app.exit(0)

    def action_zoom(self) -> None:
        """Give the whole screen to the focused pane."""
        if self.focused is not None and not self.maximize(self.focused):
            self.cockpit.tell("there is no more of it to see; Tab goes to another pane")

    def action_unzoom(self) -> None:
        """Show all panes again."""
        self.minimize()

    def action_help(self) -> None:
        """Show the keys that hold here."""
        from cockpit.tui.dialogs.help import HelpDialog

        title = next((title for _, page, _, title in PAGES if page == self.page.id), "Cockpit")
        active = {bound.binding.id or "" for bound in self.active_bindings.values()}
        self.app.push_screen(HelpDialog(title, active, self.page.filter_help))

    def action_palette(self) -> None:
        """Open the palette."""
        self.app.action_command_palette()

    def action_abnormal(self) -> None:
        """List what is not as it should be, and go to what is picked."""
        from cockpit.tui.dialogs.abnormal import AbnormalDialog

        self.app.push_screen(AbnormalDialog(), lambda found: self.go_to_alarm(found) if found is not None else None)

    def go_to_alarm(self, found: Ranked) -> None:
        """Go to what helps with an alarm: its runbook, the proposed rollback's card, or else what it is about."""
        from cockpit.tui.pages.runbooks import RunbooksPage
        from cockpit.tui.pages.tags import TagsPage

        alarm = found.alarm
        if not self._pages.has_all:
            self.go_to(alarm.page)
            return
        if alarm.page == "runbooks":
            self.query_one(RunbooksPage).choose_incident(alarm.item)
        if found.runbook:
            self.action_page("runbooks")
            self.query_one(RunbooksPage).open_runbook(found.runbook)
            return
        self.go_to(alarm.page)
        if is_breach(alarm):
            self.query_one(TagsPage).open_proposed()
        elif alarm.key == "deploys":
            self.action_unlock()
        elif alarm.item and isinstance(self.page, ItemPage):
            self.page.go_to_item(alarm.item)

    def action_refresh_all(self) -> None:
        """Read everything again, and paint it anew."""
        self.cockpit.paint_all()
        self.cockpit.refresh_feeds()
        self.page.read_again()
        self.page.show(*self.cockpit.moment)

    # Filter

    def action_filter(self) -> None:
        """Type a filter."""
        field = self.query_one(FilterInput)
        field.placeholder = f"filter by {self.page.filter_hint}; ! inverts"
        field.display = True
        self.set_focus(field, scroll_visible=False)  # at once: what is typed on must not fall on the list's keys

    def action_clear_filter(self) -> None:
        """Show everything again."""
        field = self.query_one(FilterInput)
        if field.value:
            field.value = ""
            self.page.apply_filter("")
        if field.display:
            field.display = False
            self.page.take_focus()

    @on(Input.Changed, "#filter")
    def _filter_as_typed(self, event: Input.Changed) -> None:
        self.page.apply_filter(event.value)

    @on(Input.Submitted, "#filter")
    def _filter_typed(self) -> None:
        complaint = self.page.filter_complaint
        if complaint:
            self.cockpit.tell(complaint, severity="warning")
            return
        remark = self.page.filter_remark
        if remark:
            self.cockpit.tell(remark, severity="warning")
        self.query_one(FilterInput).display = bool(self.query_one(FilterInput).value)
        self.page.take_focus()

    def action_next_match(self) -> None:
        """Go to the next match."""
        self.page.next_match(1)

    def action_previous_match(self) -> None:
        """Go to the previous match."""
        self.page.next_match(-1)

    # Records

    def action_copy_shown(self) -> None:
        """Send the selected line to the terminal's clipboard, and to a file."""
        text = self.page.selected_text()
        if text:
            self.cockpit.copy(text)
        else:
            self.cockpit.tell("there is nothing to copy here: Tab goes to a pane with lines")

    def action_undo(self) -> None:
        """Undo one's own last record, after showing it."""
        undo(self.cockpit)

    def action_redo(self) -> None:
        """Redo what one has undone last, after showing it."""
        redo(self.cockpit)

    def action_note(self) -> None:
        """Write a note: on the item or incident under the cursor, elsewhere on the release."""
        from cockpit.tui.dialogs.ask import AskDialog

        about = self.page.subject()

        def write(text: str | None) -> None:
            if text:
                self.cockpit.act(AddNote(text, about.item, about.incident), said="noted")

        dialog = AskDialog(f"Note on {about.words}", "What the next person should know")
        self.app.push_screen(dialog.drafted(self.cockpit.drafts.about(f"note {about.item} {about.incident}")), write)

"""Page 1: the phases, the items of one, its pause point, the item in detail, and beside them logs and probes."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from cockpit.errors import UsageError
from cockpit.release.due import DueCount, PhaseDues, due_of, dues_in
from cockpit.release.gates import debt_of, gate_seen
from cockpit.release.item_filter import TERMS, ItemFilter, Moment, is_mine, parse_item_filter
from cockpit.release.item_state import NO_GO, ItemState
from cockpit.release.live import Live
from cockpit.release.periods import CADENCES, period_at
from cockpit.release.recurrence import Almanac
from cockpit.release.run import ItemView, Run
from cockpit.times import zone
from cockpit.tui.commands import bindings, commands_of
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.items import ItemPage
from cockpit.tui.rows import Part, part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.checklist import ItemDetail, ItemList, PausePoint
from cockpit.tui.widgets.lines import TAKEN_IN, PaneTitle
from cockpit.tui.widgets.log_panes import LogPanes
from cockpit.tui.widgets.phases import Fact, PhaseColumn, PhaseStrip, progress_of
from cockpit.tui.widgets.probes import ProbeBoard, ProbeStrip, no_probes
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.timeline import TimelineList

_WAITING = NO_GO | {ItemState.OPEN, ItemState.CLAIMED}

# Where the reasons of a poll lead that are no items.
_PLACES = {
    "run": "timeline", "freeze": "timeline", "probe": "probes", "execution": "execution", "signoff": "review",
}  # fmt: skip
_ITEM_ACTIONS = frozenset(command.binding_action for command in commands_of("checklist"))

_PHASE_ACTIONS = frozenset({"poll", "previous_phase", "next_phase", "next_open", "mine_only"})


class ChecklistPage(ItemPage):
    """The page a release is flown from."""

    BINDINGS = bindings("checklist")
    filter_hint = "words state:open role:ops owner:me due:overdue is:mine"
    filter_help = TERMS
    first_focus = "#items"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._phase_index: int | None = None
        self._filter = ""
        self._parsed = ItemFilter()
        self._mine = False
        self._dues: tuple[PhaseDues, ...] = ()  # of each phase
        self._late: tuple[DueCount, ...] = ()
        self._days: tuple[str, ...] = ()  # the present periods, which what recurs is shown for
        self._wants_all = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="upper"):
            with Vertical(id="phases-side"):
                yield PaneTitle("Phases", id="phases-title")
                yield PhaseColumn(id="phases")
            with Vertical(id="middle"):
                yield PhaseStrip(id="phase-strip")
                yield PaneTitle("", id="items-title")
                yield ItemList(id="items")
                yield PausePoint(id="pause-point")
                yield PaneTitle("item", id="item-title")
                yield ItemDetail(id="item-detail")
            with Vertical(id="right-side"):
                yield PaneTitle("Probes", id="board-title")
                yield ProbeBoard(id="board")
                yield PaneTitle("Timeline", id="recent-title")
                yield TimelineList(compact=True, id="recent")
        yield LogPanes(id="tails", limit=2, aside=True)
        yield PaneTitle("probes", id="strip-title")
        yield ProbeStrip(id="probe-strip")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the item keys hold only where an item is looked at, not in a log beside it."""
        if action in _ITEM_ACTIONS:
            focused = self.screen.focused
            if focused is not None and focused.id == "pause-point":
                return action in _PHASE_ACTIONS
            return focused is not None and focused.id in {"items", "phases"}
        return super().check_action(action, parameters)

    def looked_at(self) -> str:
        item = self.selected_item()
        return item.item.title if item is not None else ""

    # Data down

    def show(self, run: Run, live: Live, now: float) -> None:
        days = tuple(period_at(now, cadence, zone(run.timezone)).label for cadence in CADENCES)
        changed = run is not self._run or days != self._days or self._wants_all
        first = self._run is None
        self._run, self._days, self._wants_all = run, days, False
        if self._phase_index is None:
            current = run.current_phase
            self._phase_index = run.phases.index(current) if current is not None else 0
        if changed:
            self._dues = dues_in(run, zone(run.timezone))
        late = tuple(dues.count(now) for dues in self._dues)
        if changed or late != self._late:
            self._late = late
            self._show_run(run)
        if changed:
            if first:
                self._go_to_first_open()
            timeline = self.query_one(TimelineList)
            timeline.now = now
            timeline.show_run(run)
            if first:
                self.cockpit.after_first_frame(self._show_logs)
            else:
                self._show_logs()
        self._show_gate(run, live, now)
        board, strip = self.query_one(ProbeBoard), self.query_one(ProbeStrip)
        if board.display:
            board.now = now
            board.tell_empty(run, live.probes)
            board.show(live.probes)
        strip.show(live.probes, now, empty=no_probes(run))
        items = self.query_one(ItemList)
        items.me = self.cockpit.workspace.session.actor
        items.tick(now, trusted=live.trusted, production=run.production)
        self._show_item(run, now)

    def read_again(self) -> None:
        self._wants_all = True

    def _show_logs(self) -> None:
        run, live, _ = self.cockpit.moment
        if self.is_attached:
            self.query_one(LogPanes).show(run, trusted=live.trusted)

    def _show_item(self, run: Run, now: float) -> None:
        view = self.query_one(ItemList).item
        self.query_one("#item-title", PaneTitle).show(view.item.title if view is not None else "item")
        self.query_one(ItemDetail).show(
            view,
            timezone=run.timezone,
            now=now,
            trusted=self.cockpit.live.trusted,
            production=run.production,
            due=due_of(view, run, zone(run.timezone)) if view is not None else None,
        )

    def _show_run(self, run: Run) -> None:
        index = min(self._phase_index or 0, max(len(run.phases) - 1, 0))
        column = self.query_one(PhaseColumn)
        overdue = [count.overdue for count in self._late]
        column.late = {column.key_of(phase): late for phase, late in zip(run.phases, overdue, strict=True)}
        column.show(run.phases)
        column.cursor = index
        facts = self._facts(run, index) if run.phases else []
        if self._mine:
            facts.append(Fact("mine", inks_of(self.app).accent, 5))
        self.query_one(PhaseStrip).show(run.phases, index, overdue, facts)
        items = self.query_one(ItemList)
        items.timezone = run.timezone
        items.empty = self._why_empty(run)
        items.dues = self._dues[index].by_item if index < len(self._dues) else {}
        moment = Moment(
            self.cockpit.workspace.session.actor, self.cockpit.moment[2], lambda view: items.dues.get(view.id)
        )
        listed = self._listed(run, index)
        items.show_items([view for view in listed if self._shown(view, moment)])
        self._show_title(run, index)

    def _listed(self, run: Run, index: int) -> list[ItemView]:
        """Return a phase's items; one that recurs stands as its instance of the present period."""
        if not run.phases:
            return []
        almanac = Almanac(run, self.cockpit.moment[2], zone(run.timezone))
        items = run.phases[index].items
        present = [(view, almanac.current(view) if view.item.cadence is not None else None) for view in items]
        return [view if one is None else one.view for view, one in present]

    def _why_empty(self, run: Run) -> str:
        if not run.phases:
            return "No checklist is pinned: name one under `checklists:` in cockpit.yaml."
        if self.filter_complaint:
            return self.filter_complaint
        if self._filter:
            return f"No item of this phase matches {self._filter!r}: Esc shows all."
        return "No item is yours here: m shows all." if self._mine else f"This phase has no items yet. {TAKEN_IN}"

    def _show_title(self, run: Run, index: int) -> None:
        if not run.phases:
            return
        inks = inks_of(self.app)
        phase = run.phases[index]
        dot = choose_glyphs().dot
        cramped = bool(self._filter) and self.size.width < 100
        right: list[Part] = [(progress_of(phase), inks.good if phase.state == "done" else inks.strong)]
        for fact in self._facts(run, index):
            if fact.calls or not cramped:
                right += [(f" {dot} ", inks.muted), (fact.words, fact.ink)]
        left: list[Part] = [part(phase.phase.when, inks.muted)] if phase.phase.when and self.size.width >= 100 else []
        if self._filter:
            left.append(part(f"/{self._filter}", inks.accent))
        if self._mine:
            left.append(("mine", inks.accent))
        self.query_one("#items-title", PaneTitle).show(f"{index + 1} {phase.phase.title}", left=left, right=right)

    def _facts(self, run: Run, index: int) -> list[Fact]:
        """Return what there is to know of a phase beside its progress."""
        inks, phase, count = inks_of(self.app), run.phases[index], self._late[index]
        deferred = sum(view.state is ItemState.DEFERRED for view in phase.items)
        stale = sum(view.state is ItemState.STALE for view in phase.items)
        facts = [
            Fact(f"deferred {deferred}", inks.muted, 1),
            Fact(f"debt {len(debt_of(run))}", inks.muted, 2),
            Fact(f"{choose_glyphs().late} overdue {count.overdue}", inks.bad, 4, on=bool(count.overdue)),
            Fact(f"due {count.upcoming}", inks.muted, 0, on=bool(count.upcoming)),
            Fact(f"stale {stale}", inks.warn, 3, on=bool(stale)),
        ]
        return [fact for fact in facts if fact.on]

    def _show_gate(self, run: Run, live: Live, now: float) -> None:
        index = self._phase_index or 0
        phase = run.phases[index] if index < len(run.phases) else None
        gate = gate_seen(run, phase, live, now=now) if phase is not None and phase.phase.pause_point else None
        self.query_one(PausePoint).show(gate)

    def _shown(self, view: ItemView, moment: Moment) -> bool:
        if self.filter_complaint or (self._mine and not is_mine(view, moment.me)):
            return False
        return self._parsed.matches(view, moment)

    # Moving

    def _go_to_first_open(self) -> None:
        items = self.query_one(ItemList)
        first = next((row for row in items.rows if isinstance(row, ItemView) and row.state in _WAITING), None)
        if first is not None:
            items.go_to(first.id)

    def go_to_item(self, identity: str) -> None:
        run = self._run
        for number, phase in enumerate(run.phases if run is not None else ()):
            if any(view.id == identity for view in phase.items):
                self._turn_to(number)
                if not self.query_one(ItemList).go_to(identity):
                    self.cockpit.tell("that item is hidden by the filter: Esc shows all", severity="warning")
                return

    def row_key(self) -> str:
        view = self.selected_item()
        return view.id if view is not None else ""

    def go_to_row(self, key: str) -> None:
        run = self._run
        for number, phase in enumerate(run.phases if run is not None else ()):
            if any(view.id == key for view in phase.items):
                self._turn_to(number)
                self.query_one(ItemList).go_to(key)

    def apply_filter(self, text: str) -> None:
        self._filter, self.filter_complaint = text, ""
        try:
            self._parsed = parse_item_filter(text)
        except UsageError as error:
            self.filter_complaint = str(error)
        if self._run is not None:
            self._show_run(self._run)
            self._show_detail()  # where nothing is listed, nothing is selected

    def next_match(self, step: int) -> None:
        items = self.query_one(ItemList)
        if step > 0:
            items.action_cursor_down()
        else:
            items.action_cursor_up()

    def selected_item(self) -> ItemView | None:
        return self.query_one(ItemList).item

    def selected_text(self) -> str:
        view = self.selected_item()
        if view is None:
            return ""
        return view.item.run or view.item.text

    @on(RowList.Highlighted, "#items")
    def _show_detail(self) -> None:
        run, _, now = self.cockpit.moment
        self._show_item(run, now)

    @on(RowList.Highlighted, "#phases")
    def _phase_highlighted(self) -> None:
        column = self.query_one(PhaseColumn)
        if column.has_focus:
            self._turn_to(column.cursor)

    @on(RowList.Chosen, "#phases")
    def _phase_chosen(self) -> None:
        self.take_focus()

    @on(PhaseStrip.Picked)
    def _phase_picked(self, message: PhaseStrip.Picked) -> None:
        self._turn_to(message.index)

    def _turn_to(self, index: int) -> None:
        run = self._run
        if run is None or not run.phases:
            return
        wanted = max(0, min(index, len(run.phases) - 1))
        if wanted != self._phase_index:
            self._phase_index = wanted
            self._show_run(run)
            self._show_gate(run, *self.cockpit.moment[1:])
            self._go_to_first_open()  # not where the cursor was in the other phase: a reflex would tick what is there

    def action_next_phase(self) -> None:
        """Show the phase after."""
        self._turn_to((self._phase_index or 0) + 1)

    def action_previous_phase(self) -> None:
        """Show the phase before."""
        self._turn_to((self._phase_index or 0) - 1)

    def action_next_open(self) -> None:
        """Go to the next open item, in this phase or a later one."""
        run = self._run
        if run is None:
            return
        here = self.selected_item()
        ordered = [view for phase in run.phases for view in phase.once]
        start = next((n for n, view in enumerate(ordered) if here is not None and view.id == here.id), -1)
        for view in ordered[start + 1 :] + ordered[: start + 1]:
            if view.state in _WAITING:
                self._turn_to(next(n for n, phase in enumerate(run.phases) if view in phase.items))
                self.query_one(ItemList).go_to(view.id)
                return
        self.cockpit.tell("no item is open in any phase: O opens the one under the cursor again")

    def action_mine_only(self) -> None:
        """List only one's own items, or all."""
        self._mine = not self._mine
        if self._run is not None:
            self._show_run(self._run)

    # Items

    @on(RowList.Chosen, "#items")
    def _detail(self) -> None:
        view = self.selected_item()
        if view is not None:
            self.open_detail(view)

    @on(PausePoint.Opened)
    def action_poll(self) -> None:
        """Open the phase's go/no-go poll; a reason that is picked there is an item to go to."""
        from cockpit.tui.dialogs.poll import PollDialog
        from cockpit.tui.dialogs.roles import RolesDialog

        gate = self.query_one(PausePoint).gate
        if gate is None:
            self.cockpit.tell("this phase does not end in a pause point: Left and Right go to one that does")
            return

        def go(about: str | None) -> None:
            kind, _, _ = (about or "").partition(":")
            if kind == "role" and self._run is not None:
                self.app.push_screen(RolesDialog(self._run.phases[self._phase_index or 0].phase.id))
            elif about == "run:rolled-back" and self.cockpit.flight is not None:
                self.cockpit.flight.action_retarget()  # that is the way out of it
            elif kind in _PLACES:
                self.cockpit.go_to(_PLACES[kind])
            elif about and self.query_one(ItemList).go_to(about):
                self.take_focus()
            elif about:
                self.cockpit.tell("that item is hidden by the filter: Esc shows all", severity="warning")

        self.app.push_screen(PollDialog(gate), go)

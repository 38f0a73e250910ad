"""A rollback or deploy as it runs: its steps, what they print, and what a person can do when it stops."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from cockpit.execution.control import output_path
from cockpit.release.live import Live
from cockpit.release.plan import describe
from cockpit.release.run import ExecutionView, Run
from cockpit.tui.abnormal import Ranked
from cockpit.tui.alarms import is_elsewhere, worker_gone
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.help import HelpDialog
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part
from cockpit.tui.screens.execution_controls import ExecutionControls
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.execution import OutcomeLine, StepDetail, StepList
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.log_pane import LogPane
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.row_list import RowList

# What also holds here; the pages themselves are a screen away.
_GENERAL = frozenset(
    f"everywhere.{name}"
    for name in ("help", "palette", "leave", "up_a_level", "next_pane", "previous_pane", "zoom", "unzoom", "copy_shown",
                 "abnormal", "who", "page_checklist", "page_logs", "page_probes", "page_tags", "page_runbooks",
                 "page_timeline", "tour", "tour_next", "tour_back")
)  # fmt: skip


class ExecutionScreen(ExecutionControls):
    """Follows the present execution, or the last one; leaving it stops nothing."""

    BINDINGS = [
        *bindings("execution"),
        *[b for b in bindings("everywhere") if getattr(b, "id", "") in _GENERAL],
    ]  # fmt: skip

    _followed: tuple[str, int | None] = ("", None)  # the step that the cursor was brought to last

    def compose_content(self) -> ComposeResult:
        yield PaneTitle("Execution", id="execution-title")
        yield StepList(id="steps")
        yield StepDetail(id="step-detail")
        yield OutcomeLine(id="outcome")
        yield Vertical(id="output-place")

    @property
    def place(self) -> str:
        return "execution"

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(StepList).focus()
        self.cockpit.keep_place()

    def show_content(self, run: Run, live: Live, now: float) -> None:
        view = run.current_execution or (run.executions[-1] if run.executions else None)
        if view is None:
            return
        if self._view is None or view.id != self._view.id:
            self._show_output(run, view)
        if self._view is None or view.state != self._view.state:
            self.refresh_bindings()
        self._view = view
        verb = "Rollback" if view.direction == "rollback" else "Deploy"
        inks = inks_of(self.app)
        from_what = view.from_tag or view.from_commit[:8]
        left: list[Part] = [
            part(f"{from_what} {choose_glyphs().arrow} {view.tag}", inks.strong),
            part(f"{run.service} {run.environment} on {view.host}, by {view.by.name}", inks.muted),
        ]
        self.query_one("#execution-title", PaneTitle).show(verb, left=left, lit=True)
        steps = self.query_one(StepList)
        steps.now = now
        if view.plan is not None:
            steps.show(
                [(step, view.plan.steps[step.index]) for step in view.steps if step.index < len(view.plan.steps)]
            )
            widest = max((len(step.title) for step in view.plan.steps), default=0)
            steps.title_width = min(widest, 48 if self.size.width >= 100 else 36)
            active = next((step.index for step in view.steps if step.state in {"running", "failed", "timed-out"}), None)
            if active is not None and (view.id, active) != self._followed:
                steps.go_to(str(active))
            self._followed = (view.id, active)  # once: whoever looks at another step stays there
        self._show_detail()
        self.query_one(OutcomeLine).show(
            view, worker_gone=worker_gone(view, live, now), elsewhere=is_elsewhere(view, live)
        )

    @on(RowList.Highlighted, "#steps")
    def _show_detail(self) -> None:
        self.query_one(StepDetail).show(self.query_one(StepList).untold)

    def _show_output(self, run: Run, view: ExecutionView) -> None:
        place = self.query_one("#output-place", Vertical)
        place.remove_children()
        path = output_path(self.cockpit.workspace.executions_directory, view.id)
        pane = LogPane("output", path, run.timezone, clock=self.cockpit.now, beside=False)
        pane.view.fold()  # a path at the end of a line is what one may have to find again
        place.mount(pane)

    def on_log_tail_evidence_chosen(self, message: LogTail.EvidenceChosen) -> None:
        """Attach what was chosen of the output to an item."""
        from cockpit.tui.widgets.log_evidence import attach_lines

        attach_lines(self.cockpit, message.name, message.text)

    def leave_for_good(self) -> None:
        """Go back to where one came from; a second key that came meanwhile must not take the screen below away, too."""
        if self.is_active:
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Leave the screen; the execution goes on."""
        self.leave_for_good()

    def action_up_a_level(self) -> None:
        """Leave the screen; the execution goes on."""
        self.leave_for_good()

    def action_help(self) -> None:
        """Show the keys that hold here."""
        active = {bound.binding.id or "" for bound in self.active_bindings.values()}
        self.app.push_screen(HelpDialog("Execution", active))

    def action_palette(self) -> None:
        """Open the palette."""
        self.app.action_command_palette()

    def action_abnormal(self) -> None:
        """List what is not as it should be; what is picked elsewhere is a screen away."""

        def go(found: Ranked | None) -> None:
            if found is not None and (found.runbook or found.alarm.page != "execution"):
                self.leave_for_good()
                self.cockpit.go_to_alarm(found)

        self.app.push_screen(AbnormalDialog(), go)

    def action_page(self, page: str) -> None:
        """Go to a page; the execution goes on."""
        self._go(page)

    def _go(self, place: str) -> None:
        if place != "execution":
            self.leave_for_good()
            self.cockpit.go_to(place)

    def action_zoom(self) -> None:
        """Give the whole screen to the focused pane."""
        if self.focused is not None:
            self.maximize(self.focused)

    def action_unzoom(self) -> None:
        """Show all panes again."""
        self.minimize()

    def action_copy_shown(self) -> None:
        """Send the step under the cursor to the terminal's clipboard, and to a file."""
        current = self.query_one(StepList).current
        if current is not None:
            view, step = current
            self.cockpit.copy(f"{step.title}: {view.state} {view.detail}\n{describe(step)}")

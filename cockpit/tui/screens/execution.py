"""A rollback or deploy as it runs: its steps, what they print, and what a person can do when it stops."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.executing import abort_execution, start_worker
from cockpit.execution.control import output_path, skip_step
from cockpit.execution.progress import PASSED
from cockpit.release.intents import ConfirmExecution
from cockpit.release.live import Live
from cockpit.release.plan import PlanStep, describe
from cockpit.release.run import ExecutionView, Run, StepView
from cockpit.times import epoch, zone
from cockpit.tui.alarms import worker_gone
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.help import HelpDialog
from cockpit.tui.dialogs.without_lease import start_leased
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, part, row, width_of
from cockpit.tui.screens.base import StripScreen
from cockpit.tui.status_style import step_look
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.lines import LineWidget, PaneTitle
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.row_list import RowList


class StepList(RowList[tuple[StepView, PlanStep]]):
    """The steps with their states; the cursor follows the one under way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="The plan is not here yet.", id=id)
        self._glyphs = choose_glyphs()
        self.now = 0.0
        self.title_width = 24

    def key_of(self, row: tuple[StepView, PlanStep]) -> str:
        return str(row[0].index)

    def draw(self, row: tuple[StepView, PlanStep], width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(*row, width, inks, cursor=cursor)

    def _lay(self, view: StepView, step: PlanStep, width: int, inks: Inks, *, cursor: bool) -> Strip:
        look = step_look(view.state, self._glyphs, inks)
        seconds = view.seconds
        if view.state == "running":
            seconds = max(self.now - epoch(view.started), 0.0)
        right: list[Part] = [(f" {short_duration(seconds):>5} " if view.attempt else "       ", inks.muted)]
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (f" {view.index + 1} ", inks.muted),
            (fit(step.title, self.title_width), inks.strong if view.state == "running" else inks.plain),
            (" ", inks.plain),
            (f"{look.word:<10}", look.ink),
            (" ", inks.plain),
        ]
        detail = view.detail or (describe(step) if view.state in {"pending", "running"} else "")
        if view.state == "running" and step.hosts:
            detail = f"{sum(each.done for each in view.hosts)}/{len(step.hosts)} hosts"
        room = width - width_of(left) - width_of(right)
        if room > 8:
            left.append(part(detail, inks.bad if view.state in {"failed", "timed-out"} else inks.muted))
        return row(left, right, width, over=inks.cursor if cursor else None)


class OutcomeLine(LineWidget):
    """Where the execution stands, in one unmistakable line."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: ExecutionView | None = None
        self._gone = False

    def show(self, view: ExecutionView, *, worker_gone: bool) -> None:
        """Show an execution's outcome, or that nobody carries it out any more."""
        self._view, self._gone = view, worker_gone
        self.refresh()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        view = self._view
        if view is None:
            return Strip.blank(width)
        words = {
            "requested": (" STARTING ", inks.caution, "the worker starts"),
            "running": (" RUNNING ", inks.caution, "q leaves this screen; the execution goes on without it"),
            "stopped": (" STOPPED ", inks.alarm, view.detail),
            "succeeded": (" DONE ", inks.badge, view.detail),
            "unverified": (" UNVERIFIED ", inks.alarm, view.detail),
            "confirmed": (" DONE, BY A PERSON'S WORD ", inks.caution, view.told),
            "aborted": (" ABORTED ", inks.alarm, view.detail),
        }
        word, ink, text = words["confirmed" if view.confirmed is not None else view.state]
        if self._gone:
            word, ink, text = " WORKER GONE ", inks.alarm, "r goes on where it fell, A aborts"
        return row([(" ", inks.plain), (word, ink), (" ", inks.plain), part(text, inks.strong)], [], width)


# What also holds here; the pages themselves are a screen away.
_GENERAL = frozenset(
    f"everywhere.{name}"
    for name in ("help", "palette", "leave", "up_a_level", "next_pane", "previous_pane", "zoom", "unzoom", "copy_shown",
                 "abnormal", "who", "page_checklist", "page_logs", "page_probes", "page_tags", "page_runbooks",
                 "page_timeline")
)  # fmt: skip


class ExecutionScreen(StripScreen):
    """Follows the present execution, or the last one; leaving it stops nothing."""

    BINDINGS = [
        *bindings("execution"),
        *[b for b in bindings("everywhere") if getattr(b, "id", "") in _GENERAL],
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._view: ExecutionView | None = None

    def compose_content(self) -> ComposeResult:
        yield PaneTitle("Execution", id="execution-title")
        yield StepList(id="steps")
        yield OutcomeLine(id="outcome")
        yield PaneTitle("output", id="output-title")
        yield Vertical(id="output-place")

    @property
    def place(self) -> str:
        return "execution"

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(StepList).focus()

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
            if active is not None:
                steps.go_to(str(active))
        self.query_one(OutcomeLine).show(view, worker_gone=worker_gone(view, live, now))

    def _show_output(self, run: Run, view: ExecutionView) -> None:
        place = self.query_one("#output-place", Vertical)
        place.remove_children()
        path = output_path(self.cockpit.workspace.executions_directory, view.id)
        place.mount(LogTail("output", path, timezone=zone(run.timezone), clock=self.cockpit.now))

    def action_leave(self) -> None:
        """Leave the screen; the execution goes on."""
        self.app.pop_screen()

    def action_up_a_level(self) -> None:
        """Leave the screen; the execution goes on."""
        self.app.pop_screen()

    def action_help(self) -> None:
        """Show the keys that hold here."""
        active = {bound.binding.id or "" for bound in self.active_bindings.values()}
        self.app.push_screen(HelpDialog("Execution", active))

    def action_palette(self) -> None:
        """Open the palette."""
        self.app.action_command_palette()

    def action_abnormal(self) -> None:
        """List what is not as it should be; what is picked elsewhere is a screen away."""
        self.app.push_screen(AbnormalDialog(), lambda alarm: self._go(alarm.page) if alarm else None)

    def action_page(self, page: str) -> None:
        """Go to a page; the execution goes on."""
        self._go(page)

    def _go(self, place: str) -> None:
        if place != "execution":
            self.app.pop_screen()
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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what is possible now: nothing can be retried, skipped or aborted once it is over."""
        view = self._view
        if action == "confirm_execution":
            return view is not None and view.outcome == "unverified" and view.confirmed is None
        if action == "skip_step":
            return view is not None and view.state == "stopped"
        if action in {"retry_step", "abort_execution"}:
            return view is not None and not view.over
        return super().check_action(action, parameters)

    def _stopped(self) -> ExecutionView | None:
        view = self._view
        if view is None or view.over:
            self.cockpit.tell("this execution is over")
            return None
        return view

    def action_retry_step(self) -> None:
        """Start a worker for the rest: it tries the failed step again, or goes on where another worker fell."""
        view = self._stopped()
        if view is None:
            return
        titles = [step.title for step in view.plan.steps] if view.plan is not None else []
        waiting = next((step for step in view.steps if step.state not in PASSED), None)
        name = titles[waiting.index] if waiting is not None and waiting.index < len(titles) else "the next step"

        def answered(yes: bool | None) -> None:
            if yes:
                start_leased(
                    self.cockpit,
                    lambda reason: start_worker(self.cockpit.workspace, view.id, without_lease=reason),
                )

        self.app.push_screen(ConfirmDialog(f"Go on with: {name}?", "Go on"), answered)

    def action_skip_step(self) -> None:
        """Skip the failed step, where the plan allows it, and go on; some want a reason."""
        view = self._stopped()
        if view is None or view.plan is None:
            return
        waiting = next((step for step in view.steps if step.state not in PASSED), None)
        step = view.plan.steps[waiting.index] if waiting is not None else None
        if step is not None and step.skippable:
            ask = AskDialog(f"Skip: {step.title}", "why it may be left out")
            self.app.push_screen(ask, lambda reason: self._skip(view, reason) if reason else None)
        else:
            self._skip(view, "")

    def _skip(self, view: ExecutionView, why: str) -> None:

        skipped = False

        def skip(reason: str) -> None:
            nonlocal skipped
            if not skipped:
                skip_step(self.cockpit.workspace.session.act, view, reason=why)
                skipped = True
            start_worker(self.cockpit.workspace, view.id, without_lease=reason)

        start_leased(self.cockpit, skip)

    def action_confirm_execution(self) -> None:
        """Take a person's word for what nothing has reported, once they have said how they know."""
        view = self._view
        if view is None:
            return

        def said(reason: str | None) -> None:
            if reason:
                self.cockpit.act(ConfirmExecution(view.id, reason), said="confirmed")

        self.app.push_screen(AskDialog(f"{view.tag} runs well: how have you seen it?", "what was seen"), said)

    def action_abort_execution(self) -> None:
        """Abort, once the word was typed."""
        view = self._stopped()
        if view is None:
            return

        def typed(text: str | None) -> None:
            if text is not None:
                self.cockpit.in_thread(lambda: abort_execution(self.cockpit.workspace, view, reason=""))

        question = "Abort stops in the middle, and undoes nothing. Type the word abort to do so"
        self.app.push_screen(AskDialog(question, "", wanted="abort"), typed)

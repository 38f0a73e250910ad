"""An execution as it is drawn: its steps with their states, and where it stands in one line."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.release.plan import PlanStep, describe
from cockpit.release.run import ExecutionView, StepView
from cockpit.times import epoch
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, part, row, width_of
from cockpit.tui.status_style import step_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget
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
        self._gone = self._elsewhere = False

    def show(self, view: ExecutionView, *, worker_gone: bool, elsewhere: bool) -> None:
        """Show an execution's outcome, or that nobody carries it out any more, or that another clone does."""
        self._view, self._gone, self._elsewhere = view, worker_gone, elsewhere
        self.renew()

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
        if self._elsewhere and view.state in {"requested", "running"}:
            text = f"{view.by.name} carries it out on {view.host}, from another clone; q leaves this screen"
        if self._gone:
            word, ink, text = " WORKER GONE ", inks.alarm, "r goes on where it fell, A aborts"
        return row([(" ", inks.plain), (word, ink), (" ", inks.plain), part(text, inks.strong)], [], width)

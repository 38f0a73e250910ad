"""An execution as it is drawn: its steps with their states, and where it stands in one line."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.release.plan import PlanStep, describe
from cockpit.release.run import ExecutionView, StepView
from cockpit.times import epoch
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import Part, fit, part, row, wrapped
from cockpit.tui.status_style import step_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget, TextPane
from cockpit.tui.widgets.row_list import RowList

_BESIDE = 24  # cells of a step's line beside its title and its detail: cursor, sign, number, state, how long


class StepList(RowList[tuple[StepView, PlanStep]]):
    """The steps with their states; the cursor follows the one under way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="The plan is not here yet.", id=id)
        self._glyphs = choose_glyphs()
        self.now = 0.0
        self.title_width = 24

    def key_of(self, row: tuple[StepView, PlanStep]) -> str:
        return str(row[0].index)

    def room_for_detail(self, width: int) -> int:
        """Return how many cells a line of `width` has for what is told of its step."""
        return width - self.title_width - _BESIDE

    @property
    def untold(self) -> str:
        """What is told of the step under the cursor, where its line has no room for all of it."""
        detail = self.current[0].detail if self.current is not None else ""
        width = self.scrollable_content_region.width
        return detail if width and cell_len(shown(detail)) > self.room_for_detail(width) else ""

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
        room = self.room_for_detail(width)
        if room > 8:
            left.append(part(detail, inks.bad if view.state in {"failed", "timed-out"} else inks.muted))
        return row(left, right, width, over=inks.cursor if cursor else None)


class StepDetail(TextPane):
    """All that is told of the step under the cursor, where its line has no room for it: a path may stand at its end."""

    DEFAULT_CSS = """
    StepDetail { display: none; height: auto; max-height: 5; }
    StepDetail.-shown { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = ""

    def show(self, text: str) -> None:
        """Show a detail, or nothing."""
        if text != self._text:
            self._text = text
            self.set_class(bool(text), "-shown")
            self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        return [[(f" {text}", inks.plain)] for text in wrapped(self._text, width - 2)]


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

"""The demo's tour: one line that says what to try next, and goes on when it is done; it takes no focus and no keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from textual.dom import DOMNode
from textual.strip import Strip

from cockpit.release.run import Run
from cockpit.tui.rows import Part, row, width_of
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


_LEAST_HEIGHT = 16  # rows of the terminal, from which on there is room for it


class Seen(Struct, frozen=True):
    """What the tour looks at: the run, which page is shown, and how often the person has said something of an item."""

    run: Run
    page: str
    said: int


class TourStep(Struct, frozen=True):
    """One thing to try, what there is to know of it where there is room, and when it is done (before, now)."""

    text: str
    more: str
    done: Callable[[Seen, Seen], bool]


def _on(page: str) -> Callable[[Seen, Seen], bool]:
    return lambda _, now: now.page == page


STEPS = (
    TourStep("Space ticks the item under the cursor", "a killer item opens first",
             lambda before, now: now.said > before.said),
    TourStep("2 shows the logs: errors climb", "e goes to the next one, f stands still", _on("logs")),
    TourStep("3 shows the probes: api goes down", "Enter opens a probe with its past", _on("probes")),
    TourStep("4 lists the tags, the cursor on the proposed one", "Enter opens its card", _on("tags")),
    TourStep("Enter Tab Enter: its plan. Type v2.4.0, Tab, Space", "Enter alone never confirms",
             lambda before, now: len(now.run.executions) > len(before.run.executions)),
    TourStep("X watches it, 1 is the checklist: api is up again", "errors/min still counts the last minute",
             _on("checklist")),
    TourStep("That was it. q leaves, and all of it is removed", ": tour begins it again", lambda *_: False),
)  # fmt: skip


class Tour:
    """Where a person is in the tour; over before it has begun, until `begin`."""

    def __init__(self, *, begun: bool = True) -> None:
        self._at = 0 if begun else len(STEPS)
        self._before: Seen | None = None

    @property
    def step(self) -> TourStep | None:
        """What to try now; None where the tour is over."""
        return STEPS[self._at] if self._at < len(STEPS) else None

    @property
    def place(self) -> str:
        """Which step it is, of how many there are to do."""
        return f"{self._at + 1}/{len(STEPS) - 1}" if self._at < len(STEPS) - 1 else "done"

    def begin(self) -> None:
        """Begin it, or begin it again."""
        self._at, self._before = 0, None

    def next(self) -> None:
        """Go on to the next step."""
        self._at, self._before = min(self._at + 1, len(STEPS)), None

    def end(self) -> None:
        """End it."""
        self._at = len(STEPS)

    def look(self, now: Seen) -> None:
        """Go on where what the step asks for is done, since it was first shown."""
        step = self.step
        if step is None:
            return
        if self._before is None:
            self._before = now
        if step.done(self._before, now):
            self.next()
            self._before = now


class TourActions(DOMNode):
    """The actions of every full screen on the tour."""

    def action_tour(self) -> None:
        """Begin the tour, or begin it again."""
        self._tour("the tour is the demo's: cockpit demo", Tour.begin)

    def action_tour_next(self) -> None:
        """Go on to the next step."""
        self._tour("no tour is on; : tour begins it in the demo", Tour.next)

    def end_tour(self) -> bool:
        """End the tour; whether one was on."""
        tour = cast("CockpitApp", self.app).tour
        if tour is None or tour.step is None:
            return False
        tour.end()
        cast("CockpitApp", self.app).hand_over()
        return True

    def _tour(self, otherwise: str, change: Callable[[Tour], None]) -> None:
        app = cast("CockpitApp", self.app)
        if app.tour is None:
            app.tell(otherwise)
            return
        change(app.tour)
        app.hand_over()


def said_by(run: Run, name: str) -> int:
    """Return how often somebody has said something of an item."""
    return sum(record.by.name == name and record.ent.startswith("item:") for record in run.records)


class TourStrip(LineWidget):
    """The step that is shown; gone where the tour is over."""

    DEFAULT_CSS = """
    TourStrip { display: none; background: $panel; }
    TourStrip.-on { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._step: TourStep | None = None
        self._place = ""

    def show(self, tour: Tour) -> None:
        """Show where the tour stands."""
        # On the smallest terminals the item one is at matters more.
        self.set_class(tour.step is not None and self.app.size.height >= _LEAST_HEIGHT, "-on")
        if (tour.step, tour.place) != (self._step, self._place):
            self._step, self._place = tour.step, tour.place
            self.refresh()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if self._step is None:
            return row([], [], width)
        left: list[Part] = [(f" Tour {self._place} ", inks.badge), (f" {self._step.text}", inks.strong)]
        right: list[Part] = [("> next  ", inks.muted), ("Esc ends ", inks.muted)]
        more: list[Part] = [(f"; {self._step.more}", inks.plain)]
        if width_of(left) + width_of(more) + width_of(right) < width:
            left += more
        return row(left, right, width)

"""The demo's tour: one line that says what to try next, and goes on when it is done; it takes no focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """What the tour looks at: the run, where one is, and how often the person has said something of an item.

    `place` is a dialog's class where one is open, else the page; `asked` is the page that was asked for by its key
    since the step was shown.
    """

    run: Run
    place: str
    said: int
    asked: str = ""


class TourStep(Struct, frozen=True):
    """One thing to try, what there is to know of it where there is room, and when it is done (before, now).

    `there` is what to do instead by where one is, for a thing that takes more than one key; `elsewhere` is what leads
    there from any other place.
    """

    text: str
    more: str
    done: Callable[[Seen, Seen], bool]
    there: Mapping[str, str] = {}
    elsewhere: str = ""

    def at(self, place: str) -> str:
        """Return what to press where one is."""
        if place in self.there:
            return self.there[place]
        return self.elsewhere or self.text


def _asked(page: str) -> Callable[[Seen, Seen], bool]:
    return lambda _, now: now.asked == page


STEPS = (
    TourStep("Space ticks the item under the cursor", "a killer item opens first",
             lambda before, now: now.said > before.said,
             {"ItemDialog": "Type what you saw, Enter, then Space"}),
    TourStep("2 shows the logs: errors climb", "e goes to the next one, f stands still", _asked("logs")),
    TourStep("3 shows the probes: api goes down", "Enter opens a probe with its past", _asked("probes")),
    TourStep("4 lists the tags, the cursor on the proposed one", "Enter opens its card", _asked("tags")),
    TourStep("Enter opens the card of v2.4.0", "what a rollback there would undo",
             lambda before, now: len(now.run.executions) > len(before.run.executions),
             {"tags": "Enter opens the card of v2.4.0", "CardDialog": "Tab Enter shows what a rollback would do",
              "ConfirmPlanDialog": "Type v2.4.0, then Tab, then Space starts it"},
             elsewhere="4 lists the tags, then Enter on v2.4.0"),
    TourStep("X watches it, 1 is the checklist: api is up", "errors/min still counts the last minute",
             _asked("checklist"), {"execution": "1 is the checklist: api is up again"}),
    TourStep("That was it. q leaves and removes all of it", ": tour begins it again", lambda *_: False),
)  # fmt: skip


class Tour:
    """Where a person is in the tour; over before it has begun, until `begin`."""

    def __init__(self, *, begun: bool = True) -> None:
        self._at = 0
        self._is_on = begun
        self._before: Seen | None = None
        self.asked = ""  # the page that was asked for by its key since the step was shown

    @property
    def step(self) -> TourStep | None:
        """What to try now; None where the tour is over."""
        return STEPS[self._at] if self._is_on else None

    @property
    def place(self) -> str:
        """Which step it is, of how many there are to do."""
        return f"{self._at + 1}/{len(STEPS) - 1}" if self._at < len(STEPS) - 1 else "done"

    def begin(self) -> None:
        """Go on where it was left; where it is on, or was done, begin it anew."""
        self._go(0 if self._is_on or self._at == len(STEPS) - 1 else self._at)
        self._is_on = True

    def next(self) -> None:
        """Go on to the next step; after the last one it is over."""
        if self._at == len(STEPS) - 1:
            self._is_on = False
        else:
            self._go(self._at + 1)

    def back(self) -> None:
        """Go back to the step before."""
        self._go(max(self._at - 1, 0))

    def leave(self) -> str:
        """Leave it where it is; return what to say of that."""
        self._is_on = False
        if self._at == len(STEPS) - 1:
            return "the tour is done: `: tour` begins it again"
        return f"tour left at {self.place}: `: tour` brings it back"

    def _go(self, step: int) -> None:
        self._at, self._before, self.asked = step, None, ""

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
        """Go on with the tour where it was left, or begin it again."""
        app = cast("CockpitApp", self.app)
        if app.tour is None:
            app.tell("the tour is the demo's: cockpit demo")
            return
        app.tour.begin()
        app.hand_over()

    def action_tour_next(self) -> None:
        """Go on to the next step."""
        self._tour(Tour.next)

    def action_tour_back(self) -> None:
        """Go back to the step before."""
        self._tour(Tour.back)

    def leave_tour(self) -> bool:
        """Leave the tour, and say how it comes back; whether one was on."""
        app = cast("CockpitApp", self.app)
        if app.tour is None or app.tour.step is None:
            return False
        app.tell(app.tour.leave())
        app.hand_over()
        return True

    def _tour(self, change: Callable[[Tour], None]) -> None:
        app = cast("CockpitApp", self.app)
        if app.tour is None or app.tour.step is None:
            app.tell("no tour is on; : tour begins it in the demo")
            return
        change(app.tour)
        app.hand_over()

    def show_tour(self, run: Run, page: str) -> None:
        """Let the tour go on where its step is done, and show it here, and on the dialog above."""
        app = cast("CockpitApp", self.app)
        tour = app.tour
        if tour is None:
            return
        top = app.screen
        place = page if top is self.screen else type(top).__name__
        tour.look(Seen(run, place, said_by(run, app.me), tour.asked))
        keys = "< >" if page == "execution" else "< >  Esc leaves"  # from an execution Esc leads back
        above = list(top.query(TourStrip)) if top is not self.screen else []
        for strip in self.query(TourStrip):
            strip.show(tour, page, keys if top is self.screen else "", hushed=bool(above))
        for strip in above:
            strip.show(tour, place, "")


def said_by(run: Run, name: str) -> int:
    """Return how often somebody has said something of an item."""
    return sum(record.by.name == name and record.ent.startswith("item:") for record in run.records)


class TourStrip(LineWidget):
    """What to press, and the keys of the tour itself; gone where the tour is over.

    On a dialog it is the last line: the keys that stand there hold for what is below.
    """

    DEFAULT_CSS = """
    TourStrip { display: none; background: $panel; }
    TourStrip.-on { display: block; }
    TourStrip.-above { dock: bottom; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown: tuple[str, str, str, str] | None = None  # place in the tour, text, more, keys

    def show(self, tour: Tour, place: str, keys: str, *, hushed: bool = False) -> None:
        """Show where the tour stands, for somebody at `place`, and which of its keys hold there.

        `hushed` leaves the line empty, and nothing moves: a dialog above says it.
        """
        step = tour.step
        # On the smallest terminals the item one is at matters more.
        self.set_class(step is not None and self.app.size.height >= _LEAST_HEIGHT, "-on")
        shown = None
        if step is not None and not hushed:
            text = step.at(place)
            shown = (tour.place, text, step.more if text == step.text else "", keys)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if self._shown is None:
            return row([], [], width)
        place, text, told, keys = self._shown
        left: list[Part] = [(f" Tour {place} ", inks.badge), (f" {text}", inks.strong)]
        right: list[Part] = [(f"{keys} ", inks.muted)] if keys else []
        more: list[Part] = [(f"; {told}", inks.plain)]
        if told and width_of(left) + width_of(more) + width_of(right) < width:
            left += more
        return row(left, right, width)

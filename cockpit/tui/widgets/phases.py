"""The phases with their progress: a column for wide terminals, a line for narrow ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from cockpit.release.run import PhaseView
from cockpit.tui.glyphs import Glyphs, choose_glyphs, shown
from cockpit.tui.rows import Part, fit, progress_bar, row, width_of
from cockpit.tui.sizes import is_low
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget
from cockpit.tui.widgets.row_list import RowList


def phase_ink(view: PhaseView, inks: Inks) -> Style:
    """Return the ink of a phase's progress."""
    if view.state == "done":
        return inks.good
    return inks.title if view.state == "going" else inks.muted


def progress_of(view: PhaseView) -> str:
    """Return how far a phase is; one that recurs has no end to be far from."""
    return "recurs" if view.recurs else f"{view.done}/{view.total}"


class PhaseColumn(RowList[PhaseView]):
    """All phases with their progress, one above the other."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="No checklist is pinned.", id=id)
        self._glyphs = choose_glyphs()
        self.late: Mapping[str, int] = {}  # how many items of a phase are overdue, by its key

    def key_of(self, row: PhaseView) -> str:
        return f"{row.checklist_id}/{row.phase.id}"

    def draw(self, row: PhaseView, width: int, inks: Inks, *, cursor: bool) -> Strip:
        late = self.late.get(self.key_of(row), 0)
        return lay_phase(row, width, inks, cursor=cursor, glyphs=self._glyphs, late=late)


def lay_phase(view: PhaseView, width: int, inks: Inks, *, cursor: bool, glyphs: Glyphs, late: int = 0) -> Strip:
    """Return a phase as one line: name, how many items are overdue, bar, count."""
    bar_width = 8 if width >= 34 else 5
    filled, empty = progress_bar(view.done, view.total, bar_width, full=glyphs.full, empty=glyphs.empty)
    count = f"{view.done:>4}/{view.total:<3}"
    right: list[Part] = [(filled, phase_ink(view, inks)), (empty, inks.rule), (count, phase_ink(view, inks))]
    if late:
        right.insert(0, (f"{glyphs.late}{late} ", inks.bad))
    if view.recurs:
        right = [(f"{'9 recurs':<{len(count) + 1}}", inks.muted)]
    name = fit(view.phase.title, max(width - width_of(right) - 3, 4))
    left: list[Part] = [(glyphs.cursor if cursor else " ", inks.title), (" ", inks.plain)]
    left.append((name, inks.strong if cursor else inks.plain))
    return row(left, right, width, over=inks.cursor if cursor else None)


_LEAST_TITLE = 4  # cells for the present phase's name
_READABLE_TITLE = 14  # cells: what else there is to know of it leaves it these


class Fact(Struct, frozen=True):
    """A few words on a phase; where not all fit, the one of the least weight goes first."""

    words: str
    ink: Style
    weight: int
    on: bool = True

    @property
    def calls(self) -> bool:
        """Whether somebody should do something about it."""
        return self.weight > _CALLS


_CALLS = 2


class PhaseStrip(LineWidget):
    """All phases on one line, for narrow terminals: the present one by name, the others by number and count."""

    class Picked(Message):
        """A phase was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._phases: Sequence[PhaseView] = ()
        self._current = 0
        self._spans: list[tuple[int, int, int]] = []
        self._late: Sequence[int] = ()
        self._facts: Sequence[Fact] = ()

    def show(
        self, phases: Sequence[PhaseView], current: int, late: Sequence[int] = (), facts: Sequence[Fact] = ()
    ) -> None:
        """Show these phases, the current one marked; `late` says how many items of each are overdue.

        The facts on the current one stand here where it has no title of its own.
        """
        self._phases, self._current, self._late, self._facts = phases, current, late, facts
        self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        counts = [self._count(number, inks) for number in range(len(self._phases))]
        least = [width_of(count) + len(f" {number + 1} ") for number, count in enumerate(counts)]
        title = shown(self._phases[self._current].phase.title) if self._phases else ""
        right = self._fitting(width - 4 - sum(least) - min(cell_len(title), _READABLE_TITLE), inks)
        width_left = width - width_of(right)
        first = self._first(least, width_left)
        room = width_left - 4 - sum(least[first:])
        parts: list[Part] = [(" " if not first else self.glyphs.ellipsis, inks.muted)]
        self._spans = []
        for number in range(first, len(self._phases)):
            start = width_of(parts)
            if number == self._current:
                title = title if cell_len(title) <= room else fit(title, max(room, _LEAST_TITLE))
                parts.append((f" {number + 1} {title} ", inks.badge))
            else:
                parts.append((f" {number + 1}", inks.title))
            parts += [*counts[number], (" ", inks.plain)]
            self._spans.append((start, width_of(parts), number))
        return row(parts, right, width)

    def _fitting(self, room: int, inks: Inks) -> list[Part]:
        """Return the weightiest facts that fit, in their order."""
        facts = list(self._facts) if is_low(self.app) else []
        while facts:
            parts: list[Part] = [(" ", inks.plain)]
            for fact in facts:
                parts += [(f" {self.glyphs.dot} ", inks.muted)] if len(parts) > 1 else []
                parts.append((fact.words, fact.ink))
            parts.append((" ", inks.plain))
            if width_of(parts) <= room:
                return parts
            facts.remove(min(facts, key=lambda fact: fact.weight))
        return []

    def _count(self, number: int, inks: Inks) -> list[Part]:
        view = self._phases[number]
        late = self._late[number] if number < len(self._late) else 0
        is_brief = is_low(self.app) and view.state == "done" and number != self._current
        parts: list[Part] = [(f" {self.glyphs.done if is_brief else progress_of(view)}", phase_ink(view, inks))]
        return [*parts, (f"{self.glyphs.late}{late}", inks.bad)] if late else parts

    def _first(self, least: Sequence[int], width: int) -> int:
        """Return which phase comes first where not all have room: the present one is in view, and those after it."""
        first = 0
        while first < self._current and sum(least[first:]) + 4 + _LEAST_TITLE > width:
            first += 1
        return first

    def on_click(self, event: events.Click) -> None:
        for start, end, index in self._spans:
            if start <= event.x < end:
                self.post_message(self.Picked(index))

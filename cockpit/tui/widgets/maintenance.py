"""What recurs, as drawn: the list of instances, and the year's strip, by glyph and word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct
from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.release.item_state import ItemState
from cockpit.release.recurrence import Occurrence
from cockpit.release.year import Cell, CellState, YearRow
from cockpit.times import date_time, epoch
from cockpit.tui.glyphs import Glyphs, choose_glyphs
from cockpit.tui.rows import Part, fit, part, row, width_of
from cockpit.tui.sizes import is_low
from cockpit.tui.status_style import Look, item_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TAKEN_IN, TextPane
from cockpit.tui.widgets.row_list import RowList

_TITLES = {"daily": "Daily", "weekly": "Weekly", "monthly": "Monthly", "quarterly": "Quarterly", "annually": "Annually"}
_IN_LEGEND: tuple[CellState, ...] = ("done", "overdue", "due", "missed", "deferred", "upcoming")
_NOT_DONE: tuple[CellState, ...] = ("overdue", "missed")
_MOST_LOW = 3  # rows of the year on a low terminal


def cell_look(state: CellState, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how the state of a period looks."""
    looks = {
        "overdue": (glyphs.regressed, "overdue", inks.bad),
        "due": (glyphs.due, "due", inks.title),
        "missed": (glyphs.down, "missed", inks.warn),
        "done": (glyphs.done, "done", inks.good),
        "na": (glyphs.na, "n/a", inks.muted),
        "deferred": (glyphs.deferred, "deferred", inks.warn),
        "overridden": (glyphs.overridden, "overridden", inks.warn),
        "upcoming": (glyphs.open, "to come", inks.muted),
    }
    return Look(*looks.get(state, (" ", "nothing asked", inks.muted)))


class Group(Struct, frozen=True):
    """A heading above instances that belong together."""

    title: str
    told: str


def grouped(found: Sequence[Occurrence]) -> list[Group | Occurrence]:
    """Return rows: what waits, by cadence, then what was settled, then what is to come."""
    rows: list[Group | Occurrence] = []
    waiting = [one for one in found if one.waits]
    for cadence, title in _TITLES.items():
        ours = [one for one in waiting if one.period.cadence == cadence]
        if ours:
            late = sum(one.state == "overdue" for one in ours)
            told = [f"{count} {word}" for count, word in ((late, "overdue"), (len(ours) - late, "due")) if count]
            rows += [Group(title, ", ".join(told)), *ours]
    rest = [one for one in found if not one.waits]
    for heading, ours_too in groupby(rest, key=lambda one: "To come" if one.state == "upcoming" else "Settled"):
        listed = list(ours_too)
        rows += [Group(heading, str(len(listed))), *listed]
    return rows


NOTHING_RECURS = f"Nothing recurs yet: cadence: weekly at an item or section does it. {TAKEN_IN}"


class MaintenanceList(RowList["Group | Occurrence"]):
    """Instances under their headings, those that wait first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty=NOTHING_RECURS, id=id)
        self._glyphs = choose_glyphs()
        self.timezone = "UTC"

    def key_of(self, row: Group | Occurrence) -> str:
        return f"# {row.title}" if isinstance(row, Group) else row.id

    def selectable(self, row: Group | Occurrence) -> bool:
        return isinstance(row, Occurrence)

    @property
    def occurrence(self) -> Occurrence | None:
        """The instance that the cursor is on."""
        return self.current if isinstance(self.current, Occurrence) else None

    def draw(self, row: Group | Occurrence, width: int, inks: Inks, *, cursor: bool) -> Strip:
        if isinstance(row, Group):
            return _heading(row, width, inks)
        return self._instance(row, width, inks, cursor=cursor)

    def _instance(self, one: Occurrence, width: int, inks: Inks, *, cursor: bool) -> Strip:
        look = occurrence_look(one, self._glyphs, inks)
        right = self._who(one, inks)
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (" ", inks.plain),
            (fit(one.view.item.title, max(min(width * 40 // 100, 48), 8)), inks.plain if one.waits else inks.muted),
            (" ", inks.plain),
            (look.word, look.ink),
        ]
        missed = f" {one.missed} more missed" if one.missed else ""
        detail = one.view.detail.split("\n", 1)[0]
        left.append(part(missed + (f" {detail}" if detail else ""), inks.muted))
        return row(left, right, width, over=inks.cursor if cursor and self.has_focus else None)

    def _who(self, one: Occurrence, inks: Inks) -> list[Part]:
        view = one.view
        parts: list[Part] = [(f" {one.period.label} ", inks.muted)]
        if view.evidence_count:
            parts.append((f"{view.evidence_count} note{'s' if view.evidence_count > 1 else ''} ", inks.muted))
        if view.by is not None and view.state is not ItemState.OPEN:
            parts.append(part(view.names[:12], inks.accent))
            if view.at:
                parts.append((f" {date_time(epoch(view.at), self.timezone)[5:10]}", inks.muted))
        elif view.item.role:
            parts.append(part(view.item.role, inks.muted))
        return [*parts, (" ", inks.plain)]


def occurrence_look(one: Occurrence, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how an instance looks: by its state, and while it waits by what people have made of it."""
    look = cell_look(one.state, glyphs, inks)
    word = look.word
    if one.state == "overdue":
        word = f"OVERDUE {short_duration(one.overdue_by)}"
    if one.waits and one.view.state is not ItemState.OPEN:
        said = item_look(one.view, glyphs, inks)
        return Look(said.glyph, f"{word} {said.word}", look.ink)
    return Look(look.glyph, word, look.ink)


def _heading(group: Group, width: int, inks: Inks) -> Strip:
    return row([("   ", inks.plain), (group.title, inks.title)], [(f"{group.told} ", inks.muted)], width)


class YearPane(TextPane):
    """A year by period, a line a cadence, the item under the cursor first."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[YearRow] = ()

    def show(self, rows: Sequence[YearRow]) -> None:
        """Show these rows."""
        others = len(rows) != len(self._rows)
        self._rows = rows
        if others:
            self.refresh(layout=True)
        else:
            self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        if is_low(self.app):
            return [self._line(one, inks, width) for one in self._gravest()]
        lines = [self._line(one, inks, width) for one in self._rows]
        legend: list[Part] = [(" ", inks.plain)]
        for state in _IN_LEGEND:
            look = cell_look(state, self.glyphs, inks)
            legend += [(look.glyph, look.ink), (f" {look.word}   ", inks.muted)]
        return [*lines, legend]

    def _gravest(self) -> list[YearRow]:
        """Return the rows that have room on a low terminal: the item's, and those with the most that was not done."""
        others = [one for one in self._rows if not one.item]
        others.sort(key=lambda one: -sum(cell.state in _NOT_DONE for cell in one.cells))
        return [*(one for one in self._rows if one.item), *others][:_MOST_LOW]

    def _line(self, one: YearRow, inks: Inks, width: int) -> list[Part]:
        parts: list[Part] = [
            (f" {'this item' if one.item else one.cadence:<10}", inks.strong if one.item else inks.muted)
        ]
        parts += self._cells(one.cells, inks)
        room = width - width_of(parts) - 2
        # Every strip's words stand below each other where there is room beside the longest, a year of weeks.
        gap = max(53 - len(one.cells), 0) if width >= 110 else 0
        if room - gap > 3:
            parts += [(" " * (gap + 1), inks.plain), (fit(one.told, min(room - gap, 60)), inks.muted)]
        return parts

    def _cells(self, cells: Sequence[Cell], inks: Inks) -> list[Part]:
        looks = [cell_look(cell.state, self.glyphs, inks) for cell in cells]
        return [(look.glyph, look.ink) for look in looks]

"""A year of what recurs at a glance: 52 or 53 weeks, 12 months, 4 quarters, and how each of them went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from cockpit.release.checklist import Cadence
from cockpit.release.periods import CADENCES, Period, periods_of_year
from cockpit.release.recurrence import Almanac, Occurrence, OccurrenceState
from cockpit.release.run import Run

CellState = OccurrenceState | Literal["none"]

# Of several items in one period: what a reader must not overlook comes first.
_WORST_FIRST: Final[tuple[CellState, ...]] = (
    "overdue", "due", "missed", "deferred", "overridden", "upcoming", "done", "na", "none",
)  # fmt: skip


_SILENT: Final = frozenset({"upcoming", "none"})


class Cell(Struct, frozen=True):
    """A period of the year; `none` is one in which nothing was asked for."""

    period: Period
    state: CellState
    done: int = 0
    total: int = 0


class YearRow(Struct, frozen=True):
    """One item's year, or with an empty `item` that of all items of a cadence."""

    cadence: Cadence
    item: str
    text: str
    cells: tuple[Cell, ...]

    @property
    def told(self) -> str:
        """The row in words, for whom glyphs are not enough: `1 due, 2 missed, 9 done`."""
        counts = Counter(cell.state for cell in self.cells)
        words = [f"{counts[state]} {state}" for state in _WORST_FIRST if counts[state] and state not in _SILENT]
        return ", ".join(words) or "nothing yet"


def year_of_items(run: Run, almanac: Almanac, year: int) -> tuple[YearRow, ...]:
    """Return each item's year, the more frequent first; of what is daily only the days it is asked for."""
    rows = [
        YearRow(cadence, view.id, view.item.text, _cells(almanac, almanac.of(view), cadence, year))
        for cadence in CADENCES
        for view in run.items.values()
        if view.item.cadence == cadence
    ]
    return tuple(row for row in rows if row.cells)


def year_of_cadences(rows: Iterable[YearRow]) -> tuple[YearRow, ...]:
    """Return the year of each cadence: a period is as well off as the worst of its items."""
    by_cadence: dict[Cadence, list[YearRow]] = {}
    for row in rows:
        by_cadence.setdefault(row.cadence, []).append(row)
    return tuple(YearRow(cadence, "", cadence, _together(found)) for cadence, found in by_cadence.items())


def _cells(almanac: Almanac, known: tuple[Occurrence, ...], cadence: Cadence, year: int) -> tuple[Cell, ...]:
    by_period = {one.period: one for one in known}
    if cadence == "daily":
        return tuple(_cell(one) for one in known if one.period.year == year)
    present = almanac.present(cadence)
    return tuple(
        _cell(by_period[period]) if period in by_period else Cell(period, "upcoming" if period > present else "none")
        for period in periods_of_year(year, cadence)
    )


def _cell(one: Occurrence) -> Cell:
    if one.state == "na":
        return Cell(one.period, "na")
    return Cell(one.period, one.state, 1 if one.state == "done" else 0, 1)


def _together(rows: list[YearRow]) -> tuple[Cell, ...]:
    cells: dict[Period, list[Cell]] = {}
    for row in rows:
        for cell in row.cells:
            cells.setdefault(cell.period, []).append(cell)
    return tuple(
        Cell(
            period,
            min((cell.state for cell in found), key=_WORST_FIRST.index),
            sum(cell.done for cell in found),
            sum(cell.total for cell in found),
        )
        for period, found in sorted(cells.items())
    )

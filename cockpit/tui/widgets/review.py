"""The review, as drawn: its sections under their headings, a table's columns in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len
from textual import events
from textual.strip import Strip

from cockpit.release.review_words import Section
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import Part, fit, part, row, wrapped
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList

_INDENT, _GAP = 3, 2
_LEAST = 4  # cells of a column that has to give way


class Heading(Struct, frozen=True):
    """A section's name and how it stands; `empty` where nothing stands below it."""

    id: str
    title: str
    told: str
    grave: bool
    empty: bool


class Cells(Struct, frozen=True):
    """A row of a section's table; `number` is its place in it, 0 the heads'."""

    id: str
    number: int
    cells: tuple[str, ...]
    grave: bool
    natural: tuple[int, ...]  # how wide each column would be
    whole: str = ""  # of a remark that goes over several lines
    line: int = 0  # which of them this is

    @property
    def text(self) -> str:
        """The whole row as text."""
        return self.whole or "  ".join(cell for cell in self.cells if cell)


ReviewRow = Heading | Cells


def review_rows(sections: Iterable[Section], matching: str = "") -> list[ReviewRow]:
    """Return the rows of a review; with a filter, those that match under their headings."""
    wanted, inverted = matching.removeprefix("!").casefold(), matching.startswith("!")
    rows: list[ReviewRow] = []
    for section in sections:
        table = [(("", *section.heads), False)] if any(section.heads) and section.rows else []
        body = [
            (one.cells, one.grave)
            for one in section.rows
            if not wanted or (wanted in " ".join(one.cells).casefold()) is not inverted
        ]
        if wanted and not body and (wanted not in f"{section.title} {section.told}".casefold() or inverted):
            continue
        rows.append(Heading(section.id, section.title, section.told, section.grave, not body))
        heads = [(section.heads, False)] if table and body and len(section.heads) > 2 else []
        natural = _natural([cells for cells, _ in heads + body])
        first = 0 if heads else 1
        rows += [Cells(section.id, first + n, cells, grave, natural) for n, (cells, grave) in enumerate(heads + body)]
    return rows


def _natural(table: Sequence[tuple[str, ...]]) -> tuple[int, ...]:
    count = max(map(len, table), default=0)
    table = [cells for cells in table if len(cells) > 1]  # a remark goes over all columns
    return tuple(max((cell_len(shown(cells[n])) for cells in table if n < len(cells)), default=0) for n in range(count))


def column_widths(natural: Sequence[int], room: int) -> tuple[int, ...]:
    """Return how wide each column is where all have `room` cells: the widest give way first."""
    widths = list(natural)
    room -= _GAP * (len(widths) - 1)
    while sum(widths) > room and max(widths, default=0) > _LEAST:
        widest = max(range(len(widths)), key=lambda n: (widths[n], n))
        widths[widest] -= 1
    return tuple(widths)


def _folded(one: ReviewRow, room: int) -> list[ReviewRow]:
    """Return a remark in lines of `room` cells; anything else, and what fits, as it is."""
    if isinstance(one, Heading) or len(one.cells) != 1 or room < _LEAST:
        return [one]
    lines = wrapped(one.cells[0], room)
    if len(lines) < 2:
        return [one]
    return [
        replace(one, cells=(text,), whole=one.cells[0], line=number, grave=one.grave and not number)
        for number, text in enumerate(lines)
    ]


class ReviewList(RowList[ReviewRow]):
    """The review, line by line; a remark is folded, for it may end in a path that somebody needs whole."""

    AHEAD = 4

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="The review is being gathered.", id=id)
        self._glyphs = choose_glyphs()
        self._widths: dict[tuple[tuple[int, ...], int], tuple[int, ...]] = {}
        self._unfolded: Sequence[ReviewRow] = ()
        self._folded_to = 0  # cells

    def show(self, rows: Sequence[ReviewRow]) -> None:
        """Show these rows, each remark on as many lines as it takes."""
        self._unfolded, self._folded_to = rows, self.scrollable_content_region.width
        super().show([line for one in rows for line in _folded(one, self._folded_to - _INDENT)])

    def on_resize(self, _: events.Resize) -> None:
        """Fold the remarks to the width that there is now."""
        if self.scrollable_content_region.width != self._folded_to:
            self.show(self._unfolded)

    def key_of(self, row: ReviewRow) -> str:
        return f"{row.id} {'' if isinstance(row, Heading) else f'{row.number}.{row.line}' if row.line else row.number}"

    def selectable(self, row: ReviewRow) -> bool:
        return row.empty if isinstance(row, Heading) else row.number > 0 and not row.line

    def draw(self, row: ReviewRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: ReviewRow, width: int, inks: Inks, *, cursor: bool) -> Strip:
        over = inks.cursor if cursor and self.has_focus else None
        sign = (self._glyphs.cursor if cursor else " ", inks.title)
        if isinstance(one, Heading):
            ink = inks.bad if one.grave else inks.strong
            left: list[Part] = [sign, (one.title, ink), ("  ", inks.plain), part(one.told, inks.plain)]
            return row(left, [], width, over=over)
        mark: Part = (self._glyphs.regressed if one.grave else " ", inks.bad)
        ink = inks.muted if one.number == 0 else inks.plain
        left = [sign, mark, (" ", inks.plain)]
        if len(one.cells) == 1:
            return row([*left, part(one.cells[0], ink)], [], width, over=over)
        for cell, size in zip(one.cells, self._widths_of(one.natural, width), strict=False):
            left += [(fit(cell, size), ink), (" " * _GAP, inks.plain)]
        return row(left[:-1], [], width, over=over)

    def _widths_of(self, natural: tuple[int, ...], width: int) -> tuple[int, ...]:
        found = self._widths.get((natural, width))
        if found is None:
            found = self._widths[natural, width] = column_widths(natural, width - _INDENT)
        return found

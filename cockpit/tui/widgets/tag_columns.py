"""How a tag becomes the cells of a row: what is said, and which columns a width has room for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from cockpit.durations import short_duration
from cockpit.release.tags import Tag
from cockpit.text import visible
from cockpit.tui.glyphs import ASCII, UNICODE, Glyphs

WIDE = 120  # columns from which dates and kinds are written out
_PREFIX = 4  # cursor, two signs, a blank
_LEAST_SUBJECT = 8
_YEAR = 365 * 86_400

Column = Literal["name", "state", "kind", "date", "counts", "subject"]
ORDER: tuple[Column, ...] = ("name", "state", "kind", "date", "counts", "subject")
# The most needed first: what does not fit is left out from the end. (narrow, wide) in cells.
_SIZES: dict[Column, tuple[int, int]] = {"date": (4, 22), "counts": (11, 11), "state": (11, 12), "kind": (5, 17)}
_HEADINGS: dict[Column, tuple[str, str]] = {
    "name": ("TAG", "TAG"),
    "state": ("STATE", "STATE"),
    "kind": ("KIND", "KIND"),
    "date": ("AGE", "TAGGED            AGE"),
    "counts": ("VS HEAD", "VS HEAD"),
    "subject": ("SUBJECT", "SUBJECT"),
}


class Standing(Struct, frozen=True):
    """What is true of a tag beside its own data."""

    running: bool = False
    proposed: bool = False
    head: bool = False  # what is checked out
    seen: bool = True  # whether that it runs was seen: it is only checked out otherwise


class Columns(Struct, frozen=True):
    """The columns that a width has room for, with their sizes in cells."""

    sizes: dict[Column, int]
    wide: bool
    glyphs: Glyphs

    def header(self) -> str:
        """Return the heading line."""
        cells = [set_cell_size(_HEADINGS[name][self.wide], size) for name, size in self._present()]
        return " " * _PREFIX + " ".join(cells)

    def row(self, tag: Tag, standing: Standing, *, cursor: bool, now: float) -> list[tuple[str, str]]:
        """Return (aspect, padded text) from left to right; the aspect is what a cell's colour repeats, or empty."""
        cells = {
            "name": visible(tag.display, ascii_only=self.glyphs is ASCII),
            "state": _state(tag, standing),
            "kind": self._kind(tag),
            "date": self._date(tag, now),
            "counts": _counts(tag),
            "subject": visible(tag.subject, limit=500, ascii_only=self.glyphs is ASCII),
        }
        signs = (self.glyphs.cursor if cursor else " ") + _signs(tag, standing, self.glyphs) + " "
        aspect = _aspect(tag, standing)
        row = [(aspect, signs)]
        for name, size in self._present():
            text = cut(cells[name], size, self.glyphs.ellipsis) + " "
            row.append(("muted" if name in ("kind", "subject") else aspect, text))
        return row

    def _present(self) -> list[tuple[Column, int]]:
        return [(name, self.sizes[name]) for name in ORDER if name in self.sizes]

    def _kind(self, tag: Tag) -> str:
        if tag.kind == "lightweight":
            return "light"
        if not self.wide:
            return "annot"
        return "annotated, signed" if tag.signed else "annotated"

    def _date(self, tag: Tag, now: float) -> str:
        if tag.tagged_at is None:
            return "?"
        age = _age(now - tag.tagged_at)
        return f"{_moment(tag.tagged_at):<17} {age:>4}" if self.wide else age


def fit(width: int, longest_name: int, *, ascii_only: bool = False) -> Columns:
    """Return the columns for `width` cells, where the longest name takes `longest_name` cells."""
    wide = width >= WIDE
    left = max(width - _PREFIX, 1)
    name = max(min(longest_name, 60 if wide else 22, left), min(3, left))
    left -= name
    sizes: dict[Column, int] = {"name": name}
    for column, (narrow_size, wide_size) in _SIZES.items():
        size = wide_size if wide else narrow_size
        if left > size:
            sizes[column] = size
            left -= size + 1
    if left > _LEAST_SUBJECT:
        sizes["subject"] = left - 1
    else:
        sizes["name"] += left
    return Columns(sizes, wide, ASCII if ascii_only else UNICODE)


def cut(text: str, size: int, sign: str) -> str:
    """Return `text` in exactly `size` cells, its end replaced by `sign` where it is longer."""
    if cell_len(text) <= size:
        return set_cell_size(text, size)
    return set_cell_size(text, size - 1) + sign


def _aspect(tag: Tag, standing: Standing) -> str:
    if tag.commit is None:
        return "unusable"
    if tag.mark == "bad":
        return "bad"
    if standing.running:
        return "running"
    return "proposed" if standing.proposed else ""


def _signs(tag: Tag, standing: Standing, glyphs: Glyphs) -> str:
    first = glyphs.proposed if standing.proposed else glyphs.present if standing.running else " "
    if tag.commit is None:
        return first + glyphs.no_commit
    return first + {"bad": glyphs.bad, "good": glyphs.good}.get(tag.mark or "", " ")


def _state(tag: Tag, standing: Standing) -> str:
    if tag.commit is None:
        return "no commit"
    said = {"bad": "BAD", "good": "good"}.get(tag.mark or "", "")
    if standing.running:
        return f"running {said}".rstrip() if standing.seen else "checked out"
    if standing.head:
        return f"HEAD {said}".rstrip()
    return "proposed" if standing.proposed else said


def _counts(tag: Tag) -> str:
    if tag.ahead is None or tag.behind is None:
        return "?"
    return f"+{_short(tag.ahead)} -{_short(tag.behind)}"


def _short(number: int) -> str:
    if number < 10_000:
        return str(number)
    return f"{number // 1000}k" if number < 1_000_000 else f"{number // 1_000_000}M"


def _age(seconds: float) -> str:
    if seconds < 0:
        return ">now"  # somebody's clock is ahead
    return short_duration(max(seconds, 1.0)) if seconds < 2 * _YEAR else f"{seconds / _YEAR:.0f}y"


def _moment(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%MZ")
    except (OverflowError, ValueError, OSError):  # a tag's date is any number
        return "no such date"

"""Targets against actuals, a line each."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.release.targets import TargetResult, burn_words
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TAKEN_IN, LineWidget
from cockpit.tui.widgets.row_list import RowList

# What each state is called where there is little room.
_SHORT = {"met": "met", "missed": "MISSED", "not enough data": "too few", "not bound": "unbound"}
_NARROW = 110  # cells, below which a line has the numbers alone


class TargetHead(LineWidget):
    """The names of the columns."""

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        narrow = width < _NARROW
        words = f"   {'':{_title_width(width)}} {'goal':<12}{'actual':>12} {'state':<{_state_width(width)}}"
        words += f"{'window':>6} {'samples':>7} {'burn':>6}" + ("" if narrow else "  covered  by")
        return row([(words, inks.muted)], [], width)


class TargetTable(RowList[TargetResult]):
    """Goal, actual, state, window, samples, burn; with room for it coverage, and who has measured it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        empty = f"No targets yet: checklists/targets.yaml names them, targets: in cockpit.yaml measures. {TAKEN_IN}"
        super().__init__(empty=empty, id=id, classes=classes)
        self._glyphs = choose_glyphs()

    def key_of(self, row: TargetResult) -> str:
        return row.id

    def draw(self, row: TargetResult, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, target: TargetResult, width: int, inks: Inks, *, cursor: bool) -> Strip:
        narrow = width < _NARROW
        signs = {
            "met": (self._glyphs.done, inks.good),
            "missed": (self._glyphs.down, inks.bad),
            "not bound": (self._glyphs.open, inks.muted),
        }
        sign, ink = signs.get(target.state, (self._glyphs.unknown, inks.warn))
        dash = self._glyphs.dash
        actual = dash if target.value is None and target.state != "missed" else target.actual
        burn = dash if target.burn is None else burn_words(target.burn)
        state = _SHORT[target.state] if narrow else target.state
        line: list[Part] = [
            (self._glyphs.cursor if cursor and self.has_focus else " ", inks.title),
            (sign, ink),
            (" ", inks.plain),
            (fit(target.title, _title_width(width)), inks.plain),
            (f" {target.goal:<12}", inks.muted),
            (f"{actual:>12} ", ink),
            (f"{state:<{_state_width(width)}}", ink),
        ]
        if target.source:
            line.append((f"{short_duration(target.window):>6} {target.samples:>7} {burn:>6}", inks.plain))
        if not narrow:
            line.append((f"  {target.coverage:>7.0%}  " if target.source else "  ", inks.muted))
            line.append(part(about_target(target, covered=False), inks.muted))
        return row(line, [], width, over=inks.cursor if cursor and self.has_focus else None)

    def about(self, width: int, inks: Inks) -> list[Part]:
        """Return what the line of the row under the cursor has no room for."""
        target = self.current
        if target is None or width >= _NARROW or not self.has_focus:
            return []
        return [part(about_target(target), inks.muted)]


def about_target(target: TargetResult, *, covered: bool = True) -> str:
    """Return who has measured a target, how much of it, what was planned, and what was found wrong."""
    measured = f"{target.source} on {target.observer}" if target.source else ""
    share = f"{target.coverage:.0%} covered" if covered and target.source else ""
    return ", ".join(word for word in (measured, share, target.left_out, target.detail) if word)


def _title_width(width: int) -> int:
    return 26 if width >= _NARROW else max(min(width - 58, 26), 8)


def _state_width(width: int) -> int:
    return 16 if width >= _NARROW else 8

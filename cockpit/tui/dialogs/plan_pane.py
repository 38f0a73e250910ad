"""A plan as it is shown before it is confirmed: its steps, what is lost by it, and how much of it is in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.containers import VerticalScroll
from textual.strip import Strip

from cockpit.durations import long_duration
from cockpit.release.assumed import assumed_words
from cockpit.release.databases import DatabaseWay
from cockpit.release.plan import Plan, describe, qualified
from cockpit.tui.rows import Part, labelled, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget, TextPane

DATABASE_WAYS: Final[dict[DatabaseWay, str]] = {
    "restore": "the database is put back from the dump",
    "down": "the newer code takes the database down",
    "code": "code only: the database stays as it is",
}


class PlanPane(TextPane):
    """The steps as they will run: title, command, and what is lost or stopped by it, what is lost first."""

    DEFAULT_CSS = """
    PlanPane { height: auto; }
    """

    def __init__(
        self, plan: Plan, now: float, warnings: Sequence[str] = (), assumed: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._plan = plan
        self._now = now
        self._warnings = tuple(warnings)
        self._assumed = assumed or {}  # why a step is only guessed, by its id
        self.begins: tuple[int, ...] = ()  # the line that each step begins on

    def show(self, plan: Plan) -> None:
        """Show another plan."""
        self._plan = plan
        self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines: list[list[Part]] = []
        way = self._plan.way
        if way:
            lines += labelled("db", DATABASE_WAYS[way], inks.strong, inks.muted, width=width, indent=4)
        for told in dict.fromkeys((self._lost(), self._plan.note, *self._plan.troubles, *self._warnings)):
            if told:
                lines += labelled("!", told, inks.warn, inks.warn, width=width, indent=4)
        begins = []
        for number, step in enumerate(self._plan.steps, 1):
            begins.append(len(lines))
            title = step.title + qualified(step)
            lines += labelled(f"{number}.", title, inks.strong, inks.title, width=width, indent=4)
            lines += labelled("", describe(step), inks.muted, inks.muted, width=width, indent=4)
            if step.id in self._assumed:
                told = assumed_words(self._assumed[step.id])
                lines += labelled("", told, inks.warn, inks.warn, width=width, indent=4)
            if step.danger:
                lines += labelled("", step.danger, inks.warn, inks.warn, width=width, indent=4)
            if step.undo:
                lines += labelled("", f"undo: {step.undo}", inks.muted, inks.muted, width=width, indent=4)
            if step.left_out:
                lines += labelled("", f"left out: {step.left_out}", inks.muted, inks.muted, width=width, indent=4)
        self.begins = tuple(begins)
        return lines

    def _lost(self) -> str:
        plan = self._plan
        if plan.dump is None or not plan.restores:
            return ""
        age = max(self._now - plan.dump.written_ns / 1e9, 0.0)
        return f"data written since this dump would be lost: {long_duration(age)}"


class PlanPlace(LineWidget):
    """Which steps of a plan are in view, and the key that shows the others; nothing where all of them are."""

    def __init__(self, scroll: VerticalScroll, plan: PlanPane) -> None:
        super().__init__(id="plan-place")
        self._scroll = scroll
        self._plan = plan

    def on_mount(self) -> None:
        for what in ("scroll_y", "virtual_size"):
            self.watch(self._scroll, what, self.renew, init=False)

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        top, height = self._scroll.scroll_offset.y, self._scroll.size.height
        begins, total = self._plan.begins, self._plan.size.height
        if not begins or total <= height:
            return row([], [], width)
        ends = (*begins[1:], total)
        inside = [
            n for n, (begin, end) in enumerate(zip(begins, ends, strict=True), 1) if begin < top + height and end > top
        ]
        seen = (
            f"steps {inside[0]}-{inside[-1]}" if len(inside) > 1 else f"step {inside[0]}" if inside else "no steps yet"
        )
        more = "PageDown shows more" if top + height < total else "PageUp shows what is before"
        return row([(f"{seen} of {len(begins)}: {more}", inks.warn)], [], width)

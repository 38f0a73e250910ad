"""Targets against actuals, a line each."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.durations import short_duration
from cockpit.release.targets import TargetResult
from cockpit.tui.rows import Part, fit, part
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane


class TargetTable(TextPane):
    """Goal, actual, state, window, samples, coverage, burn, and who has measured it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._targets: Sequence[TargetResult] = ()

    def show(self, targets: Sequence[TargetResult]) -> None:
        """Show these."""
        if targets != self._targets:
            self._targets = targets
            self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        if not self._targets:
            return [[(" No targets are written.", inks.muted)]]
        return [self._line(target, inks, width) for target in self._targets]

    def _line(self, target: TargetResult, inks: Inks, width: int) -> list[Part]:
        signs = {
            "met": (self.glyphs.done, inks.good),
            "missed": (self.glyphs.down, inks.bad),
            "not bound": (self.glyphs.open, inks.muted),
        }
        sign, ink = signs.get(target.state, (self.glyphs.unknown, inks.warn))
        actual = self.glyphs.dash if target.value is None and target.state != "missed" else target.actual
        line: list[Part] = [
            (f" {sign} ", ink),
            (fit(target.title, 26 if width >= 100 else 20), inks.plain),
            (f" {target.goal:<12}", inks.muted),
            (f"{actual:>12} ", ink),
            (f"{target.state:<16}", ink),
        ]
        if not target.source:
            return [*line, part(target.detail, inks.muted)]
        burn = f"  burn {target.burn:.2g}x" if target.burn is not None else ""
        numbers = f"{short_duration(target.window)}  {target.samples} samples  {target.coverage:.0%} covered{burn}"
        return [*line, (numbers, inks.muted), part(f"  {target.source} on {target.observer}", inks.muted)]

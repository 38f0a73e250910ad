"""The env file, as drawn: each variable with its state, why and where; never a value."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.envfile.survey import Finding, State
from cockpit.tui.glyphs import Glyphs, choose_glyphs
from cockpit.tui.rows import Part, fit, labelled, part, row
from cockpit.tui.status_style import Look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.row_list import RowList

_BY_URGENCY: tuple[State, ...] = ("failed", "unknown", "warning", "ok", "absent")


def finding_look(state: State, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how a finding looks."""
    looks = {
        "ok": (glyphs.done, "ok", inks.good),
        "failed": (glyphs.down, "FAILED", inks.bad),
        "unknown": (glyphs.unknown, "UNKNOWN", inks.warn),
        "warning": (glyphs.degraded, "look at", inks.warn),
        "absent": (glyphs.open, "not set", inks.muted),
    }
    return Look(*looks[state])


def by_urgency(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return what is wrong first, each kind in the file's order."""
    return sorted(findings, key=lambda one: _BY_URGENCY.index(one.state))


class EnvList(RowList[Finding]):
    """Variables, and what is wrong with the file itself."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="It has not been looked at yet.", id=id)
        self._glyphs = choose_glyphs()

    def key_of(self, row: Finding) -> str:
        return f"{row.name} {row.where} {row.why}" if not row.name else row.name

    def draw(self, row: Finding, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: Finding, width: int, inks: Inks, *, cursor: bool) -> Strip:
        look = finding_look(one.state, self._glyphs, inks)
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (f" {look.word:<8}", look.ink),
            (fit(one.name or "the file", max(min(width * 35 // 100, 40), 8)), inks.strong if cursor else inks.plain),
            (" ", inks.plain),
            part(one.why, inks.muted if one.state in {"ok", "absent"} else inks.plain),
        ]
        right = [part(f" {one.where} ", inks.muted)] if width >= 60 else []
        return row(left, right, width, over=inks.cursor if cursor and self.has_focus else None)


class EnvDetail(TextPane):
    """What is asked of the variable under the cursor, and what is wrong with it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._finding: Finding | None = None

    def show(self, finding: Finding | None) -> None:
        """Show one finding."""
        if finding != self._finding:
            self._finding = finding
            self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        one = self._finding
        if one is None:
            return []
        lines: list[list[Part]] = []
        look = finding_look(one.state, self.glyphs, inks)
        lines += labelled("state", f"{look.word} {one.why}".strip(), look.ink, inks.muted, width=width)
        if one.rule is not None:
            lines += labelled("asked", wanted_of(one), inks.plain, inks.muted, width=width)
        if one.where:
            lines += labelled("where", one.where, inks.plain, inks.muted, width=width)
        if one.rule is not None and one.rule.note:
            lines += labelled("note", one.rule.note, inks.muted, inks.muted, width=width)
        return lines


def wanted_of(finding: Finding) -> str:
    """Return what a variable's rule asks for, in words."""
    rule = finding.rule
    if rule is None:
        return ""
    words = [rule.group, rule.type]
    if rule.equals:
        words.append(f"equals {rule.equals}")
    if rule.choices:
        words.append(f"one of {', '.join(rule.choices)}")
    if rule.min_length:
        words.append(f"at least {rule.min_length} characters")
    if rule.writable:
        words.append("writable")
    words.append("required" if rule.required and rule.applies == "always" else "where it applies")
    return ", ".join(words)

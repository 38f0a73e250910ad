"""The sign-off, as drawn: the checklist's table of roles, names, dates and signatures."""

from __future__ import annotations

from textual.strip import Strip

from cockpit.release.signoffs import RoleStanding, Standing, signer_of
from cockpit.times import date_time, epoch
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import Glyphs, choose_glyphs
from cockpit.tui.rows import Part, fit, labelled, part, row
from cockpit.tui.status_style import Look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.row_list import RowList


def standing_look(state: Standing, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how a role's sign-off looks."""
    looks = {
        "signed": (glyphs.attested, "SIGNED", inks.good),
        "unsigned": (glyphs.done, "unsigned", inks.warn),
        "refused": (glyphs.down, "REFUSED", inks.alarm),
        "stale": (glyphs.stale, "STALE", inks.warn),
        "revoked": (glyphs.regressed, "REVOKED", inks.bad),
        "open": (glyphs.open, "open", inks.muted),
    }
    return Look(*looks[state])


class SignOffList(RowList[RoleStanding]):
    """The roles, one a line."""

    BINDINGS = bindings("sign-off")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="No role signs this release: checklists/signoff.yaml names them.", id=id)
        self._glyphs = choose_glyphs()
        self.timezone = "UTC"
        self.needed: frozenset[str] = frozenset()

    def key_of(self, row: RoleStanding) -> str:
        return row.role

    def draw(self, row: RoleStanding, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: RoleStanding, width: int, inks: Inks, *, cursor: bool) -> Strip:
        look = standing_look(one.state, self._glyphs, inks)
        given = one.given
        name = "" if given is None else signer_of(given)
        told = one.objection if given is not None else ("a gate needs it" if one.role in self.needed else "")
        if not one.objection:
            told = one.verdict.who or one.verdict.key or ""
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (" ", inks.plain),
            (fit(one.title, 16), inks.strong if cursor else inks.plain),
            (" ", inks.plain),
            (fit(look.word, 9), look.ink),
            (fit(name, max(min(width * 25 // 100, 40), 6)), inks.accent),
            (" ", inks.plain),
            part(told, inks.muted if not one.objection else inks.plain),
        ]
        right: list[Part] = []
        if given is not None:
            right = [(f" {date_time(epoch(given.at), self.timezone)[5:16]} ", inks.muted)]
        return row(left, right, width, over=inks.cursor if cursor and self.has_focus else None)


class SignOffDetail(TextPane):
    """What the role under the cursor signs, and all that is known of its signature."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._standing: RoleStanding | None = None

    def show(self, standing: RoleStanding | None) -> None:
        """Show one role."""
        if standing != self._standing:
            self._standing = standing
            self.refresh()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        one = self._standing
        if one is None:
            return []
        given, verdict = one.given, one.verdict
        lines: list[list[Part]] = []

        def tell(label: str, text: str, ink: str = "plain") -> None:
            if text:
                lines.extend(labelled(label, text, getattr(inks, ink), inks.muted, width=width))

        tell("not yet" if given is None else "but", one.objection, "warn")
        tell("statement", given.statement if given is not None else one.statement)
        if given is not None:
            tell("by", signer_of(given))
            tell("also", ", ".join(one.also))
            tell("reason", given.reason)
            tell("key", " ".join(part for part in (verdict.key, verdict.who) if part))
            tell("signature", verdict.state + (f": {verdict.why}" if verdict.why else ""), "muted")
            if given.revoked:
                tell("revocation", f"{one.revocation.state} {one.revocation.key} {one.revocation.why}".strip(), "muted")
        return lines

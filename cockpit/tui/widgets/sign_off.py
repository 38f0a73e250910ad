"""The sign-off, as drawn: the checklist's table of roles, names, dates and signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from cockpit.release.run import Run
from cockpit.release.signoffs import RoleStanding, Standing, needed_roles, sign_off_of, signer_of
from cockpit.times import date_time, epoch
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import Glyphs, choose_glyphs
from cockpit.tui.rows import Part, fit, labelled, part, row
from cockpit.tui.status_style import Look
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.lines import PaneTitle, TextPane
from cockpit.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


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

    def offers(self, action: str) -> bool:
        """Hint at signing where something can be written."""
        may_write = cast("CockpitApp", self.app).may_write
        return self.current is not None and (action != "choose" or may_write)

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
            self.renew()

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


class SignOffPane(Vertical):
    """The checklist's sign-off table; Enter signs for the role under the cursor, after asking."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: tuple[RoleStanding, ...] = ()
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Sign-off", id="sign-off-title")
        yield SignOffList(id="sign-off")
        yield PaneTitle("role", id="role-title")
        yield SignOffDetail(id="role-detail")

    def show(self, run: Run) -> None:
        """Show how every role stands."""
        self._found = sign_off_of(run)
        listing = self.query_one(SignOffList)
        listing.timezone = run.timezone
        listing.needed = frozenset(role for view in run.phases for role in needed_roles(run, view.phase.id))
        self._fill()
        holds = sum(not one.objection for one in self._found)
        inks = inks_of(self.app)
        stands = bool(self._found) and holds == len(self._found)
        right: list[Part] = [(f"{holds}/{len(self._found)} stand", inks.good if stands else inks.plain)]
        missing = sum(bool(one.objection) for one in self._found if one.role in listing.needed)
        if missing:
            right.append((f" {choose_glyphs().dot} gates wait for {missing}", inks.warn))
        signers = run.configuration.signing.allowed_signers
        left = [("by allowed keys" if signers else "no allowed signers are configured", inks.muted)]
        self.query_one("#sign-off-title", PaneTitle).show(left=left, right=right)

    def apply_filter(self, text: str) -> None:
        """List only the roles that match; a leading `!` inverts."""
        self._filter = text
        self._fill()

    @property
    def role(self) -> RoleStanding | None:
        """The role that the cursor is on."""
        return self.query_one(SignOffList).current

    def selected_text(self) -> str:
        """Return the role under the cursor as text."""
        one = self.role
        return f"{one.role} {one.state} {one.objection}".strip() if one is not None else ""

    def _fill(self) -> None:
        self.query_one(SignOffList).show([one for one in self._found if self._shown(one)])
        self._show_detail()

    def _shown(self, one: RoleStanding) -> bool:
        text = self._filter.removeprefix("!").casefold()
        by = one.given.by.name if one.given is not None else ""
        found = text in f"{one.role} {one.title} {one.state} {by} {one.objection}".casefold()
        return not text or found is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#sign-off")
    def _show_detail(self) -> None:
        one = self.role
        self.query_one(SignOffDetail).show(one)
        self.query_one("#role-title", PaneTitle).show(one.named if one is not None else "role")

    @on(RowList.Chosen, "#sign-off")
    async def _sign(self) -> None:
        await self.screen.run_action("sign")

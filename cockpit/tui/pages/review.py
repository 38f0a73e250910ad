"""Page 0: who has signed for which role, whether it holds, and why not."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.release.signoffs import RoleStanding, needed_roles, sign_off_of
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.sign_off import SignOffDetail, SignOffList


class ReviewPage(Page):
    """The checklist's sign-off table; Enter signs for the role under the cursor, after asking."""

    filter_hint = "role, state or name"
    first_focus = "#sign-off"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._found: tuple[RoleStanding, ...] = ()
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Sign-off", id="sign-off-title")
        yield SignOffList(id="sign-off")
        yield PaneTitle("role", id="role-title")
        yield SignOffDetail(id="role-detail")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        self._found = sign_off_of(run)
        listing = self.query_one(SignOffList)
        listing.timezone = run.timezone
        listing.needed = frozenset(role for view in run.phases for role in needed_roles(run, view.phase.id))
        self._fill()
        holds = sum(not one.objection for one in self._found)
        inks = inks_of(self.app)
        right: list[Part] = [(f"{holds}/{len(self._found)} stand", inks.good if self._stands else inks.plain)]
        missing = sum(bool(one.objection) for one in self._found if one.role in listing.needed)
        if missing:
            right.append((f" {choose_glyphs().dot} gates wait for {missing}", inks.warn))
        signers = run.configuration.signing.allowed_signers
        left = [("by allowed keys" if signers else "no allowed signers are configured", inks.muted)]
        self.query_one("#sign-off-title", PaneTitle).show(left=left, right=right)

    @property
    def _stands(self) -> bool:
        return bool(self._found) and all(not one.objection for one in self._found)

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

    @property
    def role(self) -> RoleStanding | None:
        """The role that the cursor is on."""
        return self.query_one(SignOffList).current

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self._fill()

    def next_match(self, step: int) -> None:
        listing = self.query_one(SignOffList)
        if step > 0:
            listing.action_cursor_down()
        else:
            listing.action_cursor_up()

    def selected_text(self) -> str:
        one = self.role
        return f"{one.role} {one.state} {one.objection}".strip() if one is not None else ""

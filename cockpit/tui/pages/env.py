"""Page 6: the production environment's file, against its rules, its example and the code; values are never shown."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult

from cockpit.durations import short_duration
from cockpit.envfile.survey import Finding, Survey, survey
from cockpit.errors import CockpitError
from cockpit.release.env_schema import env_schema
from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part, part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.env import EnvDetail, EnvList, by_urgency
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.row_list import RowList


class EnvPage(Page):
    """Looks once when it is opened, and again when asked; in between it says how old the look is."""

    BINDINGS = bindings("env")
    filter_hint = "name, group or state"
    first_focus = "#variables"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._survey: Survey | None = None
        self._trouble = ""
        self._looked_at = 0.0
        self._by_digest = ""
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Environment", id="env-title")
        yield EnvList(id="variables")
        yield PaneTitle("variable", id="variable-title")
        yield EnvDetail(id="variable-detail")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        if self._by_digest != run.digest:
            self._by_digest = run.digest
            self._look()
        self._show_title(run, now)
        self._show_detail()

    def action_look_again(self) -> None:
        """Read the file again."""
        self._look()
        self.cockpit.tell(f"looking at {self.cockpit.moment[0].configuration.env.file} again")

    def read_again(self) -> None:
        self._look()

    def _look(self) -> None:
        self.run_worker(self._read(), group="env", exclusive=True, exit_on_error=False)

    async def _read(self) -> None:
        try:
            found = await asyncio.to_thread(self._take)
        except (CockpitError, OSError) as error:
            self._survey, self._trouble = None, str(error)
        else:
            self._survey, self._trouble = found, ""
        self._looked_at = self.cockpit.now()
        self._fill()
        self._show_title(*self.cockpit.moment[::2])

    def _take(self) -> Survey:
        workspace = self.cockpit.workspace
        run = workspace.run
        settings = run.configuration.env
        code = workspace.code
        return survey(
            code / settings.file, env_schema(run.configuration, run.library), production=run.production, code=code,
            shown=settings.file, example=settings.example,
        )  # fmt: skip

    def _fill(self) -> None:
        listing = self.query_one(EnvList)
        listing.empty = self._trouble or (f"Nothing matches {self._filter!r}: Esc shows all." if self._filter else "")
        found = by_urgency(self._survey.findings) if self._survey is not None else []
        listing.show([one for one in found if self._shown(one)])
        self._show_detail()

    def _shown(self, one: Finding) -> bool:
        text = self._filter.removeprefix("!").casefold()
        found = text in f"{one.name or 'the file'} {one.group} {one.state} {one.why}".casefold()
        return not text or found is not self._filter.startswith("!")

    def _show_title(self, run: Run, now: float) -> None:
        inks, found = inks_of(self.app), self._survey
        name = run.configuration.env.file
        left: list[Part] = [part(name, inks.strong)]
        right: list[Part] = []
        if found is not None:
            failed, others = found.count("failed"), found.count("unknown") + found.count("warning")
            right = [
                (f"{failed} failed", inks.bad if failed else inks.good),
                (f" {choose_glyphs().dot} {others} to look at", inks.warn if others else inks.muted),
            ]
        elif self._trouble:
            right = [("NOT SEEN", inks.warn)]
        if self._looked_at:
            age = now - self._looked_at
            told = "read now" if age < 1 else f"read {short_duration(age)} ago"
            left.append((f"{choose_glyphs().dot} {told}", inks.muted))
        self.query_one("#env-title", PaneTitle).show(left=left, right=right)

    @on(RowList.Highlighted, "#variables")
    def _show_detail(self) -> None:
        one = self.query_one(EnvList).current
        self.query_one(EnvDetail).show(one)
        self.query_one("#variable-title", PaneTitle).show((one.name or "the file") if one is not None else "variable")

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self._fill()

    def next_match(self, step: int) -> None:
        listing = self.query_one(EnvList)
        if step > 0:
            listing.action_cursor_down()
        else:
            listing.action_cursor_up()

    def selected_text(self) -> str:
        one = self.query_one(EnvList).current
        return f"{one.name or 'the file'} {one.state}: {one.why} {one.where}".strip() if one is not None else ""

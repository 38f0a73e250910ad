"""Page 3: every probe, with its history and the conditions it was judged by."""

from __future__ import annotations

import asyncio
import time

from textual import on
from textual.app import ComposeResult

from cockpit.errors import CockpitError
from cockpit.live_source import ask_for_probe
from cockpit.measuring import Measurer
from cockpit.release.history import ProbeHistory
from cockpit.release.live import Live, ProbeFeed
from cockpit.release.quiet import Quiet, quiet_probes
from cockpit.release.run import Run
from cockpit.times import zone
from cockpit.tui.commands import bindings
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.sources import SourcesDialog
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.pages.base import Page
from cockpit.tui.quieting import QuietingActions
from cockpit.tui.rows import Part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.probe_detail import ProbeDetail
from cockpit.tui.widgets.probes import ProbeBoard
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.targets import TargetHead, TargetTable, about_target

_LOOK_BACK_EVERY = 15.0  # seconds


class ProbePicker(ProbeBoard):
    """The board whose rows open."""

    BINDINGS = bindings("probe-board")


class ProbesPage(QuietingActions, Page):
    """The board above, the probe under the cursor below."""

    BINDINGS = bindings("probes")
    filter_hint = "name or state"
    first_focus = "#all-probes"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""
        self._quiet: dict[str, Quiet] = {}
        self._history: ProbeHistory | None = None
        self._looked_back: tuple[str, float] = ("", 0.0)

    def compose(self) -> ComposeResult:
        yield PaneTitle("Probes", id="all-probes-title")
        yield ProbePicker(id="all-probes")
        yield PaneTitle("probe", id="probe-title")
        yield ProbeDetail(id="probe-detail")
        yield PaneTitle("Targets", id="targets-title", classes="targets")
        yield TargetHead(id="targets-head", classes="targets")
        yield TargetTable(id="targets", classes="targets")

    def show(self, run: Run, live: Live, now: float) -> None:
        inks = inks_of(self.app)
        board = self.query_one(ProbeBoard)
        board.now = now
        board.tell_empty(run, live.probes)
        self.query_one(TargetTable).show(live.targets)
        self._quiet = quiet_probes(run, live.probes, now, zone(run.timezone))
        board.quiet = {name: quiet.why for name, quiet in self._quiet.items()}
        board.show([feed for feed in live.probes if self._shown(feed)])
        down = sum(feed.state == "down" for feed in live.probes)
        well = sum(feed.state == "ok" and not feed.stale(now) for feed in live.probes)
        right: list[Part] = [(f"{well}/{len(live.probes)} ok", inks.good if well == len(live.probes) else inks.plain)]
        if down:
            right.append((f" {choose_glyphs().dot} {down} down", inks.bad))
        watcher = "nobody is watching" if live.watcher_missing(now) else "the watcher comes"
        watcher = "watched from this host" if live.watcher_alive(now) else watcher
        self.query_one("#all-probes-title", PaneTitle).show(left=[(watcher, inks.muted)], right=right)
        self._show_detail()

    def _shown(self, feed: ProbeFeed) -> bool:
        text = self._filter.removeprefix("!").casefold()
        found = text in f"{feed.name} {feed.title} {feed.state}".casefold()
        return not text or found is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#all-probes")
    def _show_detail(self) -> None:
        feed = self.query_one(ProbeBoard).current
        history = None
        if feed is not None:
            self._look_back(feed.name)
            history = self._history if self._history is not None and self._history.name == feed.name else None
        quiet = self._quiet.get(feed.name) if feed is not None else None
        self.query_one(ProbeDetail).show(
            feed, self.cockpit.moment[2], quiet.words if quiet is not None else "", history
        )
        title = "probe"
        if feed is not None:
            title = feed.name if feed.title == feed.name else f"{feed.name}: {feed.title}"
        self.query_one("#probe-title", PaneTitle).show(title)

    def _look_back(self, name: str) -> None:
        """Read the probe's past off the loop, anew now and then."""
        now, past = time.monotonic(), self.cockpit.past.shown
        what = name if past is None else f"{name} at {past.at}"
        if self._looked_back[0] == what and now - self._looked_back[1] < _LOOK_BACK_EVERY:
            return
        self._looked_back = (what, now)
        self.run_worker(self._read_past(name), group="history", exclusive=True, exit_on_error=False)

    async def _read_past(self, name: str) -> None:
        workspace, at = self.cockpit.workspace, self.cockpit.moment[2]

        def read() -> ProbeHistory:
            with Measurer(workspace, now=lambda: at) as measurer:
                return measurer.history(name, outages=False)

        self._history = await asyncio.to_thread(read)
        self._show_detail()

    def offers(self, action: str) -> bool:
        """Hint at probing now where somebody watches, and at acknowledging a trouble that nobody knows of yet."""
        if action not in {"probe_now", "acknowledge_probe"}:
            return True
        feed, (run, live, now) = self.probe_here, self.cockpit.moment
        if feed is None or not self.cockpit.may_write or self.query_one(TargetTable).has_focus:
            return False
        if action == "probe_now":
            return live.watcher_alive(now)
        return feed.state != "ok" and feed.name not in run.acknowledged

    @property
    def probe_here(self) -> ProbeFeed | None:
        return self.query_one(ProbeBoard).current

    @on(RowList.Chosen, "#all-probes")
    def _open_probe(self, message: RowList.Chosen) -> None:
        from cockpit.tui.dialogs.probe import ProbeDialog  # its charts take a while to import

        run, _, now = self.cockpit.moment
        quiet = self._quiet.get(message.row.name)
        words = quiet.words if quiet is not None else ""
        self.app.push_screen(ProbeDialog(message.row, words, run.timezone, now))

    def action_toggle_targets(self) -> None:
        """Go to the targets, which take the whole page where it is low, or back to the probes."""
        there = self.query_one(TargetTable).has_focus
        self.set_class(not there, "-targets")
        self.screen.set_focus(self.query_one(ProbeBoard if there else TargetTable))
        self._tell_target()

    def take_focus(self) -> None:
        self.remove_class("-targets")
        super().take_focus()

    @on(RowList.Highlighted, "#targets")
    def _tell_target(self) -> None:
        table, title = self.query_one(TargetTable), self.query_one("#targets-title", PaneTitle)
        title.show(left=table.about(self.size.width, inks_of(self.app)))

    def action_probe_now(self) -> None:
        """Ask the watcher to run this probe at once."""
        feed = self.query_one(ProbeBoard).current
        if feed is None:
            self.cockpit.tell("no probe is under the cursor: add `probes:` to cockpit.yaml, or Esc clears the filter")
            return
        probe = self.cockpit.moment[0].configuration.probes.get(feed.name)
        effects = probe.effects if probe is not None else "none"
        if effects == "none":
            self._ask_watcher(feed.name)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._ask_watcher(feed.name)

        run = self.cockpit.moment[0]
        question = f"{feed.name} has effects ({effects}) on {run.service} in {run.environment}. Probe it once, now?"
        self.app.push_screen(ConfirmDialog(question, "Probe once"), answered)

    def action_test_sources(self) -> None:
        """Ask the monitoring tools, and tell what works."""
        self.app.push_screen(SourcesDialog())

    def _ask_watcher(self, name: str) -> None:
        self.run_worker(self._ask(name), exit_on_error=False)

    async def _ask(self, name: str) -> None:
        try:
            await asyncio.to_thread(ask_for_probe, self.cockpit.workspace, name)
        except (CockpitError, OSError) as error:
            self.cockpit.tell(str(error), severity="warning")
        else:
            self.cockpit.tell(f"asked the watcher to probe {name} now")

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self.show(*self.cockpit.moment)

    def selected_text(self) -> str:
        target = self.query_one(TargetTable).current
        if target is not None and self.query_one(TargetTable).has_focus:
            return f"{target.title} {target.goal}: {target.actual}, {target.state}, {about_target(target)}"
        feed = self.query_one(ProbeBoard).current
        return f"{feed.name} {feed.state}: {feed.detail}" if feed is not None else ""

"""Page 3: every probe, with its history and the conditions it was judged by."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from cockpit.release.live import Live, ProbeFeed
from cockpit.release.run import Run
from cockpit.tui.pages.base import Page
from cockpit.tui.rows import Part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.probes import ProbeBoard, ProbeDetail
from cockpit.tui.widgets.row_list import RowList


class ProbesPage(Page):
    """The board above, the probe under the cursor below."""

    filter_hint = "name or state"
    first_focus = "#all-probes"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield PaneTitle("Probes", id="all-probes-title")
        yield ProbeBoard(id="all-probes")
        yield PaneTitle("probe", id="probe-title")
        yield ProbeDetail(id="probe-detail")

    def show(self, run: Run, live: Live, now: float) -> None:  # noqa: ARG002
        inks = inks_of(self.app)
        board = self.query_one(ProbeBoard)
        board.now = now
        board.show([feed for feed in live.probes if self._shown(feed)])
        down = sum(feed.state == "down" for feed in live.probes)
        well = sum(feed.state == "ok" and not feed.stale(now) for feed in live.probes)
        right: list[Part] = [(f"{well}/{len(live.probes)} ok", inks.good if well == len(live.probes) else inks.plain)]
        if down:
            right.append((f" · {down} down", inks.bad))
        watcher = "watched from this host" if live.watcher_alive(now) else "nobody is watching"
        self.query_one("#all-probes-title", PaneTitle).show(left=[(watcher, inks.muted)], right=right)
        self._show_detail()

    def _shown(self, feed: ProbeFeed) -> bool:
        text = self._filter.removeprefix("!").casefold()
        found = text in f"{feed.name} {feed.title} {feed.state}".casefold()
        return not text or found is not self._filter.startswith("!")

    @on(RowList.Highlighted, "#all-probes")
    def _show_detail(self) -> None:
        feed = self.query_one(ProbeBoard).current
        self.query_one(ProbeDetail).show(feed, self.cockpit.now())
        title = feed.title if feed is not None else "probe"
        self.query_one("#probe-title", PaneTitle).show(title)

    def apply_filter(self, text: str) -> None:
        self._filter = text
        self.show(*self.cockpit.moment)

    def selected_text(self) -> str:
        feed = self.query_one(ProbeBoard).current
        return f"{feed.name} {feed.state}: {feed.detail}" if feed is not None else ""

"""A probe in full: its chart, its past, each condition expected and actual; over an hour up to 60 days."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from cockpit.errors import CockpitError
from cockpit.measuring import Measurer
from cockpit.release.history import SCALES, Course, ProbeHistory, Scale
from cockpit.release.live import ProbeFeed
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.widgets.latency_chart import ChartLegend, LatencyChart, UpBand
from cockpit.tui.widgets.probe_past import ProbePast

_READ_EVERY = 10.0  # seconds
_HOUR, _DAY = 0, 1  # of the scales


class ProbeDialog(Dialog[None]):
    """Leaving it goes back to the board."""

    BINDINGS = [
        Binding("q,enter", "cancel", show=False),
        Binding("left,h", "scale(-1)", show=False),
        Binding("right,l", "scale(1)", show=False),
        Binding("k", "scroll_text(-1)", show=False),
        Binding("j", "scroll_text(1)", show=False),
    ]

    def __init__(self, feed: ProbeFeed, quiet: str, timezone: str, now: float) -> None:
        super().__init__()
        self._feed = feed
        self._past = ProbePast(feed, quiet, timezone, now)
        self._chart = LatencyChart(timezone, id="probe-chart")
        self._scale = _DAY
        self._is_new = True  # nothing has been read yet

    def compose(self) -> ComposeResult:
        with Vertical(classes="box probe"):
            yield Static(self._title(), classes="dialog-title", id="probe-name")
            yield self._chart
            yield UpBand(id="probe-band")
            yield ChartLegend(id="probe-legend")
            with VerticalScroll(can_focus=False):
                yield self._past
            glyphs = choose_glyphs()
            back, forth = glyphs.keys[2:]
            keys = (f"{back} {forth} how far back", f"{glyphs.keys[0]} {glyphs.keys[1]} scroll", "Esc leaves")
            yield Static(Content(hint_line(*keys)), classes="dialog-hint")

    def _title(self) -> Content:
        feed = self._feed
        name = feed.name if feed.title == feed.name else f"{feed.name}: {feed.title}"
        return safe_content(f"{name}, the last {SCALES[self._scale].title}")

    def on_mount(self) -> None:
        self._read()
        self.set_interval(_READ_EVERY, self._read)

    def action_scale(self, by: int) -> None:
        """Look farther back, or nearer."""
        self._is_new = False  # the reader has chosen
        self._scale = max(0, min(self._scale + by, len(SCALES) - 1))
        self.query_one("#probe-name", Static).update(self._title())
        self._read()

    def _read(self) -> None:
        self.run_worker(self._read_past(SCALES[self._scale]), group="past", exclusive=True, exit_on_error=False)

    async def _read_past(self, scale: Scale) -> None:
        workspace, at, name = self.cockpit.workspace, self.cockpit.moment[2], self._feed.name

        def read() -> tuple[ProbeHistory, Course]:
            with Measurer(workspace, now=lambda: at) as measurer:
                return measurer.history(name), measurer.course(name, scale)

        try:
            history, course = await asyncio.to_thread(read)
        except (CockpitError, OSError) as error:
            self.cockpit.tell(str(error), severity="warning")
            return
        is_new, self._is_new = self._is_new, False
        if is_new and is_within_an_hour(course):
            self.action_scale(_HOUR - _DAY)  # a day's chart would be a dot at its edge
            return
        live = self.cockpit.moment[1]
        self._feed = next((feed for feed in live.probes if feed.name == name), self._feed)
        self._past.show(self._feed, history, at)
        self._chart.show(course)
        self.query_one(UpBand).show(course)


def is_within_an_hour(course: Course) -> bool:
    """Whether all that is known of a probe lies in the last hour of its course."""
    if not course.spans:
        return False
    since = course.spans[-1].at - SCALES[_HOUR].seconds
    looked = [span.at for span in course.spans if span.up or span.down or span.maintenance]
    return bool(looked) and min(looked) > since

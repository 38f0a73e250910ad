"""A screen with the strip at the top and the hints at the bottom; every full screen is one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.screen import Screen

from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.alarms import strip_alarm
from cockpit.tui.clock import ClockActions
from cockpit.tui.compositing import PatchScreen
from cockpit.tui.freeze import FreezeActions
from cockpit.tui.going_on import GoingOnActions
from cockpit.tui.looks import LooksActions
from cockpit.tui.migrating import MigrationActions
from cockpit.tui.notices import NoticeActions
from cockpit.tui.opening import OpeningActions
from cockpit.tui.past import PastActions
from cockpit.tui.quieting import StayActions
from cockpit.tui.report import ReportActions
from cockpit.tui.reviewing import ReviewActions
from cockpit.tui.signing import SigningActions
from cockpit.tui.tour import TourActions, TourStrip
from cockpit.tui.wheel import WheelActions
from cockpit.tui.widgets.banner import AlarmBanner
from cockpit.tui.widgets.hints import HintBar
from cockpit.tui.widgets.notice_line import NoticeLine
from cockpit.tui.widgets.past import PastBanner
from cockpit.tui.widgets.strip import IdentityStrip

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class StripScreen(
    WheelActions,
    ClockActions,
    FreezeActions,
    GoingOnActions,
    MigrationActions,
    SigningActions,
    ReviewActions,
    PastActions,
    StayActions,
    ReportActions,
    LooksActions,
    NoticeActions,
    OpeningActions,
    TourActions,
    PatchScreen,
    Screen[None],
):
    """Draws who and what this is above its own content, and what can be done below it."""

    DEFAULT_CSS = """
    StripScreen { layers: base above; }
    StripScreen > #head { dock: top; height: auto; }
    StripScreen > #foot { dock: bottom; height: auto; }
    """
    _has_resumed = False
    ALLOW_IN_MAXIMIZED_VIEW = "#head, #foot"  # where one is, and what calls, stays in view of whoever zooms a pane

    @property
    def cockpit(self) -> CockpitApp:
        """The app, by its own type."""
        return cast("CockpitApp", self.app)

    @property
    def place(self) -> str:
        """What is looked at here, for colleagues to see: a page, and what is marked on it."""
        return ""

    def action_since(self) -> None:
        """List once more what others changed while one did not look."""
        self.cockpit.since.show_again()

    def compose(self) -> ComposeResult:
        self._fit_to_size()  # before anything is in it: what is there would be given its styles and its place twice
        with Vertical(id="head"):
            yield IdentityStrip(id="identity")
            yield PastBanner(id="past")
            yield AlarmBanner(id="banner")
            if self.cockpit.tour is not None:
                yield TourStrip(id="tour")
        yield from self.compose_content()
        with Vertical(id="foot"):
            yield NoticeLine(id="notices")
            yield HintBar(id="hints")

    def _fit_to_size(self) -> None:
        """Take the classes of the app's breakpoints, as `Screen` does on each change of its size."""
        size = self.app.size
        for length, breakpoints in (
            (size.width, self.app.HORIZONTAL_BREAKPOINTS),
            (size.height, self.app.VERTICAL_BREAKPOINTS),
        ):
            fitting = [name for least, name in breakpoints or () if length >= least]
            self.set_classes([*self.classes, *fitting[-1:]])

    def _compositor_refresh(self) -> None:
        # What is rendered in a batch goes nowhere, and what is to be rendered would be forgotten.
        if not self.app._batch_count:
            super()._compositor_refresh()

    def compose_content(self) -> ComposeResult:
        """Yield what stands between strip and hints."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_moment(*self.cockpit.moment)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        if not self._has_resumed:
            # What is in a new screen has been given its styles as it was put there.
            self._has_resumed, event.refresh_styles = True, False
        self.show_moment(*self.cockpit.moment)

    def show_moment(self, run: Run, live: Live, now: float) -> None:
        """Show the run and the feeds as they are now."""
        if not self.is_mounted:
            return
        calling = self.cockpit.calling
        self.query_one(IdentityStrip).show(run, live, now, strip_alarm(calling.alarms(run, live, now)))
        past = self.cockpit.past.shown
        told = self.cockpit.past.words(now) if past is not None else ""
        self.query_one(PastBanner).show(told, self.cockpit.now() - now)
        # What calls a human now calls also whoever looks at the past.
        self.query_one(AlarmBanner).show(calling.unseen())
        self.show_tour(run, self.place.partition(":")[0])
        self.show_content(run, live, now)
        self.query_one(HintBar).show(is_open=run.open)

    def on_screen_suspend(self) -> None:
        """Hint at nothing while something lies above: the keys are for that."""
        self._hint_again()

    def on_row_list_highlighted(self) -> None:
        """What the keys would do depends on what the cursor is on."""
        self._hint_again()

    def _hint_again(self) -> None:
        with contextlib.suppress(NoMatches):  # while the screen is put together, or taken down
            self.query_one(HintBar).look()

    def show_content(self, run: Run, live: Live, now: float) -> None:
        """Show it in what a subclass composed."""
        raise NotImplementedError

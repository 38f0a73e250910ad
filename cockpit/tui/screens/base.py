"""A screen with the strip at the top and the hints at the bottom; every full screen is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.tui.alarms import alarms_of, strip_alarm
from cockpit.tui.clock import ClockActions
from cockpit.tui.freeze import FreezeActions
from cockpit.tui.looks import LooksActions
from cockpit.tui.migrating import MigrationActions
from cockpit.tui.past import PastActions
from cockpit.tui.quieting import StayActions
from cockpit.tui.report import ReportActions
from cockpit.tui.reviewing import ReviewActions
from cockpit.tui.signing import SigningActions
from cockpit.tui.wheel import WheelActions
from cockpit.tui.widgets.banner import AlarmBanner
from cockpit.tui.widgets.hints import HintBar
from cockpit.tui.widgets.past import PastBanner
from cockpit.tui.widgets.strip import IdentityStrip

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class StripScreen(
    WheelActions,
    ClockActions,
    FreezeActions,
    MigrationActions,
    SigningActions,
    ReviewActions,
    PastActions,
    StayActions,
    ReportActions,
    LooksActions,
    Screen[None],
):
    """Draws who and what this is above its own content, and what can be done below it."""

    DEFAULT_CSS = """
    StripScreen { layers: base above; }
    StripScreen > #head { dock: top; height: auto; }
    StripScreen > #hints { dock: bottom; }
    """
    ALLOW_IN_MAXIMIZED_VIEW = "#head, #hints"  # where one is, and what calls, stays in view of whoever zooms a pane

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
        with Vertical(id="head"):
            yield IdentityStrip(id="identity")
            yield PastBanner(id="past")
            yield AlarmBanner(id="banner")
        yield from self.compose_content()
        yield HintBar(id="hints")

    def compose_content(self) -> ComposeResult:
        """Yield what stands between strip and hints."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_moment(*self.cockpit.moment)

    def on_screen_resume(self) -> None:
        self.show_moment(*self.cockpit.moment)

    def show_moment(self, run: Run, live: Live, now: float) -> None:
        """Show the run and the feeds as they are now."""
        if not self.is_mounted:
            return
        me = self.cockpit.workspace.session.actor
        self.query_one(IdentityStrip).show(run, live, now, strip_alarm(alarms_of(run, live, now, me)))
        past = self.cockpit.past.shown
        told = self.cockpit.past.words(now) if past is not None else ""
        self.query_one(PastBanner).show(told, self.cockpit.now() - now)
        # What calls a human now calls also whoever looks at the past.
        self.query_one(AlarmBanner).show(self.cockpit.unseen_alarms(alarms_of(*self.cockpit.present, me)))
        self.show_content(run, live, now)

    def show_content(self, run: Run, live: Live, now: float) -> None:
        """Show it in what a subclass composed."""
        raise NotImplementedError

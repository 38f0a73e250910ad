"""The run's clock at the screen: held and resumed by the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.release.intents import ChangeRunState

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class ClockActions(DOMNode):
    """The actions of every full screen on the run's clock."""

    def action_hold(self) -> None:
        """Hold the run, with the reason: every pause point says no-go until it is resumed."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        run = app.moment[0]
        if run.state == "held":
            app.tell("the run is held already; : resume the clock lets it go on")
            return

        def write(reason: str | None) -> None:
            if reason:
                app.act(ChangeRunState("held", reason), said="held: every pause point says no-go")

        self.app.push_screen(AskDialog(f"Hold {run.name}: no phase goes on", "why", does="Enter holds"), write)

    def action_resume(self) -> None:
        """Let a planned or held run go on."""
        app = cast("CockpitApp", self.app)
        run = app.moment[0]
        if run.state not in {"planned", "held"}:
            app.tell(f"the run is {run.state}: only a planned or held one can be resumed")
            return
        app.act(ChangeRunState("active"), said="the run is active")

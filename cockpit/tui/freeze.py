"""The change freeze at the screen: on and off by the palette, each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.release.intents import LiftFreeze, SetFreeze

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class FreezeActions(DOMNode):
    """The actions of every full screen on the change freeze."""

    def action_freeze(self) -> None:
        """Let no deploy of the service start, with the reason."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        run = app.moment[0]
        if run.frozen is not None:
            app.tell(run.frozen.told)
            return

        def write(reason: str | None) -> None:
            if reason:
                app.act(SetFreeze(reason), said="frozen: no deploy starts")

        title = f"Freeze {run.service} in {run.environment}: no deploy starts until it is lifted"
        self.app.push_screen(AskDialog(title, "why, and until when", does="Enter freezes"), write)

    def action_lift_freeze(self) -> None:
        """Let deploys start again, with the reason."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        frozen = app.moment[0].frozen
        if frozen is None:
            app.tell("nothing is frozen: deploys may start; : freeze stops them")
            return

        def write(reason: str | None) -> None:
            if reason:
                app.act(LiftFreeze(reason), said="the freeze is lifted")

        dialog = AskDialog(f"Lift the {frozen.told}", "why deploys may start again", does="Enter lifts it")
        self.app.push_screen(dialog, write)

"""Who sits here: asked where an account is shared, at the start, and again before the first thing that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.identity import Doubt, is_shared

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class WhoSitsHere:
    """Keeps the session from writing while it is in doubt who writes; for the app's loop."""

    def __init__(self, app: CockpitApp, doubt: Doubt | None) -> None:
        self._app = app
        self._doubt = doubt
        if doubt is not None:
            app.workspace.session.doubt = doubt.why

    def ask(self, then: Callable[[], None] | None = None) -> None:
        """Ask, and do something once it is known."""
        from cockpit.people import known_people
        from cockpit.tui.dialogs.identity import IdentityDialog

        if self._doubt is None or isinstance(self._app.screen, IdentityDialog):
            return

        def answered(name: str | None) -> None:
            if name is None:
                self._app.tell("you may look; what you do will ask who you are")
                return
            self._app.workspace.session.identify(name)
            self._app.known()
            if then is not None:
                then()

        run = self._app.moment[0]
        known = [name for name in known_people(run) if not is_shared(name, run.configuration)]
        self._app.push_screen(IdentityDialog(self._doubt, known=", ".join(known[:4])), answered)

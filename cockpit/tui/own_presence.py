"""What colleagues see of whoever sits here: that they are here, by which name, and what they look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.presence import PresenceFile, presence_directory
from cockpit.release.live import Presence

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class OwnPresence:
    """For the app's loop; until it begins nobody sees anything, and what changes is written in a thread."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._file: PresenceFile | None = None
        self._place = ""

    def begin(self) -> None:
        """Let others see that we are here."""
        workspace = self._app.workspace
        session = workspace.session
        me = Presence(session.actor.name, workspace.host, session.writer, "screen", self._app.now())
        try:
            self._file = PresenceFile(presence_directory(workspace.store.location), me)
        except OSError as error:  # a store that one may only read is still worth looking at
            self._app.tell(f"others cannot see that you are here: {error.strerror}", severity="warning")

    def call(self) -> None:
        """Let others see our name, as it is now."""
        file, name = self._file, self._app.me
        if file is not None:
            self._app.in_thread(lambda: file.call(name))

    def tick(self) -> None:
        """Let others see what is looked at, where that is another place than before."""
        file, shown = self._file, self._app.shown
        if file is not None and shown is not None and shown.place != self._place:
            place = self._place = shown.place
            self._app.in_thread(lambda: file.look_at(place))

    def close(self) -> None:
        """Leave."""
        if self._file is not None:
            self._file.close()

"""Turning to a run that was opened elsewhere, where what one has is over or there was none."""

from __future__ import annotations

from cockpit.errors import CockpitError
from cockpit.release.run import Run
from cockpit.runs import choose_run, list_runs, pinned_of
from cockpit.workspace import Workspace

_LOOKS = 5  # after a stream has come: it is there a moment before the event that opens its run


class NewestRun:
    """Looks for another run whenever the store has streams that it had not, or one's own run has another state."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._seen: tuple[list[str], str] = [], ""
        self._looks_left = 0

    def look(self) -> Run | None:
        """Turn to the only open run, where it is another; return it, or None where there is nothing to turn to.

        With several open ones one stays with what one has.
        """
        workspace = self._workspace
        seen = workspace.store.streams(), workspace.run.state
        if seen != self._seen:
            self._seen, self._looks_left = seen, _LOOKS
        if not self._looks_left:
            return None
        self._looks_left -= 1
        try:
            # Of another environment is not what one looks at.
            chosen = choose_run(list_runs(workspace.store), run="", env=workspace.env or workspace.run.environment)
            if chosen is None or chosen.id == workspace.run.id:
                return None
            return workspace.session.focus(chosen.id, pinned_of(workspace.store, chosen))
        except CockpitError:
            return None

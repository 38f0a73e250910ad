"""The watcher's calls, on a workspace: which are to be sent from this host now, and sending them."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from cockpit.announcing import call_out
from cockpit.bootstrap import now
from cockpit.errors import RefusedError
from cockpit.release.calls import Call, calls_to_send
from cockpit.release.messages import STATE_WORDS
from cockpit.release.moment import Moments
from cockpit.workspace import Workspace, require_trust


class AroundCalls:
    """The surroundings of the watcher's calls."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._moments = Moments()
        self._hurried = threading.Event()

    def hurry(self) -> None:
        """Try nothing again any more: the watcher ends."""
        self._hurried.set()

    def due(self) -> Iterable[tuple[Call, str]]:
        """Return what is to be sent now; RefusedError where there is something and this host may not send it."""
        if not self._workspace.run.configuration.notify:
            return []
        self._workspace.session.poll()  # what another watcher has sent a moment ago is not sent again
        run, at = self._workspace.run, now()
        found = list(calls_to_send(self._moments.at(run, at), at, self._workspace.host))
        if found:
            require_trust(self._workspace)
        return found

    def tell(self, call: Call, channel: str) -> str:
        """Send a call to a channel; return what is to be said of it in the watcher's log."""
        try:
            message = call_out(self._workspace, call, channel, enough=self._hurried.is_set)
        except RefusedError as error:
            if error.code == "already":  # another watcher was quicker
                return ""
            raise
        state = message.state(now())
        return f"{channel}: {message.subject}: {STATE_WORDS[state]}" + (f", {message.detail}" if message.detail else "")

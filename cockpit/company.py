"""The company on other clones: the watcher tells them who is here, and knows whether anybody is there."""

from __future__ import annotations

import time
from collections.abc import Callable

from cockpit.errors import CockpitError
from cockpit.presence import presence_directory, present
from cockpit.release.live import Presence
from cockpit.store.remote_presence import PeopleElsewhere, RemotePresence, clone_id
from cockpit.store.sync_status import SyncStatus, read_status
from cockpit.workspace import Workspace

_LISTEN_EVERY = 2.0  # seconds between looks at what was fetched: each is a git command


class Elsewhere:
    """Those on other clones, looked up at most every two seconds; for one thread. `now` is in epoch seconds."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], float] = time.time) -> None:
        location = workspace.store.location
        self._location = location
        self._people = PeopleElsewhere(location, clone_id(location, workspace.host))
        self._now = now
        self._found: tuple[Presence, ...] = ()
        self._heard_at: float | None = None

    def others(self) -> tuple[Presence, ...]:
        """Return who is there, or was until a moment ago; nobody where no state is exchanged."""
        now = self._now()
        if self._heard_at is None or not 0 <= now - self._heard_at < _LISTEN_EVERY:
            self._heard_at = now
            exchanged = read_status(self._location).state != SyncStatus().state
            self._found = self._people.others(now) if exchanged else ()
        return self._found


class Company:
    """The watcher's part in it; for one thread. It tells nobody anything before the state itself was exchanged."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], float] = time.time) -> None:
        self._workspace = workspace
        self._now = now
        self._elsewhere = Elsewhere(workspace, now=now)
        self._clone = clone_id(workspace.store.location, workspace.host)
        self._asked_of = ""
        self._remote: RemotePresence | None = None

    @property
    def trouble(self) -> str:
        """What keeps others from seeing us; empty where nothing does."""
        return self._remote.trouble if self._remote is not None else ""

    def there(self) -> bool:
        """Whether somebody is on another clone now."""
        now = self._now()
        return any(one.here(now) for one in self._elsewhere.others())

    def due(self) -> bool:
        """Whether there is something to tell."""
        remote = self._remote_of_state()
        return remote is not None and remote.due(self._here(), self._now())

    def tell(self) -> None:
        """Tell others who is here, where it is due."""
        remote = self._remote_of_state()
        if remote is not None:
            remote.publish(self._here(), self._now())

    def leave(self) -> None:
        """Tell others that nobody is here any more, unless they are out of reach."""
        if self._remote is not None and not self._remote.trouble:
            self._remote.withdraw(self._now())

    def _here(self) -> tuple[Presence, ...]:
        return present(presence_directory(self._workspace.store.location))

    def _remote_of_state(self) -> RemotePresence | None:
        status = read_status(self._workspace.store.location)
        if status.state != "synced":
            return None
        asked_of = f"{status.remote} {status.address}"
        if asked_of != self._asked_of:
            self._asked_of, self._remote = asked_of, None
            try:
                remote = self._workspace.state_remote()
            except CockpitError:  # the exchange itself tells of it
                return None
            if remote is not None:
                self._remote = RemotePresence(self._workspace.store.location, remote, self._clone)
        return self._remote

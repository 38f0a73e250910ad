"""The exchange with a remote: fetch, unite, publish, and again where somebody else was quicker."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable

from msgspec import Struct

from cockpit.errors import GitError, RefusedError
from cockpit.store import files
from cockpit.store.branch import StateBranch
from cockpit.store.location import StoreLocation
from cockpit.store.lock import FileLock, Held
from cockpit.store.objects import ObjectDatabase
from cockpit.store.remote import RemoteError, StateRemote, Trouble
from cockpit.store.sync_status import SyncStatus, read_status, write_status

_ATTEMPTS = 8
OTHERS_EXCHANGE = 40.0  # seconds to outlast another process's exchange


class Exchange(Struct, frozen=True):
    """What one exchange did: the status to show, whether anything came in or went out, and journals that diverged.

    `kept` says why the remote still holds what was purged, where it does not let it go.
    """

    status: SyncStatus
    received: bool = False
    sent: bool = False
    diverged: tuple[str, ...] = ()
    kept: str = ""


class Synchroniser:
    """Exchanges one repository's state with one remote; one process at a time does so.

    `pause` sleeps between attempts; `now` is in epoch seconds.
    """

    def __init__(
        self,
        location: StoreLocation,
        branch: StateBranch,
        remote: StateRemote,
        *,
        own_writer: str,
        host: str,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.remote = remote
        self._location = location
        self._branch = branch
        self._own_writer = own_writer
        self._host = host
        self._now = now
        self._pause = pause
        self._objects = ObjectDatabase(location)

    def exchange(
        self, *, begin: bool = True, cancel: threading.Event | None = None, wait: float = OTHERS_EXCHANGE
    ) -> Exchange:
        """Bring both sides to the same state; trouble with the remote is told in the status, not raised.

        `wait` is how many seconds another process's exchange is outlasted.
        Without `begin` nothing is published to a remote that never had our state: a release's log goes nowhere unasked.
        Raises RefusedError (`locked`, `read-only`, `not-writable`) and GitError for what is wrong on this side.
        """
        with self._alone(wait):
            before = read_status(self._location)
            try:
                began = self._began(before)
                done = self._bring_together(begin or began, cancel, first=not began)
            except RemoteError as error:
                status = self._troubled(before, error)
                write_status(self._location, status)
                return Exchange(status)
            write_status(self._location, done.status)
            return done

    def _began(self, before: SyncStatus) -> bool:
        return before.remote == self.remote.name and before.address == self.remote.shown and before.at > 0

    def _bring_together(self, begin: bool, cancel: threading.Event | None, *, first: bool) -> Exchange:
        received = sent = False
        kept = ""
        diverged: tuple[str, ...] = ()
        failure = RemoteError("others were quicker every time", trouble=Trouble.REJECTED)
        for attempt in range(_ATTEMPTS):
            theirs = self.remote.fetch(cancel=cancel, first=first)
            if theirs is None and not begin:
                return Exchange(self._unpublished())
            replaces = ""
            if theirs is None:
                ours = self._branch.commit("cockpit: state").commit
            else:
                try:
                    joined = self._branch.join(theirs, keep_history=bool(kept))
                except GitError:
                    self._require_commit(theirs)
                    raise
                ours, diverged, replaces = joined.commit, joined.diverged, joined.replaces
                received = bool(self._branch.restore_missing(own_writer=self._own_writer)) or received
            if ours is None or ours == theirs:
                return Exchange(self._synced(), received, sent, diverged, kept)
            try:
                self.remote.push_state(ours, replacing=replaces, cancel=cancel, first=first)
            except RemoteError as error:
                if replaces and error.trouble is Trouble.REFUSED:
                    # To be in step matters more than to forget; that it still holds what was purged is told.
                    kept = f"{error.what}: it still holds what was purged. {error.fix}"
                    continue
                if error.trouble is not Trouble.REJECTED:
                    raise
                failure = error
                # Jittered, so that two who collide do not collide again; S311: this is no secret.
                import random  # the lucky need none

                self._pause(random.uniform(0.02, 0.1) * 2 ** min(attempt, 4))  # noqa: S311
                continue
            sent = True
            return Exchange(self._synced(), received, sent, diverged, kept)
        raise failure

    def _require_commit(self, theirs: str) -> None:
        """Raise RemoteError where what the remote has under the state's name is no state."""
        kind = self._objects.run("cat-file", "-t", theirs).text.strip()
        if kind not in {"", "commit"}:
            ref = self.remote.names.state
            raise RemoteError(
                f"{ref} at {self.remote.shown} is a {kind}, not a commit: somebody else put it there",
                trouble=Trouble.OTHER,
                fix=f"Look at it; then remove it there (git push REMOTE :{ref}), or name another state_remote",
            )

    def _synced(self) -> SyncStatus:
        now = self._now()
        return SyncStatus("synced", self.remote.name, self.remote.shown, at=now, tried_at=now)

    def _unpublished(self) -> SyncStatus:
        return SyncStatus(
            "unpublished", self.remote.name, self.remote.shown, tried_at=self._now(),
            reason=f"the state has never been published to {self.remote.name}",
            fix="cockpit sync does so; from then on it goes by itself",
        )  # fmt: skip

    def _troubled(self, before: SyncStatus, error: RemoteError) -> SyncStatus:
        ahead, behind = self._distance()
        now = self._now()
        same = before.remote == self.remote.name
        return SyncStatus(
            error.trouble.value,
            self.remote.name,
            self.remote.shown,
            at=before.at if same else 0.0,
            tried_at=now,
            reason=error.what,
            fix=error.fix,
            ahead=ahead,
            behind=behind,
            trouble_since=before.trouble_since if same and before.trouble_since else now,
        )

    def _distance(self) -> tuple[int, int]:
        """Return how many commits each side has that the other, as last seen, has not."""
        with contextlib.suppress(GitError, RefusedError):
            self._branch.commit("cockpit: state")
        ours, theirs = self._branch.tip(), self.remote.tracked()
        if ours is None:
            return 0, 0
        if theirs is None:
            counted = self._objects.run("rev-list", "--count", ours)
            return (int(counted.text), 0) if counted.ok else (0, 0)
        counted = self._objects.run("rev-list", "--left-right", "--count", f"{ours}...{theirs}")
        ahead, _, behind = counted.text.strip().partition("\t")
        return (int(ahead), int(behind)) if counted.ok else (0, 0)

    def _alone(self, wait: float) -> FileLock:
        place = self._location
        for directory in (place.temporary, place.locks, place.run):
            files.make_directories(directory, below=place.common, share=place.share)
        holder = Held("a cockpit", self._host, os.getpid(), f"{self._now():.0f}", "exchanging the state")
        return FileLock(place.lock("sync"), holder, wait=wait, share=place.share)

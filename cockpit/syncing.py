"""Exchanging the state with the remote, from a command, at opening, and over and over in the watcher."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct

from cockpit.errors import CockpitError
from cockpit.leasing.looking import reconcile
from cockpit.store.remote import StateRemote
from cockpit.store.sync import OTHERS_EXCHANGE, Exchange
from cockpit.store.sync_status import SyncStatus, write_status
from cockpit.workspace import Workspace

_COMPANY_LASTS = 120.0  # seconds after something came in, in which more is likely


class Rhythm(Struct, frozen=True):
    """How often the state is exchanged, in seconds."""

    together: float = 2.0  # between exchanges while somebody else is there
    alone: float = 10.0
    after_change: float = 0.5  # until a change of ours goes out while somebody else is there
    after_change_alone: float = 3.0
    least_backoff: float = 5.0  # after a failure, doubled with each one more
    most_backoff: float = 60.0
    hopeless: float = 300.0  # the most where a person must mend something first


class Backoff:
    """How long to wait after failures in a row."""

    def __init__(self, rhythm: Rhythm) -> None:
        self._rhythm = rhythm
        self._failures = 0

    def after(self, status: SyncStatus) -> float | None:
        """Return the seconds to wait after an exchange that failed, or None after one that went well."""
        if status.state in {"synced", "unpublished", "none"}:
            self._failures = 0
            return None
        most = self._rhythm.hopeless if status.state in {"auth", "refused"} else self._rhythm.most_backoff
        wait = min(self._rhythm.least_backoff * 2.0**self._failures, most)
        self._failures += 1
        return wait


class Exchanger:
    """The watcher's part in the exchange: says when the next one is due, and carries it out; for one thread.

    `company` tells whether somebody else is there, on another clone.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        company: Callable[[], bool] = lambda: False,
        rhythm: Rhythm = Rhythm(),  # noqa: B008
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspace = workspace
        self._company = company
        self._rhythm = rhythm
        self._monotonic = monotonic
        self._backoff = Backoff(rhythm)
        self._due = 0.0
        self._failing = False
        self._changed_at: float | None = None
        self._received_at: float | None = None
        self.cancel = threading.Event()

    def note_change(self) -> None:
        """Something was written here that the other side has not got."""
        if self._changed_at is None:
            self._changed_at = self._monotonic()

    def due(self) -> bool:
        """Whether it is time for the next exchange."""
        now = self._monotonic()
        if self._changed_at is not None and not self._failing:
            patience = self._rhythm.after_change if self._together(now) else self._rhythm.after_change_alone
            if now >= self._changed_at + patience:
                return True
        return now >= self._due

    def exchange(self) -> Exchange | None:
        """Exchange once; None where there is no remote. Raises CockpitError for what is wrong on this side."""
        self._changed_at = None
        self._due = self._monotonic() + self._rhythm.alone
        try:
            remote = self._workspace.state_remote()
            if remote is None:
                write_status(self._workspace.store.location, SyncStatus())
                return None
            done = exchange(self._workspace, remote, begin=self._asked_for(), cancel=self.cancel)
        except CockpitError:
            self._due = self._monotonic() + self._rhythm.most_backoff
            raise
        now = self._monotonic()
        if done.received:
            self._received_at = now
        wait = self._backoff.after(done.status)
        self._failing = wait is not None
        usual = self._rhythm.together if self._together(now) else self._rhythm.alone
        self._due = now + (usual if wait is None else wait)
        return done

    def _asked_for(self) -> bool:
        """Whether a person has said where the state is to go."""
        local = self._workspace.git.run("config", "--get", "cockpit.stateRemote").text.strip()
        return bool(local or self._workspace.run.configuration.state_remote)

    def _together(self, now: float) -> bool:
        lately = self._received_at is not None and now - self._received_at < _COMPANY_LASTS
        return lately or self._company()


def exchange(
    workspace: Workspace,
    remote: StateRemote,
    *,
    begin: bool = True,
    cancel: threading.Event | None = None,
    wait: float = OTHERS_EXCHANGE,
) -> Exchange:
    """Exchange this clone's state with a remote, once; trouble over there is told in the status.

    `wait` is how many seconds another process's exchange is outlasted.
    What went on without the remote's lease while it was away is looked into when it is back.
    """
    done = workspace.store.synchroniser(remote).exchange(begin=begin, cancel=cancel, wait=wait)
    if done.status.state == "synced" and not workspace.session.readonly:
        workspace.session.poll()
        reconcile(workspace)
    return done


def catch_up(workspace: Workspace, *, within: float = 5.0) -> None:
    """Take in what others wrote on their clones, for a decision that hangs on it; in so many seconds, or not at all."""
    cancel = threading.Event()
    alarm = threading.Timer(within, cancel.set)
    alarm.daemon = True
    alarm.start()
    try:
        remote = workspace.state_remote()
        if remote is not None:
            exchange(workspace, remote, begin=False, cancel=cancel, wait=within)
    except CockpitError:
        pass  # the watcher tells what is wrong with the remote
    finally:
        alarm.cancel()
    workspace.session.poll()

"""Whether there is a lease at all: the state's remote, where a remote was named for it, or has it already."""

from __future__ import annotations

import time
from collections.abc import Callable

from cockpit.store.lease import RemoteLease
from cockpit.store.remote import StateRemote
from cockpit.store.sync_status import read_status
from cockpit.workspace import Workspace


def remote_lease(workspace: Workspace, *, now: Callable[[], float] = time.time) -> RemoteLease | None:
    """Return the lease of this service and environment; None where the state is shared with nobody.

    Raises CockpitError where the remote that is meant cannot be told.
    """
    remote = workspace.state_remote()
    if remote is None or not _is_shared(workspace, remote):
        return None
    run = workspace.run
    return RemoteLease(workspace.store.location, remote, run.service, run.environment, now=now)


def _is_shared(workspace: Workspace, remote: StateRemote) -> bool:
    status = read_status(workspace.store.location)
    began = status.remote == remote.name and status.at > 0
    named = workspace.run.configuration.state_remote or workspace.git.run("config", "cockpit.stateRemote").text.strip()
    return began or bool(named) or remote.tracked() is not None

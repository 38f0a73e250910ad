"""Another's lease: not to be passed over while its holder is seen, and broken by a person once it is stale."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from cockpit.errors import CockpitError, RefusedError
from cockpit.leasing.claims import own_nonces, read_claim
from cockpit.leasing.remote import remote_lease
from cockpit.leasing.taking import view_of
from cockpit.release.intents import BreakLease
from cockpit.store.lease import Lease, LeaseHeldError
from cockpit.store.lock import holder_of
from cockpit.workspace import Workspace


def refuse_anothers(workspace: Workspace, execution: str) -> None:
    """Refuse to end what another clone executes, as far as the remote can say: its worker is out of our reach.

    Nothing is asked where this clone has the claim, for there the worker is ours to stop, and fast.
    """
    if read_claim(workspace, execution) is not None:
        return
    lease: Lease | None = None
    with contextlib.suppress(CockpitError, OSError):
        remote = remote_lease(workspace)
        lease = remote.read() if remote is not None else None
    holder = lease.holder if lease is not None else None
    if lease is not None and holder is not None and holder.execution == execution and not lease.stale(time.time()):
        raise LeaseHeldError(lease, time.time())


def break_lease(workspace: Workspace, reason: str, *, now: Callable[[], float] = time.time) -> Lease:
    """Break a stale lease, and record that; return it. Its holder may do nothing more when they wake.

    Refused while its holder has been seen lately, where it is this clone's own and not over, and where there is none.
    """
    workspace.session.require_writing()
    if not reason.strip():
        raise RefusedError(
            "this needs a reason", fix='Say how you know that nothing executes there: --reason "…"', code="no-reason"
        )
    remote = remote_lease(workspace, now=now)
    if remote is None:
        raise RefusedError("the state is shared with no remote, so there is no lease", code="no-remote")
    lease = remote.read()
    if lease is None:
        raise RefusedError("nobody holds the lease", fix="Nothing is in the way", code="already")
    holder = lease.holder
    if lease.nonce in own_nonces(workspace):
        view = view_of(workspace.run, holder.execution) if holder is not None else None
        idle = holder_of(workspace.store.location.lock(workspace.execution_lock)) is None
        if not idle or (view is not None and not view.over):
            raise RefusedError(
                "it is this clone's own lease, of an execution that is not over",
                fix="Go on, or end it: cockpit execution resume, or abort",
                code="leased",
            )
    elif holder is not None and not lease.stale(now()):
        raise LeaseHeldError(lease, now())
    if not remote.remove_exactly(lease):
        raise RefusedError(
            "it was renewed or given back this very moment", fix="Look again: whoever holds it is there", code="leased"
        )
    if holder is None:
        workspace.session.act(BreakLease(reason, lease.oid))
    else:
        workspace.session.act(
            BreakLease(
                reason, holder.nonce, holder.owner, holder.host, holder.at, holder.heartbeat, holder.reason
            )
        )  # fmt: skip
    return lease

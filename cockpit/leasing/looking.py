"""What is known of the lease without asking for it, and what another did while this clone went on without."""

from __future__ import annotations

from msgspec import Struct

from cockpit.errors import CockpitError
from cockpit.leasing.claims import forget_claim, own_nonces, read_claim
from cockpit.leasing.remote import remote_lease
from cockpit.release.entities import execution_entity
from cockpit.release.events import LeaseReconciled
from cockpit.release.live import LeaseFeed
from cockpit.release.run import ExecutionView
from cockpit.store.sync_status import read_status
from cockpit.times import epoch
from cockpit.workspace import Workspace


class LeaseSight(Struct, frozen=True):
    """What can be said of the lease without asking the remote; `trouble` is why that could not be asked lately."""

    lease: LeaseFeed | None = None  # None where nobody holds it, or nothing is shared
    trouble: str = ""


def look_at_lease(workspace: Workspace) -> LeaseSight:
    """Return whose lease was last heard of, and whether the remote answers."""
    try:
        remote = remote_lease(workspace)
        lease = remote.tracked() if remote is not None else None
    except CockpitError as error:
        return LeaseSight(trouble=error.what)
    if remote is None:
        return LeaseSight()
    status = read_status(workspace.store.location)
    troubled = status.remote == remote.remote.name and status.state not in {"none", "unpublished", "synced"}
    trouble = status.state if troubled else ""
    if lease is None:
        return LeaseSight(trouble=trouble)
    holder = lease.holder
    if holder is None:
        return LeaseSight(LeaseFeed("somebody", "", "", 0.0, "unreadable"), trouble)
    feed = LeaseFeed(
        holder.owner, holder.host, holder.at, epoch(holder.heartbeat), holder.reason,
        ours=holder.nonce in own_nonces(workspace),
    )  # fmt: skip
    return LeaseSight(feed, trouble)


def reconcile(workspace: Workspace) -> list[LeaseReconciled]:
    """After an exchange that went well, record for what went on without the lease, and is over, who else executed.

    Return what was found, one for each such execution; those under way are their worker's matter.
    """
    from cockpit.release.intents import RecordFact  # who only looks records nothing

    done = []
    for view in workspace.run.executions:
        claim = read_claim(workspace, view.id)
        if view.without_lease is None or view.reconciled or not view.over or claim is None:
            continue
        found = _somebody_else(workspace, view)
        workspace.session.act(RecordFact(execution_entity(view.id), found))
        forget_claim(workspace, view.id)
        done.append(found)
    return done


def _somebody_else(workspace: Workspace, ours: ExecutionView) -> LeaseReconciled:
    remote = remote_lease(workspace)
    lease = remote.tracked() if remote is not None else None
    holder = lease.holder if lease is not None else None
    if holder is not None and holder.nonce not in own_nonces(workspace) and epoch(holder.at) <= epoch(ours.ended):
        return LeaseReconciled(holder.owner, holder.host, holder.at, holder.reason, holder.nonce)
    others = [*workspace.run.executions, *(view for _, view in workspace.executions_elsewhere())]
    for view in others:
        ended = epoch(view.ended) if view.over else float("inf")
        if view.id != ours.id and epoch(view.wall) <= epoch(ours.ended) and ended >= epoch(ours.wall):
            return LeaseReconciled(view.by.name, view.host, view.wall, f"{view.direction} to {view.tag}")
    return LeaseReconciled()

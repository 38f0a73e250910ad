"""Keeping the lease while an execution's worker runs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from cockpit.errors import CockpitError
from cockpit.leasing.claims import confirm_claim, forget_claim, read_claim
from cockpit.leasing.remote import remote_lease
from cockpit.leasing.taking import take_lease, view_of
from cockpit.release.entities import execution_entity
from cockpit.release.events import LeaseBroken, LeaseReconciled
from cockpit.release.intents import RecordFact
from cockpit.release.ports import UNLEASED
from cockpit.release.ports import Lease as LeasePort
from cockpit.store.keeper import HEARTBEAT, LeaseKeeper
from cockpit.store.lease import LeaseHolder
from cockpit.workspace import Workspace

_FRESH = 60.0  # seconds in which a worker goes on with what was taken for it, without asking anew


@contextmanager
def keep_lease(workspace: Workspace, execution: str, *, every: float = HEARTBEAT) -> Iterator[LeasePort]:
    """Keep the lease while an execution's worker runs; what is yielded says before each step whether it is held.

    The worker goes on with what was taken for it a moment ago, without waiting for the remote; where nothing was, as
    for one that is started by hand, it is taken here.
    """
    claim = read_claim(workspace, execution)
    if claim is None or not (claim.without or time.time() - claim.confirmed < _FRESH):
        view = view_of(workspace.run, execution)
        what = f"{view.direction} to {view.tag}" if view is not None else "an execution"
        claim = take_lease(workspace, execution, target=view.tag if view is not None else "", what=what)
    try:
        remote = remote_lease(workspace)
    except CockpitError:
        remote = None
    if claim is None or remote is None:
        yield UNLEASED
        return
    known = claim
    keeper = LeaseKeeper(
        remote,
        msgspec.structs.replace(claim.holder, pid=os.getpid()),
        claim.lease if claim.oid else None,
        on_held=lambda held: confirm_claim(workspace, known, held),
        on_reconciled=lambda other: _reconciled(workspace, execution, other),
        every=every,
    )
    keeper.start()
    try:
        yield _KeptLease(workspace, keeper, claim.holder.nonce)
    finally:
        view = view_of(workspace.run, execution)
        over = view is not None and view.over
        given = keeper.finish(over=over, state="stopped" if view is not None and view.state == "stopped" else "")
        if given:
            forget_claim(workspace, execution)


class _KeptLease:
    """What a worker asks before each step: the remote's word, and what has come in of a break by the store."""

    def __init__(self, workspace: Workspace, keeper: LeaseKeeper, nonce: str) -> None:
        self._workspace = workspace
        self._keeper = keeper
        self._nonce = nonce

    def refusal(self) -> str:
        """Return why no further step may begin; empty while one may."""
        for record in self._workspace.run.records:
            if isinstance(record.data, LeaseBroken) and record.data.nonce == self._nonce:
                why = self._workspace.session.text(record.data.reason) or "the reason is not here yet"
                return f"{record.by.name} broke its lease: {why}"
        return self._keeper.refusal()


def _reconciled(workspace: Workspace, execution: str, other: LeaseHolder | None) -> None:
    found = LeaseReconciled()
    if other is not None:
        found = LeaseReconciled(other.owner, other.host, other.at, other.reason, other.nonce)
    workspace.session.act(RecordFact(execution_entity(execution), found))

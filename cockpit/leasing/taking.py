"""Taking the lease for what is about to execute, and giving it back once that is over."""

from __future__ import annotations

import contextlib
import os
import secrets
import time

import msgspec

from cockpit.errors import CockpitError, RefusedError
from cockpit.leasing.claims import (
    REMEMBERED,
    Claim,
    clone_place,
    confirm_claim,
    forget_claim,
    own_nonces,
    read_claim,
    restore_claim,
    write_claim,
)
from cockpit.leasing.remote import remote_lease
from cockpit.release.intents import GoWithoutLease
from cockpit.release.run import ExecutionView, Run
from cockpit.store.lease import STALE_AFTER, LeaseHeldError, LeaseHolder
from cockpit.times import rfc3339
from cockpit.workspace import Workspace

_SAFE = STALE_AFTER - 60.0  # seconds in which nobody may have broken a lease that was ours


def take_lease(workspace: Workspace, execution: str, *, target: str, what: str, without: str = "") -> Claim | None:
    """Take the lease for an execution, under the local lock; None where there is none to take.

    With a reason to go `without`, an unreachable remote is no obstacle; another holder is one all the same. Raises
    LeaseHeldError (`leased`), and RefusedError (`no-lease`) where the remote does not answer, or not to the point.
    """
    before = read_claim(workspace, execution)
    ours = own_nonces(workspace, but_not_of=_others_under_way(workspace.run, execution))
    claim = Claim(
        LeaseHolder(
            owner=workspace.session.actor.name, host=workspace.host, pid=os.getpid(), at=rfc3339(time.time()),
            target=target, reason=what, nonce=secrets.token_hex(16), execution=execution,
        ),
        place=clone_place(workspace),
        earlier=(before.holder.nonce, *before.earlier)[:REMEMBERED] if before is not None else (),
    )  # fmt: skip
    try:
        lease = remote_lease(workspace)
        if lease is None:
            return None
        # Before it is asked for: should the answer be lost, what arrived is known for our own.
        write_claim(workspace, claim)
        held = lease.acquire(claim.holder, ours=ours)
    except LeaseHeldError as error:
        if error.code == "leased":
            restore_claim(workspace, execution, before)
            raise
        trouble = error.what
    except (CockpitError, OSError) as error:
        trouble = getattr(error, "what", str(error))
    else:
        return confirm_claim(workspace, claim, held)
    if before is not None and before.oid and time.time() - before.confirmed < _SAFE:
        restore_claim(workspace, execution, before)
        return before
    if without.strip():
        claim = msgspec.structs.replace(claim, without=True, trouble=trouble)
        write_claim(workspace, claim)
        return claim
    raise RefusedError(
        f"the remote's lease is not to be had: {trouble}",
        fix='To go on by the lock of this clone alone, say so and why: --without-remote-lease --reason "…"',
        code="no-lease",
    )


def record_override(workspace: Workspace, claim: Claim | None, reason: str) -> None:
    """Write down that a person went on without the lease, where that is what the claim says."""
    if claim is not None and claim.without:
        workspace.session.act(GoWithoutLease(claim.holder.execution, reason, claim.trouble))


def give_back(workspace: Workspace, execution: str) -> None:
    """Give back the lease of an execution that is over, or never began; without the remote it goes stale."""
    claim = read_claim(workspace, execution)
    if claim is None:
        return
    with contextlib.suppress(CockpitError, OSError):
        lease = remote_lease(workspace)
        if lease is not None:
            lease.release(claim.lease) if claim.oid else lease.release_if({claim.holder.nonce, *claim.earlier})
            # What went on without it is still to be looked into.
            if not claim.without or view_of(workspace.run, execution) is None:
                forget_claim(workspace, execution)


def _others_under_way(run: Run, execution: str) -> set[str]:
    return {view.id for view in run.executions if not view.over and view.id != execution}


def view_of(run: Run, execution: str) -> ExecutionView | None:
    """Return an execution of the present run; None where it has none of that id."""
    return next((view for view in run.executions if view.id == execution), None)

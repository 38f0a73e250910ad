"""The remote's lease beside the local lock: who executes for a service and environment, of all its clones.

It is asked for where the state is shared: a remote was named for it, or has it already. A person's process takes it,
under the local lock, and leaves a claim in the execution's directory; by that the worker goes on with it, and later
processes of this clone know it for their own. An execution that stops keeps it, for it is half done; unrenewed, it
goes stale for others. It is given back when the execution is over.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.errors import CockpitError, RefusedError
from cockpit.release.decisions.executions import execution_entity
from cockpit.release.events import LeaseBroken, LeaseReconciled
from cockpit.release.intents import BreakLease, GoWithoutLease, RecordFact
from cockpit.release.live import LeaseFeed
from cockpit.release.ports import UNLEASED
from cockpit.release.ports import Lease as LeasePort
from cockpit.release.run import ExecutionView, Run
from cockpit.store.keeper import HEARTBEAT, LeaseKeeper
from cockpit.store.lease import STALE_AFTER, Lease, LeaseHeldError, LeaseHolder, RemoteLease
from cockpit.store.lock import holder_of
from cockpit.store.remote import StateRemote
from cockpit.store.sync import read_status
from cockpit.times import epoch, rfc3339
from cockpit.workspace import Workspace

_FRESH = 60.0  # seconds in which a worker goes on with what was taken for it, without asking anew
_SAFE = STALE_AFTER - 60.0  # seconds in which nobody may have broken a lease that was ours
_REMEMBERED = 8  # nonces of earlier turns


class Claim(Struct, frozen=True, omit_defaults=True):
    """What an execution's directory remembers of its lease.

    `place` is this clone's git directory and inode: a copied clone holds nothing. `oid` and `confirmed` (epoch seconds)
    are of the last answer, empty where there was none; `without` says that a person went on all the same, with the
    `trouble`.
    """

    holder: LeaseHolder
    place: str
    oid: str = ""
    confirmed: float = 0.0
    without: bool = False
    trouble: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def lease(self) -> Lease:
        """The lease as it was last known to be ours."""
        return Lease(self.oid, self.holder)


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
        place=_place(workspace),
        earlier=(before.holder.nonce, *before.earlier)[:_REMEMBERED] if before is not None else (),
    )  # fmt: skip
    try:
        lease = remote_lease(workspace)
        if lease is None:
            return None
        # Before it is asked for: should the answer be lost, what arrived is known for our own.
        _write_claim(workspace, claim)
        held = lease.acquire(claim.holder, ours=ours)
    except LeaseHeldError as error:
        if error.code == "leased":
            _restore(workspace, execution, before)
            raise
        trouble = error.what
    except (CockpitError, OSError) as error:
        trouble = getattr(error, "what", str(error))
    else:
        return _confirm(workspace, claim, held)
    if before is not None and before.oid and time.time() - before.confirmed < _SAFE:
        _restore(workspace, execution, before)
        return before
    if without.strip():
        claim = msgspec.structs.replace(claim, without=True, trouble=trouble)
        _write_claim(workspace, claim)
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
            if not claim.without or _view(workspace.run, execution) is None:
                _claim_path(workspace, execution).unlink(missing_ok=True)


@contextmanager
def keep_lease(workspace: Workspace, execution: str, *, every: float = HEARTBEAT) -> Iterator[LeasePort]:
    """Keep the lease while an execution's worker runs; what is yielded says before each step whether it is held.

    The worker goes on with what was taken for it a moment ago, without waiting for the remote; where nothing was, as
    for one that is started by hand, it is taken here.
    """
    claim = read_claim(workspace, execution)
    if claim is None or not (claim.without or time.time() - claim.confirmed < _FRESH):
        view = _view(workspace.run, execution)
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
        on_held=lambda held: _confirm(workspace, known, held),
        on_reconciled=lambda other: _reconciled(workspace, execution, other),
        every=every,
    )
    keeper.start()
    try:
        yield _KeptLease(workspace, keeper, claim.holder.nonce)
    finally:
        view = _view(workspace.run, execution)
        over = view is not None and view.over
        given = keeper.finish(over=over, state="stopped" if view is not None and view.state == "stopped" else "")
        if given:
            _claim_path(workspace, execution).unlink(missing_ok=True)


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


def break_lease(workspace: Workspace, reason: str, *, now: Callable[[], float] = time.time) -> Lease:
    """Break a stale lease, and record that; return it. Its holder may do nothing more when they wake.

    Refused while its holder has been seen lately, where it is this clone's own and not over, and where there is none.
    """
    if workspace.session.readonly:
        raise RefusedError("this cockpit is read-only", fix="Start it without --readonly", code="readonly")
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
        view = _view(workspace.run, holder.execution) if holder is not None else None
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
    done = []
    for view in workspace.run.executions:
        claim = read_claim(workspace, view.id)
        if view.without_lease is None or view.reconciled or not view.over or claim is None:
            continue
        found = _somebody_else(workspace, view)
        workspace.session.act(RecordFact(execution_entity(view.id), found))
        _claim_path(workspace, view.id).unlink(missing_ok=True)
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


def own_nonces(workspace: Workspace, *, but_not_of: Collection[str] = ()) -> frozenset[str]:
    """Return the nonces that this clone has drawn for executions whose lease it may still hold."""
    found: set[str] = set()
    for path in workspace.executions_directory.glob("*/lease.json"):
        claim = _read(workspace, path)
        if claim is not None and claim.holder.execution not in but_not_of:
            found |= {claim.holder.nonce, *claim.earlier}
    return frozenset(found)


def _others_under_way(run: Run, execution: str) -> set[str]:
    return {view.id for view in run.executions if not view.over and view.id != execution}


def read_claim(workspace: Workspace, execution: str) -> Claim | None:
    """Return what is remembered of an execution's lease; None where that is nothing, or another clone's."""
    return _read(workspace, _claim_path(workspace, execution))


def _read(workspace: Workspace, path: Path) -> Claim | None:
    try:
        claim = msgspec.json.decode(path.read_bytes(), type=Claim)
    except (OSError, msgspec.DecodeError):
        return None
    return claim if claim.place == _place(workspace) else None


def _place(workspace: Workspace) -> str:
    """Return what tells this clone from a copy of it; not the host, for a laptop's name changes with its network."""
    common = workspace.store.location.common
    return f"{common.stat().st_ino}:{common}"


def _claim_path(workspace: Workspace, execution: str) -> Path:
    return workspace.executions_directory / execution / "lease.json"


def _confirm(workspace: Workspace, claim: Claim, held: Lease) -> Claim:
    holder = held.holder or claim.holder
    confirmed = msgspec.structs.replace(claim, holder=holder, oid=held.oid, confirmed=time.time(), without=False)
    _write_claim(workspace, confirmed)
    return confirmed


def _write_claim(workspace: Workspace, claim: Claim) -> None:
    path = _claim_path(workspace, claim.holder.execution)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".lease.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(claim))
    draft.replace(path)


def _restore(workspace: Workspace, execution: str, before: Claim | None) -> None:
    if before is not None:
        _write_claim(workspace, before)
    else:
        _claim_path(workspace, execution).unlink(missing_ok=True)


def _reconciled(workspace: Workspace, execution: str, other: LeaseHolder | None) -> None:
    found = LeaseReconciled()
    if other is not None:
        found = LeaseReconciled(other.owner, other.host, other.at, other.reason, other.nonce)
    workspace.session.act(RecordFact(execution_entity(execution), found))


def _view(run: Run, execution: str) -> ExecutionView | None:
    return next((view for view in run.executions if view.id == execution), None)

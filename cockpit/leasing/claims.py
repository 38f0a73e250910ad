"""What an execution's directory remembers of the lease that was taken for it; by that a later process knows it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.store.lease import Lease, LeaseHolder
from cockpit.workspace import Workspace

REMEMBERED = 8  # nonces of earlier turns
COMMAND_PREFIX = "command-"  # of what stands in an execution's place where a runbook's command holds the lease


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


def own_nonces(workspace: Workspace, *, but_not_of: Collection[str] = ()) -> frozenset[str]:
    """Return the nonces that this clone has drawn for executions whose lease it may still hold."""
    found: set[str] = set()
    for path in workspace.executions_directory.glob("*/lease.json"):
        claim = _read(workspace, path)
        if claim is not None and claim.holder.execution not in but_not_of:
            found |= {claim.holder.nonce, *claim.earlier}
    return frozenset(found)


def read_claim(workspace: Workspace, execution: str) -> Claim | None:
    """Return what is remembered of an execution's lease; None where that is nothing, or another clone's."""
    return _read(workspace, _path(workspace, execution))


def clone_place(workspace: Workspace) -> str:
    """Return what tells this clone from a copy of it; not the host, for a laptop's name changes with its network."""
    common = workspace.store.location.common
    return f"{common.stat().st_ino}:{common}"


def confirm_claim(workspace: Workspace, claim: Claim, held: Lease) -> Claim:
    """Remember that the remote has just said that the lease is ours."""
    holder = held.holder or claim.holder
    confirmed = msgspec.structs.replace(claim, holder=holder, oid=held.oid, confirmed=time.time(), without=False)
    write_claim(workspace, confirmed)
    return confirmed


def write_claim(workspace: Workspace, claim: Claim) -> None:
    """Remember a claim, whole or not at all."""
    path = _path(workspace, claim.holder.execution)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".lease.{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(claim))
    draft.replace(path)


def restore_claim(workspace: Workspace, execution: str, before: Claim | None) -> None:
    """Remember what was remembered before."""
    if before is not None:
        write_claim(workspace, before)
    else:
        forget_claim(workspace, execution)


def forget_claim(workspace: Workspace, execution: str) -> None:
    """Remember nothing of an execution's lease; what its steps printed stays."""
    path = _path(workspace, execution)
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty, or not there
        path.parent.rmdir()


def forget_commands(workspace: Workspace, *, but: str) -> None:
    """Remember nothing of the leases of commands that have run; to be called under the local lock, by one that runs."""
    for path in workspace.executions_directory.glob(f"{COMMAND_PREFIX}*/lease.json"):
        if path.parent.name != but:
            forget_claim(workspace, path.parent.name)


def _read(workspace: Workspace, path: Path) -> Claim | None:
    try:
        claim = msgspec.json.decode(path.read_bytes(), type=Claim)
    except (OSError, ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
        return None
    return claim if claim.place == clone_place(workspace) else None


def _path(workspace: Workspace, execution: str) -> Path:
    return workspace.executions_directory / execution / "lease.json"

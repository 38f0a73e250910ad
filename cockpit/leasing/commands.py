"""The lease while a runbook's command runs: whoever changes things here keeps every other clone out meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from cockpit.errors import CockpitError
from cockpit.leasing.claims import (
    COMMAND_PREFIX,
    confirm_claim,
    forget_claim,
    forget_commands,
    read_claim,
    restore_claim,
)
from cockpit.leasing.remote import remote_lease
from cockpit.leasing.taking import take_lease
from cockpit.release.run import ExecutionView
from cockpit.store.keeper import LeaseKeeper
from cockpit.workspace import Workspace


class CommandLease(Struct, frozen=True):
    """By what a command runs: the remote's lease, or, with the `trouble`, a person's word to go on without it."""

    trouble: str = ""
    keeper: LeaseKeeper | None = None

    def lost(self) -> str:
        """Return how the lease was lost while the command ran; empty where it was not, or there is none."""
        return self.keeper.refusal() if self.keeper is not None else ""


@contextmanager
def lease_for_command(workspace: Workspace, what: str, *, without: str = "") -> Iterator[CommandLease]:
    """Hold the lease while a command changes things; to be entered under the local lock.

    An execution that has stopped here holds the lease already: what is run to mend it goes under the same, which stays
    the execution's. `without` is a person's reason to go on where the remote cannot be asked. Raises LeaseHeldError
    (`leased`) and RefusedError (`no-lease`), as `take_lease` does.
    """
    stopped = _stopped_here(workspace)
    identity = stopped.id if stopped is not None else f"{COMMAND_PREFIX}{secrets.token_hex(4)}"
    target = stopped.tag if stopped is not None else ""
    if stopped is not None:
        what = f"{stopped.direction} to {stopped.tag}, {stopped.state}"
    before = read_claim(workspace, identity)
    claim = take_lease(workspace, identity, target=target, what=what, without=without)
    if claim is None:
        yield CommandLease()
        return
    if claim.without:
        try:
            yield CommandLease(claim.trouble)
        finally:
            restore_claim(workspace, identity, before)
        return
    # Whatever held the lock before us is gone, and with its lease taken over nothing is left to be known of it.
    forget_commands(workspace, but=identity)
    remote = remote_lease(workspace)
    if remote is None:
        raise CockpitError("the remote that the lease is at is not configured any more", fix="Look at: git remote -v")
    keeper = LeaseKeeper(
        remote, claim.holder, claim.lease, on_held=lambda held: confirm_claim(workspace, claim, held)
    )  # fmt: skip
    keeper.start()
    try:
        yield CommandLease(keeper=keeper)
    finally:
        if keeper.finish(over=stopped is None):
            forget_claim(workspace, identity)


def _stopped_here(workspace: Workspace) -> ExecutionView | None:
    """Return the execution that is not over and whose lease this clone holds; None where it holds none."""
    elsewhere = workspace.execution_elsewhere()
    for view in (workspace.run.current_execution, elsewhere[1] if elsewhere is not None else None):
        claim = read_claim(workspace, view.id) if view is not None else None
        if claim is not None and not claim.without:
            return view
    return None

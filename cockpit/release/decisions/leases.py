"""Decisions on the remote's lease: going on without it, and breaking one that was left behind."""

from __future__ import annotations

from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import SERVICE, execution_entity
from cockpit.release.events import LeaseBroken, LeaseOverridden
from cockpit.release.intents import BreakLease, GoWithoutLease


def go_without(intent: GoWithoutLease, context: Context) -> list[Draft]:
    """Go on without the lease, with a reason; it stands in the debt ledger."""
    reason = context.reason(intent.reason, "the git host is down, Ben is on the phone")
    data = LeaseOverridden(reason=reason, trouble=intent.trouble)
    return [context.draft(execution_entity(intent.execution), data)]


def break_lease(intent: BreakLease, context: Context) -> list[Draft]:
    """Record a broken lease, with a reason; it is the service's, whichever run its holder flew."""
    data = LeaseBroken(
        reason=context.reason(intent.reason, "its laptop was closed, nothing runs there"),
        nonce=intent.nonce,
        owner=intent.owner,
        host=intent.host,
        at=intent.at,
        heartbeat=intent.heartbeat,
        target=intent.target,
    )
    return [context.draft(SERVICE, data, scope="service")]

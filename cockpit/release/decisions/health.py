"""Decisions on probes that call people: acknowledged, muted, and heard again; of the service, they need no run."""

from __future__ import annotations

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import probe_entity, trigger_entity
from cockpit.release.events import ProbeAckEnded, ProbeAcknowledged, ProbeMuted, ProbeUnmuted, TriggerDecided
from cockpit.release.intents import AcknowledgeProbe, EndAcknowledgement, MuteProbe, StayDespiteTrigger, UnmuteProbe
from cockpit.release.record import Event
from cockpit.times import epoch

LONGEST_ACK = 14 * 86400.0  # seconds: what nobody mends for longer is to be said again


def acknowledge(intent: AcknowledgeProbe, context: Context) -> list[Draft]:
    """Acknowledge a probe's trouble, with a reason and an end."""
    _require_later(intent.until, context)
    if epoch(intent.until) - context.at > LONGEST_ACK:
        raise RefusedError("that is too long", fix="Acknowledge for 14 days or less, or mute it", code="too-long")
    reason = context.reason(intent.reason, "the vendor is on it")
    return [_draft(intent.probe, ProbeAcknowledged(until=intent.until, reason=reason), context)]


def end_acknowledgement(intent: EndAcknowledgement, context: Context) -> list[Draft]:
    """Let the trouble call people again."""
    if intent.probe not in context.run.acknowledged:
        raise RefusedError(
            f"{intent.probe} is not acknowledged", fix="cockpit probe shows how it stands", code="already"
        )
    return [_draft(intent.probe, ProbeAckEnded(), context)]


def mute(intent: MuteProbe, context: Context) -> list[Draft]:
    """Mute a probe, with a reason."""
    if intent.until:
        _require_later(intent.until, context)
    reason = context.reason(intent.reason, "the staging host is being rebuilt")
    return [_draft(intent.probe, ProbeMuted(until=intent.until, reason=reason), context)]


def unmute(intent: UnmuteProbe, context: Context) -> list[Draft]:
    """Let the probe call people again."""
    if intent.probe not in context.run.muted:
        raise RefusedError(f"{intent.probe} is not muted", fix="cockpit probe shows how it stands", code="already")
    return [_draft(intent.probe, ProbeUnmuted(), context)]


def stay(intent: StayDespiteTrigger, context: Context) -> list[Draft]:
    """Decide on a breached trigger not to roll back, with a reason."""
    context.require_run()
    if intent.trigger not in context.run.breaches:
        known = ", ".join(context.run.breaches) or "none is breached"
        raise NotFoundError(f"the trigger {intent.trigger!r} is not breached", fix=f"There is: {known}")
    reason = context.reason(intent.reason, "a hotfix is minutes away")
    return [context.draft(trigger_entity(intent.trigger), TriggerDecided(reason=reason))]


def _draft(probe: str, event: Event, context: Context) -> Draft:
    run = context.run
    if probe not in run.configuration.probes:
        known = ", ".join(run.configuration.probes) or "none is configured"
        raise NotFoundError(f"no probe {probe!r}", fix=f"There is: {known}")
    return context.draft(probe_entity(run.environment, probe), event, scope="service")


def _require_later(until: str, context: Context) -> None:
    if epoch(until) <= context.at:
        raise RefusedError("that is over already", fix="Name a time to come, such as --for 2h", code="past")

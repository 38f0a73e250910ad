"""Decisions on answers at pause points, and on the change freeze."""

from __future__ import annotations

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import SERVICE
from cockpit.release.events import FreezeLifted, FreezeSet, GateAnswered
from cockpit.release.intents import AnswerGate, LiftFreeze, SetFreeze
from cockpit.release.polls import gate_entity, polled_roles
from cockpit.release.run import Freeze, PhaseView, Run


def answer(intent: AnswerGate, context: Context) -> list[Draft]:
    """Answer for a role, in person or on behalf of somebody; a later answer takes the place of an earlier one."""
    context.require_run()
    run = context.run
    phase = next((view for view in run.phases if view.phase.id == intent.phase), None)
    if phase is None:
        known = ", ".join(view.phase.id for view in run.phases)
        raise NotFoundError(f"no phase {intent.phase!r}", fix=f"There is: {known or 'none'}")
    roles = polled_roles(run, phase)
    if not roles:
        raise _nobody_polled(run, phase)
    if intent.role not in roles:
        raise NotFoundError(
            f"the role {intent.role!r} is not polled at the end of {phase.phase.title!r}",
            fix=f"Polled are: {', '.join(roles)}",
        )
    reason = intent.reason.strip()
    on_behalf = intent.on_behalf.strip()
    data = GateAnswered(
        role=intent.role,
        answer=intent.answer,
        on_behalf="" if on_behalf == context.actor.name else on_behalf,
        reason=context.seal(reason) if reason else None,
        tag=run.tag,
        commit=run.commit,
    )
    return [context.draft(gate_entity(phase, intent.role), data)]


def _nobody_polled(run: Run, phase: PhaseView) -> RefusedError:
    """Say why a phase polls nobody, and what to write into its checklist."""
    known = ", ".join(role.id for role in run.library.roles) or "ops"
    file = f"checklists/{phase.checklist_id}.yaml"
    if phase.phase.pause_point:
        why = "it names no roles under `poll`, and no item of it has a `role`: its items alone decide"
        words = f"`poll: [{known}]`"
    else:
        why = "it is no pause point"
        words = f"`pause_point: true` and `poll: [{known}]`"
    return RefusedError(
        f"nobody is polled at the end of {phase.phase.title!r}: {why}",
        fix=f"To poll people there, write {words} at phase {phase.phase.id} in {file}; then: cockpit release migrate",
        code="no-poll",
    )


def set_freeze(intent: SetFreeze, context: Context) -> list[Draft]:
    """Freeze the service: no deploy starts until a person lifts it."""
    if context.run.frozen is not None:
        raise RefusedError(
            f"it is frozen already: {context.run.frozen.told}", fix="Lift it first: cockpit freeze off", code="already"
        )
    reason = intent.reason.strip()
    return [context.draft(SERVICE, FreezeSet(reason=context.seal(reason) if reason else None), scope="service")]


def lift_freeze(intent: LiftFreeze, context: Context) -> list[Draft]:
    """Lift the freeze."""
    if context.run.frozen is None:
        raise RefusedError("nothing is frozen", fix="Deploy: no freeze is in the way", code="already")
    reason = intent.reason.strip()
    return [context.draft(SERVICE, FreezeLifted(reason=context.seal(reason) if reason else None), scope="service")]


def require_thawed(run: Run) -> None:
    """Refuse while the service is frozen, naming who froze it and why."""
    frozen: Freeze | None = run.frozen
    if frozen is not None:
        raise RefusedError(frozen.told, fix="Ask them, or lift it: cockpit freeze off --reason TEXT", code="frozen")

"""Decisions on rollbacks and deploys, and the facts that watchers and workers write down."""

from __future__ import annotations

import msgspec

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.decisions.gates import require_thawed
from cockpit.release.decisions.wheel import require_wheel
from cockpit.release.deploy_gates import no_gos_before_deploy
from cockpit.release.entities import RUN, SERVICE, execution_entity
from cockpit.release.events import (
    DeploysLocked,
    ExecutionConfirmed,
    ExecutionEnded,
    ExecutionRequested,
    RunRetargeted,
    RunStateChanged,
    TagMarked,
)
from cockpit.release.intents import ConfirmExecution, EndExecution, RecordFact, RequestExecution
from cockpit.release.onward import leads_onward
from cockpit.release.plan import Plan
from cockpit.release.run import ExecutionView, Run


def confirmation_accepted(plan: Plan, typed: str) -> bool:
    """Whether what a person typed names the plan's target: its tag, or the first 8 digits of its commit."""
    return bool(typed) and typed in {plan.tag, plan.commit[:8]}


def require_no_current(run: Run) -> None:
    """Refuse where an execution of this run is not over."""
    current = run.current_execution
    if current is not None:
        raise RefusedError(
            f"a {current.direction} to {current.tag} by {current.by.name} is {current.state}",
            fix="Follow it, or end it: X and A at the screen, or cockpit execution status|resume|abort",
            code="locked",
        )


def require_steps(plan: Plan) -> None:
    """Refuse a plan without steps."""
    if not plan.steps:
        raise RefusedError(
            f"no steps are configured for a {plan.direction}",
            fix=f"Write {plan.direction}.steps into cockpit.yaml; an open run takes them in by cockpit release migrate",
            code="no-plan",
        )


def refuse_plan(plan: Plan, run: Run) -> None:
    """Refuse a plan that nobody could carry out now, whoever confirms it: told before anything is typed."""
    require_steps(plan)
    require_no_current(run)
    if plan.commit == plan.from_commit:
        raise RefusedError(
            f"{plan.tag} is what is checked out already, and no other version is seen to run",
            fix="Pick another tag. Where another one runs, let `version:` of cockpit.yaml tell, and cockpit watch look",
            code="same-target",
        )
    if run.deploys_locked and leads_onward(plan, run):
        raise RefusedError(
            f"deploys are locked: {run.deploys_locked}",
            fix='Unlock them: cockpit execution unlock --reason "..."',
            code="locked",
        )
    if plan.direction == "deploy":
        require_thawed(run)


def request(intent: RequestExecution, context: Context) -> list[Draft]:
    """Carry out a confirmed plan, unless another is under way, it leads nowhere, or it is not for this person now."""
    plan, run = intent.plan, context.run
    context.require_run()
    refuse_plan(plan, run)
    require_wheel(context)
    if not confirmation_accepted(plan, intent.confirmed):
        raise RefusedError(
            "not confirmed", fix=f"Type the tag {plan.tag!r}, or its commit {plan.commit[:8]}", code="not-confirmed"
        )
    if plan.troubles:
        raise RefusedError(plan.troubles[0], fix="Mend that, and look at the plan again", code="no-database")
    missing = [word for word in plan.database_words if word not in intent.databases]
    if missing:
        raise RefusedError(
            f"the database {missing[0]!r} would be replaced, and that is not confirmed",
            fix=f"Type it: --confirm-database {missing[0]}; or leave it as it is: --database code",
            code="not-confirmed",
        )
    data = ExecutionRequested(
        direction=plan.direction,
        tag=plan.tag,
        commit=plan.commit,
        from_tag=plan.from_tag,
        from_commit=plan.from_commit,
        plan=context.seal(plan.masked(context.redact).encoded()),
        plan_digest=plan.digest,
        confirmed=intent.confirmed,
        databases=intent.databases,
        against=_no_gos(run, context.at) if plan.direction == "deploy" else (),
    )
    return [context.draft(execution_entity(intent.execution), data)]


def _no_gos(run: Run, at: float) -> tuple[str, ...]:
    return tuple(one.recorded for one in no_gos_before_deploy(run, now=at))


def end(intent: EndExecution, context: Context) -> list[Draft]:
    """End an execution; a rollback that was carried out moves the run to rolled back, locks deploys, marks the tag bad.

    The end itself comes last: a worker that dies before it is resumed, and no consequence is lost.
    """
    view = next((view for view in context.run.executions if view.id == intent.execution), None)
    if view is None:
        raise NotFoundError(f"no execution {intent.execution!r}", fix="cockpit execution status shows the last one")
    if view.over:
        raise RefusedError(
            f"it is over already: {view.outcome}", fix="Nothing is left to do: cockpit timeline", code="already"
        )
    data = ExecutionEnded(outcome=intent.outcome, detail=intent.detail, version_seen=intent.version_seen)
    ended = context.draft(execution_entity(intent.execution), data)
    if intent.outcome == "aborted":
        return [ended]
    drafts = []
    if view.direction == "rollback":
        undone = _undone(view, context.run)
        drafts.append(context.draft(RUN, RunStateChanged(state="rolled-back", commit=undone)))
        reason = f"rolled back from {view.from_tag or view.from_commit[:8]} to {view.tag}"
        drafts.append(context.draft(SERVICE, DeploysLocked(reason=reason), scope="service"))
        if view.from_tag:
            # Or it would be what the next version falls back to.
            mark = TagMarked(mark="bad", commit=undone, reason=context.seal(f"rolled back to {view.tag}"))
            drafts.append(context.draft(f"tag:{view.from_tag}", mark, scope="service"))
    else:
        if (context.run.tag, context.run.commit) != (view.tag, view.commit) or context.contested("target"):
            drafts.append(context.draft(RUN, RunRetargeted(tag=view.tag, commit=view.commit)))
        if context.run.state != "active" or context.contested("state"):
            drafts.append(context.draft(RUN, RunStateChanged(state="active")))
    return [*drafts, ended]


def _undone(view: ExecutionView, run: Run) -> str:
    """Return the commit that a rollback has undone: the release's own, also where HEAD had moved on from its tag."""
    return run.commit if run.commit and view.from_tag and view.from_tag == run.tag else view.from_commit


def confirm(intent: ConfirmExecution, context: Context) -> list[Draft]:
    """Take a person's word for a target that nothing has reported, with what they have seen."""
    view = next((view for view in context.run.executions if view.id == intent.execution), None)
    if view is None:
        raise NotFoundError(f"no execution {intent.execution!r}", fix="cockpit execution status shows the last one")
    if view.outcome != "unverified":
        state = view.outcome or view.state
        raise RefusedError(f"it is {state}, so there is nothing to confirm", fix="cockpit execution status")
    if view.confirmed is not None:
        raise RefusedError(f"{view.confirmed.by} has confirmed it: {view.confirmed.reason}", code="already")
    reason = context.reason(intent.reason, "the footer says v2.4.1, and a test order went through")
    return [context.draft(execution_entity(view.id), ExecutionConfirmed(reason=reason))]


def fact(intent: RecordFact, context: Context) -> list[Draft]:
    """Write down an observation as it is."""
    data = intent.data
    if intent.text is not None:
        data = msgspec.structs.replace(data, output=context.seal(intent.text))
    return [context.draft(intent.ent, data, scope="service" if intent.of_service else "run")]

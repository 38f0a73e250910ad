"""How far an execution is, what of it is left, and what its verifications add up to."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.execution.steps import StepResult
from cockpit.release.entities import execution_entity
from cockpit.release.events import Outcome, WorkerStarted
from cockpit.release.plan import Plan, PlanStep
from cockpit.release.run import ExecutionView, Run

_WAITS = "waits for a person"
PASSED = frozenset({"ok", "already", "skipped"})


def remaining_steps(plan: Plan, view: ExecutionView) -> list[int]:
    """Return the indexes of the steps still to run: those not passed, and every verification, which is made anew.

    An optional step that failed is left behind once a later step has begun.
    """
    states = {step.index: step for step in view.steps}
    begun = max((step.index for step in view.steps if step.attempt), default=-1)
    remaining = []
    for index, step in enumerate(plan.steps):
        state = states[index].state if index in states else "pending"
        left_behind = step.optional and index < begun and state not in {"pending", "running"}
        passed = state in PASSED and (step.kind != "verify" or state == "skipped")
        if not (passed or left_behind):
            remaining.append(index)
    return remaining


def turns_taken(run: Run, execution: str) -> int:
    """Return how many workers have begun on an execution."""
    entity = execution_entity(execution)
    return sum(isinstance(record.data, WorkerStarted) and record.ent == entity for record in run.records)


def waiting_for(step: PlanStep) -> str:
    """Return why an execution stops at a step that a person confirms."""
    return f"{_WAITS}: {step.confirm}"


def is_waiting(view: ExecutionView) -> bool:
    """Whether an execution has stopped at a step that a person confirms."""
    return view.detail.startswith(f"{_WAITS}:")


def index_at(plan: Plan, view: ExecutionView) -> int | None:
    """Return the index of the step at which an execution stands; None where nothing is left of it.

    A verification that has passed is made anew, but it is not what the execution stands at while another step is open.
    """
    passed = {step.index for step in view.steps if step.state in PASSED}
    remaining = remaining_steps(plan, view)
    return next((index for index in remaining if index not in passed), remaining[0] if remaining else None)


def next_step(view: ExecutionView) -> int:
    """Return the index of the step that comes next; 0 where the plan is not here."""
    return (index_at(view.plan, view) or 0) if view.plan is not None else 0


def step_at(view: ExecutionView) -> PlanStep | None:
    """Return the step at which an execution stands; None where its plan is not here, or nothing is left of it."""
    index = index_at(view.plan, view) if view.plan is not None else None
    return view.plan.steps[index] if view.plan is not None and index is not None else None


def may_be_skipped(step: PlanStep) -> bool:
    """Whether a person may leave that step out."""
    return step.optional or step.skippable


def required_words(step: PlanStep, view: ExecutionView) -> str:
    """Return why a step cannot be skipped."""
    return f"{step.title!r} is required: it can be retried or the {view.direction} aborted, not skipped"


def conclusion(plan: Plan, verdicts: Sequence[StepResult]) -> tuple[Outcome, str, str]:
    """Return the outcome of a plan that was carried out, what to say of it, and the version that was seen.

    It succeeded only where probes passed and the target's version was seen.
    """
    healthy = any(each.healthy for each in verdicts) and all(each.outcome == "ok" for each in verdicts)
    seen = next((each.version_seen for each in verdicts if each.version_matches), "")
    if healthy and seen:
        return "succeeded", f"{plan.tag} is up, version {seen} seen", seen
    lacking = "nothing has shown that version" if healthy else "nothing has shown that it runs well"
    return "unverified", f"{plan.tag} is in place, but {lacking}: look, and say so: cockpit execution confirm", seen

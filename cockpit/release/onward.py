"""Where a plan leads: a rollback, too, can bring a later version, or one that somebody has found bad."""

from __future__ import annotations

from cockpit.release.plan import Plan
from cockpit.release.run import Run, TagMark
from cockpit.release.versions import parse_version


def bad_mark(plan: Plan, run: Run) -> TagMark | None:
    """Return what was said against the tag that a plan leads to, where it is marked bad."""
    mark = run.marks.get(plan.tag)
    return mark if mark is not None and mark.mark == "bad" else None


def leads_onward(plan: Plan, run: Run) -> bool:
    """Whether a lock of deploys holds for a plan: it deploys, brings a higher version, or one that is marked bad.

    Otherwise the release that was just left could be put back by the very command that is there to leave it.
    """
    if plan.direction == "deploy" or bad_mark(plan, run) is not None:
        return True
    left, target = parse_version(plan.from_tag), parse_version(plan.tag)
    if left is None or target is None or left.prefix != target.prefix:
        return False
    if left.pre and not left.candidate and not target.pre and left.numbers == target.numbers:
        return False  # back from `v1.2.3-hotfix1` to `v1.2.3`
    return target.precedence > left.precedence


def plan_warnings(plan: Plan, run: Run) -> tuple[str, ...]:
    """Return what whoever confirms a plan has to know of the tag it leads to, a sentence each."""
    mark = bad_mark(plan, run)
    warnings = [f"{plan.tag} is marked bad by {mark.by.name}: {mark.reason}"] if mark is not None else []
    if plan.direction == "rollback" and mark is None and leads_onward(plan, run):
        warnings.append(f"{plan.tag} is a later version than {plan.from_tag}: this leads forward, not back")
    return tuple(warnings)

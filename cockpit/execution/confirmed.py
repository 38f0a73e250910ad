"""Whether what is about to be carried out is what a person confirmed: the same plan, of the same commit and place."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.errors import RefusedError
from cockpit.execution.progress import PASSED
from cockpit.release.plan import Plan
from cockpit.release.run import ExecutionView


class Confirmed:
    """Checks a confirmed plan anew, in the process that carries it out.

    `trusted` and `resolve` are asked again here: neither a changed digest nor a moved tag slips through between
    the confirmation and the act. `rebuild` makes the plan of the trusted configuration, `head` is the work tree's.
    """

    def __init__(
        self,
        *,
        trusted: Callable[[str], bool],
        resolve: Callable[[Plan], str],
        head: Callable[[], str],
        rebuild: Callable[[Plan], Plan],
    ) -> None:
        self._trusted = trusted
        self._resolve = resolve
        self._head = head
        self._rebuild = rebuild

    def plan_of(self, view: ExecutionView) -> Plan:
        """Return the plan to carry out; RefusedError where it is not, or not here and now, what was confirmed."""
        plan = view.plan
        if plan is None:
            raise RefusedError(
                "the plan in the store is not the one that was confirmed, or is not here yet", code="conflicting"
            )
        if not self._trusted(plan.configuration_digest):
            raise RefusedError(
                "this configuration is not trusted on this host",
                fix="Look at it and say: cockpit trust",
                code="not-trusted",
            )
        # What runs follows from the trusted configuration: whoever can write the journal could alter the steps in it,
        # and secrets have been taken out of them.
        confirmed, plan = plan, self._rebuild(plan)
        _refuse_other_databases(confirmed, plan)
        if plan.digest != view.plan_digest:
            raise RefusedError(
                "the plan is not what this run's configuration says", fix="Abort, and confirm anew", code="conflicting"
            )
        self._require_expected_head(view, plan)
        now_at = self._resolve(plan)
        if now_at != plan.commit:
            raise RefusedError(
                f"the tag {plan.tag} has moved from {plan.commit[:8]} to {now_at[:8]} since it was confirmed",
                fix="Abort, look at the card again, and confirm anew",
                code="conflicting",
            )
        return plan

    def _require_expected_head(self, view: ExecutionView, plan: Plan) -> None:
        """Refuse to go on over a work tree that somebody moved while the execution stood still."""
        passed = {step.index for step in view.steps if step.state in PASSED}
        checkouts = [index for index, step in enumerate(plan.steps) if step.kind == "checkout"]
        if not checkouts:
            return
        done = any(index in passed for index in checkouts)
        expected = {plan.commit} if done else {plan.tree, plan.commit}
        head = self._head()
        if head not in expected:
            wanted = plan.commit if done else plan.tree
            raise RefusedError(
                f"the work tree is at {head[:8]}, where this execution left it at {wanted[:8]}",
                fix="Put it back with git checkout --detach, or abort",
                code="conflicting",
            )


def _refuse_other_databases(confirmed: Plan, now: Plan) -> None:
    """Refuse where the databases cannot be told here, or are others than those that were confirmed."""
    if now.troubles:
        raise RefusedError(now.troubles[0], fix="Then go on: cockpit execution resume", code="no-database")
    for was, step in zip(confirmed.steps, now.steps, strict=False):
        if was.database is not None and step.database is not None and was.database != step.database:
            raise RefusedError(
                f"{step.title}: the database is {step.database.place} here, and {was.database.place} was confirmed",
                fix="Go on where its variables are set as they were, or abort",
                code="conflicting",
            )

"""The decision that a review is complete."""

from __future__ import annotations

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import REVIEW
from cockpit.release.events import ReviewCompleted
from cockpit.release.intents import CompleteReview
from cockpit.release.review_marks import known_before, last_review
from cockpit.times import epoch

_GRACE = 60.0  # seconds by which clocks may differ


def complete(intent: CompleteReview, context: Context) -> list[Draft]:
    """Write down that somebody went through a span of time; the mark is the service's and outlives the run."""
    since, until = epoch(intent.since), epoch(intent.until)
    if not 0.0 < since < until:
        raise RefusedError(
            "there is nothing between the beginning and the end of this review", fix="cockpit review --since 24h --done"
        )
    if until > context.at + _GRACE:
        raise RefusedError("a review cannot reach into the future", fix="Complete it without --at", code="not-due")
    last = last_review(context.run)
    if last is not None and until <= last.until:
        raise RefusedError(
            f"{last.by} has completed a review up to {last.told} already",
            fix="Look at what came after it: cockpit review",
            code="already",
        )
    run = context.run
    records = known_before(run, until)
    data = ReviewCompleted(since=intent.since, until=intent.until, run=run.id, records=records)
    return [context.draft(REVIEW, data, scope="service")]

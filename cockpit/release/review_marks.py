"""Which review was completed last, by whom, and where the next one begins; pure."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.entities import REVIEW
from cockpit.release.events import ReviewCompleted
from cockpit.release.registers import EMPTY
from cockpit.release.run import Run
from cockpit.times import epoch

_DAY = 86400.0


class ReviewMark(Struct, frozen=True):
    """A completed review of [since, until), in epoch seconds: by whom, and when that was said (RFC 3339 UTC)."""

    since: float
    until: float
    by: str
    at: str
    told: str  # its end, RFC 3339 UTC
    run: str
    records: int


def last_review(run: Run) -> ReviewMark | None:
    """Return the completed review that reaches furthest; None where there is none."""
    marks = [
        ReviewMark(
            epoch(record.data.since), epoch(record.data.until), record.by.name, record.wall, record.data.until,
            record.data.run, record.data.records,
        )
        for record in run.registers.get((REVIEW, "review"), EMPTY).heads
        if isinstance(record.data, ReviewCompleted)
    ]  # fmt: skip
    return max(marks, key=lambda mark: mark.until, default=None)


def begins_at(run: Run, now: float) -> tuple[float, str]:
    """Return where a review begins that nobody said a time for, in epoch seconds, and why there.

    It is the end of the last completed one, else the launch, else the opening of the run, else a day ago.
    """
    mark = last_review(run)
    if mark is not None and 0.0 < mark.until < now:
        return mark.until, f"the last review, by {mark.by}"
    launch, opened = epoch(run.launch_at), epoch(run.opened_at)
    if run.open and 0.0 < launch < now:
        return launch, "the launch"
    if run.open and 0.0 < opened < now:
        return opened, "the run was opened"
    return now - _DAY, "a day ago"


def known_before(run: Run, until: float) -> int:
    """Return how many of the run's records are of before a time."""
    return sum(epoch(record.wall) < until for record in run.records)


def arrived_late(run: Run) -> int:
    """Return how many records of before the last review's end have come in since it was completed.

    They were written elsewhere and not exchanged by then; 0 where it cannot be told, for another run was in view.
    """
    mark = last_review(run)
    return max(known_before(run, mark.until) - mark.records, 0) if mark is not None and mark.run == run.id else 0

"""Whether what answers is what should: quiet while a deploy has not been made yet, grave once it should be there."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.arrival import carried_out
from cockpit.release.item_state import CLOSED_BY_HAND
from cockpit.release.run import Run
from cockpit.release.running import Running, reports
from cockpit.times import epoch

_OVER = frozenset({"aborted", "superseded", "closed"})
_SETTLING = 30.0  # seconds after an execution in which the old may still be seen
_VERIFIED_LATER = "post-deploy"  # how the parts of a checklist begin in which what was deployed is verified


class Discrepancy(Struct, frozen=True):
    """Another version answers than the one that is flown, or should; `grave` where it should not be so any more."""

    text: str
    grave: bool


def discrepancy(run: Run, running: Running, now: float) -> Discrepancy | None:
    """Return what is to be said of the version that was seen, at `now` in epoch seconds; None where all agree."""
    seen = running.seen
    if not seen.version or not run.open or run.state in _OVER or run.current_execution is not None:
        return None
    answers = f"{running.name} answers{_age(running, now)}"
    undone, last = run.state == "rolled-back", carried_out(run)
    if not undone and (not run.tag or reports(seen.version, run.tag, run.commit)):
        return None
    if last is not None and (last.direction == "rollback" if undone else last.commit == run.commit):
        if reports(seen.version, last.tag, last.commit):
            return None
        what = f"rolled back to {last.tag}" if undone else f"{last.tag} was deployed"
        lasts = seen.lasting and seen.at > epoch(last.ended) + _SETTLING
        return Discrepancy(f"{what}, and {answers}", grave=True) if lasts else None
    if undone:
        return None
    if _verified_by_hand(run) and seen.lasting:
        return Discrepancy(f"this run flies {run.tag}, ticked as verified, and {answers}", grave=True)
    return Discrepancy(f"this run flies {run.tag}, not deployed yet: {answers}", grave=False)


def _age(running: Running, now: float) -> str:
    age = running.seen.age_words(now)
    return f" ({age})" if age else ""


def _verified_by_hand(run: Run) -> bool:
    """Whether a person has ticked something of what verifies the deploy."""
    return any(
        view.state in CLOSED_BY_HAND and any(part.startswith(_VERIFIED_LATER) for part in view.id.split("/"))
        for view in run.items.values()
    )

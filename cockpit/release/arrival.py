"""How what runs came to run: by which rollback or deploy, when and by whom, as far as one of this run tells it."""

from __future__ import annotations

from cockpit.release.run import ExecutionView, Run
from cockpit.release.running import Running
from cockpit.times import clock_time, date_time, epoch

_CARRIED_OUT = frozenset({"succeeded", "unverified"})


def carried_out(run: Run) -> ExecutionView | None:
    """Return the last execution where it has been carried out; after one that was broken off nobody knows."""
    over = max((view for view in run.executions if view.over), key=lambda view: epoch(view.ended), default=None)
    return over if over is not None and over.outcome in _CARRIED_OUT else None


def brought_by(run: Run, running: Running) -> ExecutionView | None:
    """Return the execution that brought what runs; None where none of this run did, or one is under way."""
    last = carried_out(run) if run.current_execution is None else None
    if last is None:
        return None
    runs = running.tag.commit if running.tag is not None else "" if running.seen.version else running.head
    return last if runs == last.commit else None


def rolled_back(run: Run, running: Running) -> ExecutionView | None:
    """Return the rollback that has just led here: as long as the run stands so, no further one is proposed.

    None once another version answers, and once a rollback trigger asks for a decision again.
    """
    if run.state != "rolled-back" or run.breaches or not running.head:
        return None
    last = brought_by(run, running)
    return last if last is not None and last.direction == "rollback" else None


def is_verified(view: ExecutionView) -> bool:
    """Whether the target was seen to run well, by its verification or by a person."""
    return view.outcome == "succeeded" or view.confirmed is not None


def rolled_back_words(view: ExecutionView, now: float, timezone: str) -> str:
    """Return what was done: `rolled back to v2.4.0 at 14:31, verified`."""
    ended = epoch(view.ended)
    return f"rolled back to {view.tag} at {_when(ended, now, timezone)}, {verified_word(view)}"


def verified_word(view: ExecutionView) -> str:
    """Return whether an execution's target was seen, in a word."""
    return "verified" if is_verified(view) else "UNVERIFIED"


def since_words(run: Run, running: Running, now: float) -> str:
    """Return since when what runs does: by the execution that brought it, else since when it has been seen.

    Empty where neither is known.
    """
    if (view := brought_by(run, running)) is not None:
        verb = "rolled back" if view.direction == "rollback" else "deployed"
        return f"since {_when(epoch(view.ended), now, run.timezone)} ({verb} by {view.by.name})"
    seen = running.seen
    return f"seen since {_when(seen.since, now, run.timezone)}" if seen.version and seen.at > seen.since else ""


def _when(at: float, now: float, timezone: str) -> str:
    """Return a time of day, with its date where that is not today's."""
    whole, today = date_time(at, timezone), date_time(now, timezone)
    return clock_time(at, timezone) if whole[:10] == today[:10] else whole

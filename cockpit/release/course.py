"""How a release stands, in a few plain sentences: what it is, since when, and how its rollbacks and deploys went; pure.

A review and a report begin with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from cockpit.durations import long_duration
from cockpit.release.events import RollbackRehearsed, RunStateChanged
from cockpit.release.periods import local_time
from cockpit.release.record import Record
from cockpit.release.run import ExecutionView, Run
from cockpit.times import epoch
from cockpit.times import zone as zone_of


class ExecutionSeen(Struct, frozen=True):
    """A rollback, a deploy or a rehearsal; times are epoch seconds, `until` and `seconds` None while it is not over."""

    kind: str
    from_tag: str
    tag: str
    by: str
    at: float
    until: float | None
    seconds: float | None
    state: str
    detail: str

    @property
    def what(self) -> str:
        """What was to be done: `rollback from v2 to v1`."""
        return f"{self.kind} from {self.from_tag} to {self.tag}"

    @property
    def grave(self) -> bool:
        """Whether an eye should be drawn to it."""
        return self.state in {"stopped", "unverified", "aborted", "failed"}


def executions_seen(run: Run, records: Iterable[Record], *, since: float, until: float) -> tuple[ExecutionSeen, ...]:
    """Return what was carried out in [since, until), or went on into it, and what was rehearsed, in its order."""
    found = [
        seen
        for seen in map(_seen, run.executions)
        if seen.at < until and (seen.until is None or seen.until >= since)
    ]  # fmt: skip
    found += [
        _rehearsed(one, one.data)
        for one in records
        if isinstance(one.data, RollbackRehearsed) and since <= epoch(one.wall) < until
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _seen(view: ExecutionView) -> ExecutionSeen:
    at = epoch(view.wall)
    until = epoch(view.ended) if view.ended else None
    seconds = max(until - at, 0.0) if until is not None else None
    return ExecutionSeen(
        view.direction, view.from_tag or view.from_commit[:8], view.tag, view.by.name, at, until, seconds, view.state,
        view.told,
    )  # fmt: skip


def _rehearsed(record: Record, data: RollbackRehearsed) -> ExecutionSeen:
    until = epoch(record.wall)
    return ExecutionSeen(
        "rehearsed rollback", data.from_tag or data.from_commit[:8], data.tag, record.by.name, until - data.seconds,
        until, data.seconds, "succeeded" if data.ok else "failed", data.detail,
    )  # fmt: skip


def moment_words(run: Run, now: float) -> Callable[[str], str]:
    """Return what writes a time in the run's zone: `at 14:17`, with its day where `now` is of another."""
    zone = zone_of(run.timezone)
    today = local_time(now, zone).date() if now else None

    def words(at: str) -> str:
        then = local_time(epoch(at), zone)
        return f"at {then:%H:%M}" if then.date() == today else f"on {then:%Y-%m-%d} at {then:%H:%M}"

    return words


def standing_of(run: Run, *, now: float = 0.0) -> tuple[str, ...]:
    """Return the state of the run and since when, and what its last rollback or deploy came to; a sentence each.

    Times have their day where it is not that of `now` (epoch seconds), so all of them without it.
    """
    if not run.opened_at:  # also of one that is looked at as it was before
        return (f"No release of {run.service} is open.",)
    when = moment_words(run, now)
    last = run.executions[-1] if run.executions else None
    if last is not None and not last.over:
        by = f"by {last.by.name} {when(last.wall)}"
        return (*_state(run, when), f"A {last.direction} to {last.tag}, confirmed {by}, is {last.state}.")
    if last is None:
        return _state(run, when)
    if last.outcome == "aborted":
        return (
            *_state(run, when),
            f"The {last.direction} to {last.tag} by {last.by.name} was aborted {_ended(last, when)}.",
        )
    followed = _changed_since(run, last)
    return (*_carried_out(last, when), *(_state(run, when) if followed else ()))


def _carried_out(view: ExecutionView, when: Callable[[str], str]) -> tuple[str, ...]:
    before = view.from_tag or view.from_commit[:8]
    done = f"was rolled back to {view.tag}" if view.direction == "rollback" else f"was replaced by {view.tag}"
    took = spent_words(epoch(view.ended) - epoch(view.wall))
    lost = lost_words(view)
    return (
        f"{before} {done} {_ended(view, when)} by {view.by.name}.",
        f"It took {took}; {_verified(view)}.",
        *((f"{lost}.",) if lost else ()),
    )


def lost_words(view: ExecutionView) -> str:
    """Return what left the database when a dump was put back, and where it is to be found; empty where none was."""
    plan = view.plan
    if plan is None or plan.dump is None:
        return ""
    restored = {step.id: step for step in plan.steps if step.kind == "restore"}
    done = next((step for step in view.steps if step.step in restored and step.state == "ok"), None)
    if done is None:
        return ""
    span = long_duration(max(epoch(done.started) - plan.dump.written_ns / 1e9, 0.0))
    told = f": {done.detail}" if done.detail else ""
    return f"What was written to the database in the {span} since the dump was taken LEFT IT{told}"


def spent_words(seconds: float) -> str:
    """Return how long something took."""
    return long_duration(seconds) if seconds >= 1 else "less than 1 s"


def _ended(view: ExecutionView, when: Callable[[str], str]) -> str:
    return when(view.ended or view.wall)


def _verified(view: ExecutionView) -> str:
    if view.confirmed is not None:
        return f"no version was seen, and {view.confirmed.by} confirmed that it runs"
    if view.outcome == "unverified":
        return "NOT VERIFIED: nothing has shown yet that it runs"
    return "verified by version" if view.version_seen else "verified by its probes"


def _changed_since(run: Run, last: ExecutionView) -> bool:
    """Whether the run's state is another than the one that the execution has brought about."""
    return run.state != ("rolled-back" if last.direction == "rollback" else "active")


def _state(run: Run, when: Callable[[str], str]) -> tuple[str, ...]:
    changes = [one for one in run.records if isinstance(one.data, RunStateChanged) and one.ent == "run"]
    since = changes[-1].wall if changes else run.opened_at
    by = f", by {changes[-1].by.name}" if changes else ""
    return (
        f"{run.tag or run.name or run.commit[:8]} is {run.state.replace('-', ' ')} since {_bare(when(since))}{by}.",
    )


def _bare(words: str) -> str:
    return words.removeprefix("on ").removeprefix("at ").replace(" at ", " ")


def counted_items(run: Run) -> str:
    """Return how many items are open, as a sentence."""
    total = sum(phase.total for phase in run.phases)
    left = total - sum(phase.done for phase in run.phases)
    items = "item" if total == 1 else "items"
    return f"{left} of {total} {items} {'is' if left == 1 else 'are'} open" if left else f"All {total} items are done"

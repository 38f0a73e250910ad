"""Folds the events of one execution into what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from cockpit.release.events import (
    ExecutionConfirmed,
    ExecutionEnded,
    ExecutionRequested,
    ExecutionStopped,
    HostEnded,
    LeaseOverridden,
    LeaseReconciled,
    StepEnded,
    StepStarted,
    WorkerStarted,
)
from cockpit.release.plan import Plan
from cockpit.release.record import Record, TextRef
from cockpit.release.run import Confirmed, ExecutionState, ExecutionView, HostView, StepView, WithoutLease

_PLAN = msgspec.json.Decoder(Plan)


def decode_plan(text: str | None) -> Plan | None:
    """Return the plan of that canonical text; None where there is no text or it is no plan of this version."""
    if text is None:
        return None
    try:
        return _PLAN.decode(text.encode())
    except (msgspec.MsgspecError, RecursionError):
        return None


def fold_execution(
    identity: str, records: Sequence[Record], text_of: Callable[[TextRef], str | None]
) -> ExecutionView | None:
    """Return the execution that `records` (in timeline order) tell of, or None without its request."""
    requested = next((record for record in records if isinstance(record.data, ExecutionRequested)), None)
    if requested is None or not isinstance(requested.data, ExecutionRequested):
        return None
    data = requested.data
    plan = decode_plan(text_of(data.plan))
    steps: dict[int, StepView] = {}
    if plan is not None:
        steps = {
            index: StepView(index, step.id, 0, "pending", detail=step.left_out) for index, step in enumerate(plan.steps)
        }
    state: ExecutionState = "requested"
    detail = ""
    pid = 0
    ended: Record | None = None
    without: WithoutLease | None = None
    reconciled, conflict = False, ""
    confirmed: Confirmed | None = None
    for record in records:
        match record.data:
            case WorkerStarted(pid=pid):
                state, detail = "running", ""
            case StepStarted(index=index, step=step, attempt=attempt):
                hosts = steps[index].hosts if index in steps else ()
                steps[index] = StepView(index, step, attempt, "running", started=record.wall, hosts=hosts)
            case HostEnded(index=index, host=host) if index in steps:
                data_of = record.data
                ended_on = HostView(host, data_of.outcome, data_of.attempt, data_of.seconds, data_of.detail)
                others = tuple(each for each in steps[index].hosts if each.host != host)
                steps[index] = msgspec.structs.replace(steps[index], hosts=(*others, ended_on))
            case StepEnded(index=index, step=step, attempt=attempt):
                started, hosts = (steps[index].started, steps[index].hosts) if index in steps else ("", ())
                steps[index] = StepView(
                    index, step, attempt, record.data.outcome, started, record.data.seconds, record.data.detail,
                    record.data.output, hosts,
                )  # fmt: skip
            case ExecutionStopped(reason=reason):
                state, detail = "stopped", reason
            case ExecutionEnded():
                ended = record
            case ExecutionConfirmed(reason=ref):
                confirmed = Confirmed(record.by.name, record.wall, text_of(ref) or "(not here yet)")
            case LeaseOverridden(reason=ref, trouble=trouble):
                reconciled = False
                without = WithoutLease(record.by.name, record.wall, text_of(ref) or "(not here yet)", trouble)
            case LeaseReconciled(owner=owner, host=host, at=at, target=target):
                reconciled = True
                if owner:
                    conflict = f"{owner} on {host} held the lease since {at}, for {target}"
            case _:
                pass
    outcome = None
    version_seen = ""
    if ended is not None and isinstance(ended.data, ExecutionEnded):
        outcome, detail, version_seen = ended.data.outcome, ended.data.detail, ended.data.version_seen
        state = outcome
    return ExecutionView(
        id=identity,
        direction=data.direction,
        tag=data.tag,
        commit=data.commit,
        from_tag=data.from_tag,
        from_commit=data.from_commit,
        by=requested.by,
        host=requested.host,
        wall=requested.wall,
        state=state,
        plan=plan,
        plan_digest=data.plan_digest,
        steps=tuple(steps[index] for index in sorted(steps)),
        detail=detail,
        version_seen=version_seen,
        ended=ended.wall if ended is not None else "",
        pid=pid,
        outcome=outcome,
        without_lease=without,
        reconciled=reconciled,
        lease_conflict=conflict,
        confirmed=confirmed,
        against=data.against,
    )


def carried_out_on(executions: Iterable[ExecutionView]) -> str:
    """Return the host on which the last rollback or deploy was carried out; empty where there was none."""
    last = max(executions, key=lambda view: (view.wall, view.id), default=None)
    return last.host if last is not None else ""

"""The status document: what `cockpit status --json` prints; fields are only ever added."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from cockpit.durations import short_duration
from cockpit.release.checks import expectation
from cockpit.release.due import Due, due_of, dues_in
from cockpit.release.emergency_documents import incident_document, incident_line, runbook_document
from cockpit.release.events import ItemEvent
from cockpit.release.gates import Gate, debt_of, gate_of
from cockpit.release.item_state import NO_GO, ItemState
from cockpit.release.ledger import state_digest
from cockpit.release.live import Live, Presence, ProbeFeed, SyncFeed
from cockpit.release.moment import as_of, item_as_of
from cockpit.release.polls import poll_of
from cockpit.release.recurrence import Almanac, Occurrence, occurrences
from cockpit.release.run import ItemView, PhaseView, Run, Side
from cockpit.release.signoffs import sign_off_of
from cockpit.release.wheel import wheel_of
from cockpit.text import visible
from cockpit.times import rfc3339, zone


def status_document(run: Run, live: Live, *, now: float) -> dict[str, Any]:
    """Return the whole state of a run as plain values; `now` (epoch seconds) tells how old the probes' results are."""
    digest = state_digest(run)  # of what was folded: nothing of now enters it
    run = as_of(run, now)
    gate = _current_gate(run, live, now)
    where = zone(run.timezone)
    almanac = Almanac(run, now, where)
    return {
        "run": msgspec.to_builtins(run.summary()) if run.open else None,
        "phases": [
            {
                "id": view.phase.id,
                "title": view.phase.title,
                "done": view.done,
                "total": view.total,
                "state": view.state,
                "due": msgspec.to_builtins(dues.count(now)),
            }
            for view, dues in zip(run.phases, dues_in(run, where), strict=True)
        ],
        "items": [
            {**_template_document(view, almanac, now), "due": due_document(due_of(view, run, where), now=now)}
            for view in run.items.values()
        ],
        "maintenance": [occurrence_document(one, now=now) for one in almanac.all()],
        "probes": [probe_document(feed, now=now) for feed in live.probes],
        "gate": None
        if gate is None
        else {"phase": gate.phase, "go": gate.go, "reasons": msgspec.to_builtins(gate.reasons)},
        "readiness": {
            "ready": live.readiness.ready,
            "reasons": list(live.readiness.reasons),
            "target": live.readiness.target,
            "notes": list(live.readiness.notes),
            "warnings": list(live.readiness.warnings),
        },
        "debt": msgspec.to_builtins(debt_of(run)),
        "sync": sync_document(live.sync),
        "digest": digest,
        "execution": execution_document(run),
        "driver": driver_document(run),
        "present": [presence_document(one, now=now) for one in live.present],
        "lease": msgspec.to_builtins(live.lease),
        "deploys_locked": run.deploys_locked,
        "frozen": freeze_document(run),
        "sign_off": sign_off_document(run),
        "bad_lines": run.bad_lines,
        "contests": msgspec.to_builtins(run.contests),
        "incidents": [incident_document(run, one, now=now) for one in run.open_incidents],
        "runbooks": [runbook_document(run, one, now=now) for one in run.library.runbooks],
    }


def _current_gate(run: Run, live: Live, now: float) -> Gate | None:
    phase = run.current_phase
    return (
        gate_of(run, phase, [(feed.name, feed.reliable(now)) for feed in live.probes], now=now)
        if phase is not None
        else None
    )


def item_document(view: ItemView, *, now: float) -> dict[str, Any]:
    """Return one item as scripts read it, as it stands at `now` (epoch seconds)."""
    view = item_as_of(view, now)
    return {
        "id": view.id,
        "text": view.item.text,
        "state": view.state.value,
        "by": view.by.name if view.by is not None else None,
        "at": view.at,
        "detail": view.detail,
        "evidence": [
            *({"kind": "note", "by": note.by.name, "at": note.wall, "text": note.text} for note in view.notes),
            *(
                {"kind": "attachment", "by": record.by.name, "at": record.wall, **msgspec.to_builtins(record.data)}
                for record in view.attachments
            ),
        ],
        "claimed_by": view.claimed_by.name if view.claimed_by is not None else None,
        "killer": view.item.killer,
        "two_person": view.item.two_person,
        "contested": msgspec.to_builtins(view.sides),
        "lost_claims": [{"by": record.by.name, "at": record.wall} for record in view.lost_claims],
        "commit": closed_for(view),
        "checked_in_source": view.item.checked,
        "unverified_second": view.unverified_second,
        "challenge": challenge_document(view),
        "holds_until": rfc3339(view.holds_until) if view.holds_until < math.inf else None,
        "link": view.link or None,
        "first_of_two": None if view.first is None else first_document(view.first),
        "check": check_document(view, now=now),
    }


def due_document(due: Due | None, *, now: float) -> dict[str, Any] | None:
    """Return when an item is due and how that stands; `overdue_by` is in seconds; None without a due date."""
    if due is None:
        return None
    return {
        "relative": due.relative,
        "at": rfc3339(due.at) if due.at else None,
        "state": due.state(now),
        "overdue_by": round(due.late(now)),
    }


def check_document(view: ItemView, *, now: float) -> dict[str, Any] | None:
    """Return what an item's check wants and who saw what of it; None where it has none."""
    if view.sensing is None or view.reading is None:
        return None
    check, told = view.sensing.check, view.reading.told
    return {
        "kind": check.kind,
        "closes": check.closes,
        "effects": check.effects,
        "observe": check.observe,
        "state": view.reading.sense.value,
        "expected": expectation(check),
        "actual": told.actual if told is not None else None,
        "observer": told.observer if told is not None else None,
        "at": told.wall if told is not None else None,
        "age": round(max(now - told.at, 0.0), 3) if told is not None else None,
        "valid_until": rfc3339(told.valid_until) if told is not None and told.valid_until else None,
        "observers": [
            {
                "observer": seen.observer,
                "state": seen.state,
                "actual": seen.actual,
                "detail": seen.detail,
                "at": seen.wall,
                "valid": seen.valid_until > now,
                "commit": seen.commit or None,
            }
            for seen in view.sensing.seen
        ],
    }


def _template_document(view: ItemView, almanac: Almanac, now: float) -> dict[str, Any]:
    """Return an item; one that recurs stands as its instance of the present period does."""
    present = almanac.current(view)
    if present is None:
        return item_document(view, now=now)
    return {**item_document(present.view, now=now), "id": view.id, "instance": present.id}


def occurrence_document(one: Occurrence, *, now: float) -> dict[str, Any]:
    """Return one instance of what recurs; `overdue_by` is in seconds, `missed` counts periods in a row before it."""
    view = one.view
    return {
        "id": one.id,
        "text": view.item.text,
        "cadence": one.period.cadence,
        "period": one.period.label,
        "state": one.state,
        "due_at": rfc3339(one.due_at),
        "overdue_by": round(one.overdue_by),
        "by": view.by.name if view.by is not None and view.state is not ItemState.OPEN else None,
        "at": view.at if view.state is not ItemState.OPEN else None,
        "opens_at": rfc3339(one.opens_at),
        "item_state": view.state.value,
        "missed": one.missed,
        "detail": view.detail,
        "role": view.item.role,
        "claimed_by": view.claimed_by.name if view.claimed_by is not None else None,
        "check": check_document(view, now=now),
    }


def overdue_lines(run: Run, *, now: float) -> list[str]:
    """Return what of the maintenance is overdue, a line each, for a person."""
    from cockpit.durations import short_duration

    return [
        f"maintenance overdue {short_duration(one.overdue_by)}: {one.view.item.text} ({one.period.label})"
        for one in occurrences(run, now, zone(run.timezone))
        if one.state == "overdue"
    ]


def gate_document(run: Run, phase: PhaseView, gate: Gate, *, now: float) -> dict[str, Any]:
    """Return a gate with every role's answer; `also` names the roles that the same person answers for."""
    return {
        "phase": gate.phase,
        "go": gate.go,
        "reasons": msgspec.to_builtins(gate.reasons),
        "roles": [
            {
                "role": one.role,
                "title": one.title,
                "answer": one.answer.answer if one.answer is not None else None,
                "go": not one.objection,
                "by": one.answer.by.name if one.answer is not None else None,
                "on_behalf": (one.answer.on_behalf or None) if one.answer is not None else None,
                "at": one.answer.at if one.answer is not None else None,
                "reason": one.answer.reason if one.answer is not None else "",
                "tag": one.answer.tag if one.answer is not None else None,
                "also": list(one.also),
            }
            for one in poll_of(run, phase, now=now)
        ],
    }


def sign_off_document(run: Run) -> list[dict[str, Any]]:
    """Return how every role's sign-off stands; `signer` is the key's owner where the signature was verified."""
    return [
        {
            "role": one.role,
            "title": one.title,
            "state": one.state,
            "holds": not one.objection,
            "why": one.objection or None,
            "by": one.given.by.name if one.given is not None else None,
            "on_behalf": (one.given.on_behalf or None) if one.given is not None else None,
            "at": one.given.at if one.given is not None else None,
            "statement": one.given.statement if one.given is not None else one.statement,
            "reason": one.given.reason if one.given is not None else "",
            "tag": one.given.tag if one.given is not None else None,
            "commit": one.given.commit if one.given is not None else None,
            "signature": one.verdict.state if one.given is not None else None,
            "signer": one.verdict.who or None,
            "key": one.verdict.key or None,
            "revocation": None
            if one.given is None or not one.given.revoked
            else {
                "signature": one.revocation.state,
                "signer": one.revocation.who or None,
                "key": one.revocation.key or None,
            },
            "also": list(one.also),
        }
        for one in sign_off_of(run)
    ]


def freeze_document(run: Run) -> dict[str, Any] | None:
    """Return the change freeze in force, or None."""
    if run.frozen is None:
        return None
    return {"by": run.frozen.by.name, "at": run.frozen.at, "reason": run.frozen.reason}


def sync_document(feed: SyncFeed) -> dict[str, Any]:
    """Return how the exchange with the remote stands; the counts are of commits, as far as known."""
    known = feed.state not in {"none", "unpublished"}
    return {
        "remote": feed.remote or None,
        "ahead": feed.ahead if known else None,
        "behind": feed.behind if known else None,
        "at": rfc3339(feed.at) if feed.at else None,
        "state": feed.state,
        "reason": feed.reason,
    }


def challenge_document(view: ItemView) -> dict[str, Any] | None:
    """Return what waits for a second person's answer, or None."""
    record = view.challenge
    return None if record is None else {"by": record.by.name, "at": record.wall}


def first_document(first: Side) -> dict[str, Any]:
    """Return what the first of two persons said of an item."""
    return {"by": first.by, "at": first.at, "value": first.said}


def closed_for(view: ItemView) -> str | None:
    """Return the commit that an item was closed for; None where it is open, or where nobody noted it."""
    data = view.said.data if view.said is not None else None
    return (data.commit or None) if isinstance(data, ItemEvent) else None


def driver_document(run: Run) -> dict[str, Any]:
    """Return who has the wheel; `driver` is null where nobody has it for certain."""
    wheel = wheel_of(run)
    return {
        "driver": wheel.driver or None,
        "since": wheel.since or None,
        "given_by": wheel.given_by or None,
        "contested": list(wheel.drivers) if wheel.contested else [],
    }


def presence_document(one: Presence, *, now: float) -> dict[str, Any]:
    """Return one who is here, or was until a moment ago."""
    return {
        "name": one.name,
        "host": one.host,
        "kind": one.kind,
        "looking_at": one.looking_at,
        "since": rfc3339(one.since),
        "seen": rfc3339(one.seen if one.remote else now),
        "here": one.here(now),
        "remote": one.remote,
    }


def presence_lines(live: Live, run: Run, *, now: float) -> list[str]:
    """Return who is here, a line each, for a person."""
    wheel = wheel_of(run)
    lines = []
    for one in live.present:
        if one.kind != "screen":
            continue
        drives = ", drives" if one.name in wheel.drivers else ""
        at = f" at {one.looking_at}" if one.looking_at else ""
        gone = "" if one.here(now) else f", last seen {short_duration(now - one.seen)} ago"
        lines.append(visible(f"here: {one.name} on {one.host}{at}{drives}{gone}"))
    return lines


def probe_document(feed: ProbeFeed, *, now: float) -> dict[str, Any]:
    """Return one probe as last seen; one without any sample, or only an old one, is unknown."""
    return {
        "name": feed.name,
        "state": feed.reliable(now),
        "latency_ms": feed.latency_ms,
        "detail": feed.detail,
        "at": rfc3339(feed.at) if feed.at else None,
        "conditions": msgspec.to_builtins(feed.conditions),
    }


def execution_document(run: Run) -> dict[str, Any] | None:
    """Return the execution in progress, or the last one, without its plan's whole text."""
    view = run.current_execution or (run.executions[-1] if run.executions else None)
    if view is None:
        return None
    document: dict[str, Any] = msgspec.to_builtins(view)
    document.pop("plan")
    document["by"] = view.by.name
    return document


def _progress(view: PhaseView) -> str:
    return "recurs: cockpit maintenance" if view.recurs else f"{view.done:>3}/{view.total:<3} {view.state}"


def summary_lines(run: Run, live: Live, *, now: float) -> Sequence[str]:
    """Return the status in a dozen lines for a person."""
    run = as_of(run, now)
    environment = "PRODUCTION" if run.production else run.environment
    lines = [f"{run.service} {environment}  {run.tag or run.name or 'no run is open'}  {run.state if run.open else ''}"]
    where = zone(run.timezone)
    lines += [f"  {view.phase.title:<26} {_progress(view)}" for view in run.phases]
    dues = [(view, due) for view in run.items.values() if (due := due_of(view, run, where)) is not None]
    lines += [
        f"overdue {short_duration(due.late(now))}: {view.item.text} (due {due.relative})"
        for view, due in dues
        if due.late(now)
    ]
    gate = _current_gate(run, live, now)
    if gate is not None:
        lines.append(f"gate of {gate.phase}: " + ("GO" if gate.go else "NO-GO"))
        lines += [f"  - {reason.why}" for reason in gate.reasons]
    for feed in live.probes:
        age = short_duration(now - feed.at) if feed.at else "never"
        lines.append(f"  probe {feed.name:<16} {feed.reliable(now):<9} {age:>6}  {feed.detail}")
    light = f"READY to {live.readiness.target}" if live.readiness.ready else "NOT READY"
    lines.append(f"rollback {light}")
    lines += [f"  - {reason}" for reason in (*live.readiness.reasons, *live.readiness.notes, *live.readiness.warnings)]
    if live.sync.state != "none":
        age = short_duration(now - live.sync.at) + " ago" if live.sync.at else "never"
        why = f": {live.sync.reason}. {live.sync.fix}" if live.sync.reason else ""
        lines.append(f"sync with {live.sync.remote}: {live.sync.state}, last {age}{why}")
    lines += [incident_line(run, one, now=now) for one in run.open_incidents]
    lines += [f"contested: {contest.title}: {contest.told}" for contest in run.contests]
    lines += [f"contested: {view.item.text}: {view.detail}" for view in run.items.values() if view.sides]
    lines += [
        f"{view.state}: {view.item.text}: {view.detail}"
        for view in run.items.values()
        if view.is_sensed and view.state in NO_GO and view.reading is not None and view.reading.told is not None
    ]
    wheel = wheel_of(run)
    if not wheel.free:
        lines.append(f"{wheel.named} {'drive' if wheel.contested else 'drives'}")
    lines += presence_lines(live, run, now=now)
    lines += overdue_lines(run, now=now)
    lines += [f"debt: {debt.kind} {debt.text}: {debt.reason}" for debt in debt_of(run)]
    if run.frozen is not None:
        lines.append(run.frozen.told)
    if run.deploys_locked:
        lines.append(f"deploys locked: {run.deploys_locked}")
    if run.bad_lines:
        lines.append(f"{run.bad_lines} lines of the journals cannot be read: cockpit doctor")
    return lines

"""The status in a dozen lines, for a person."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.durations import short_duration
from cockpit.release.arrival import rolled_back, rolled_back_words, since_words
from cockpit.release.discrepancy import discrepancy
from cockpit.release.due import due_of
from cockpit.release.emergency_documents import incident_line
from cockpit.release.gates import debt_of
from cockpit.release.item_state import NO_GO
from cockpit.release.live import Live, edited_words
from cockpit.release.moment import as_of
from cockpit.release.recurrence import occurrences
from cockpit.release.run import PhaseView, Run
from cockpit.release.updates import updates_due
from cockpit.release.wheel import wheel_of
from cockpit.status.people import current_gate
from cockpit.text import visible
from cockpit.times import zone


def summary_lines(run: Run, live: Live, *, now: float) -> Sequence[str]:
    """Return the status in a dozen lines for a person."""
    run = as_of(run, now)
    environment = "PRODUCTION" if run.production else run.environment
    lines = [f"{run.service} {environment}  {run.tag or run.name or 'no run is open'}  {run.state if run.open else ''}"]
    where = zone(run.timezone)
    lines += [f"  {view.phase.title:<26} {_progress(view)}" for view in run.phases]
    dues = [(view, due) for view in run.items.values() if (due := due_of(view, run, where)) is not None]
    lines += [
        f"overdue {short_duration(due.late(now))}: {view.item.title} (due {due.relative})"
        for view, due in dues
        if due.late(now)
    ]
    gate = current_gate(run, live, now)
    if gate is not None:
        lines.append(f"gate of {gate.phase}: " + ("GO" if gate.go else "NO-GO"))
        lines += [f"  - {reason.why}" for reason in gate.reasons]
    for feed in live.probes:
        age = short_duration(now - feed.at) if feed.at else "never"
        lines.append(f"  probe {feed.name:<16} {feed.reliable(now):<9} {age:>6}  {feed.detail}")
    lines += running_lines(run, live, now=now)
    lines += _light(run, live, now=now)
    lines += [f"  - {reason}" for reason in (*live.readiness.reasons, *live.readiness.notes, *live.readiness.warnings)]
    if live.edited:
        remedy = "the run flies by what was pinned: cockpit release migrate takes it in"
        lines.append(f"{edited_words(live.edited)} edited since; {remedy}")
    if live.sync.state != "none":
        age = short_duration(now - live.sync.at) + " ago" if live.sync.at else "never"
        why = f": {live.sync.reason}. {live.sync.fix}" if live.sync.reason else ""
        lines.append(f"sync with {live.sync.remote}: {live.sync.state}, last {age}{why}")
    lines += [incident_line(run, one, now=now) for one in run.open_incidents]
    lines += [f"{owed.words(now)}: {owed.title}" for owed in updates_due(run) if owed.message]
    lines += [f"contested: {contest.title}: {contest.told}" for contest in run.contests]
    lines += [f"contested: {view.item.title}: {view.detail}" for view in run.items.values() if view.sides]
    lines += [
        f"{view.state}: {view.item.title}: {view.detail}"
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


def _light(run: Run, live: Live, *, now: float) -> list[str]:
    """Return whether a rollback could start, and to what; right after one nothing further is proposed."""
    readiness = live.readiness
    done = rolled_back(run, readiness.running)
    if done is None:
        return [f"rollback READY to {readiness.target}" if readiness.ready else "rollback NOT READY"]
    told = visible(f"{rolled_back_words(done, now, run.timezone)}; no further rollback is proposed")
    return [told, f"a further rollback {'READY' if readiness.ready else 'NOT READY'}"]


def _progress(view: PhaseView) -> str:
    return "recurs: cockpit maintenance" if view.recurs else f"{view.done:>3}/{view.total:<3} {view.state}"


def overdue_lines(run: Run, *, now: float) -> list[str]:
    """Return what of the maintenance is overdue, a line each, for a person."""
    return [
        f"maintenance overdue {short_duration(one.overdue_by)}: {one.view.item.title} ({one.period.label})"
        for one in occurrences(run, now, zone(run.timezone))
        if one.state == "overdue"
    ]


def running_lines(run: Run, live: Live, *, now: float) -> list[str]:
    """Return what runs and, where another version answers than should, that; none before anybody has looked."""
    running = live.readiness.running
    if not running.head and not running.seen.version:
        return []
    label, here = running.words(now, since_words(run, running, now))
    why = f" ({running.seen.trouble})" if running.seen.trouble and not running.seen.version else ""
    wrong = discrepancy(run, running, now)
    said = [] if wrong is None else [visible(f"WRONG VERSION: {wrong.text}" if wrong.grave else f"  - {wrong.text}")]
    return [visible(f"{label} {here}{why}"), *said]


def presence_lines(live: Live, run: Run, *, now: float) -> list[str]:
    """Return who is here, a line each, for a person."""
    wheel = wheel_of(run)
    lines = []
    for one in live.present:
        if one.kind != "screen":
            continue
        drives = ", drives" if wheel.among_drivers(one.name) else ""
        at = f" at {one.looking_at}" if one.looking_at else ""
        gone = "" if one.here(now) else f", last seen {short_duration(now - one.seen)} ago"
        lines.append(visible(f"here: {one.name} on {one.host}{at}{drives}{gone}"))
    return lines

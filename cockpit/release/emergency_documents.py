"""Incidents and procedures as plain values, for `--json`, and in a line each; fields are only ever added."""

from __future__ import annotations

from typing import Any

from cockpit.durations import age, short_duration
from cockpit.release.emergencies import present_use, trouble_since, waits
from cockpit.release.incidents import Incident, incident_entity
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.run import Note, Run
from cockpit.release.runbooks import CommandRun, RunbookUse, blanks_of, current_step
from cockpit.times import rfc3339


def incident_document(run: Run, incident: Incident, *, now: float) -> dict[str, Any]:
    """Return one incident; `overdue_by` is in seconds, 0 while the update is in time, `lasted` in seconds."""
    due = incident.due_at(run.configuration.incidents) if incident.open else None
    closed = incident.closed
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "component": incident.component or None,
        "runbook": incident.runbook or None,
        "state": "open" if incident.open else "closed",
        "by": incident.by.name,
        "at": incident.at,
        "lasted": round(incident.lasted(now)),
        "update_due_at": rfc3339(due) if due is not None else None,
        "overdue_by": max(round(now - due), 0) if due is not None else 0,
        "updates": [{"by": one.by.name, "at": one.at, "text": one.text} for one in incident.updates],
        "notes": [
            {"by": note.by.name, "at": note.wall, "text": note.text} for note in incident_notes(run, incident.id)
        ],
        "closed": None if closed is None else {"by": closed.by.name, "at": closed.at, "text": closed.text},
    }


def incident_notes(run: Run, incident: str) -> list[Note]:
    """Return the notes on an incident that nobody has taken back, the first one first."""
    return [note for note in run.notes if note.ent == incident_entity(incident)]


def due_words(run: Run, incident: Incident, *, now: float) -> str:
    """Return when people are to be told next: `next update in 6m`, or `update OVERDUE 3m`."""
    left = incident.due_at(run.configuration.incidents) - now
    return f"next update in {short_duration(left)}" if left > 0 else f"update OVERDUE {short_duration(-left)}"


def incident_line(run: Run, incident: Incident, *, now: float) -> str:
    """Return an incident in one line for a person."""
    lasted = age(incident.lasted(now))
    if incident.closed is not None:
        return f"incident {incident.id} {incident.severity} closed after {lasted}: {incident.title}"
    told = due_words(run, incident, now=now)
    return f"INCIDENT {lasted} {incident.severity}: {incident.title} ({incident.id}), {told}"


def runbook_document(run: Run, runbook: Runbook, *, now: float) -> dict[str, Any]:
    """Return a procedure with its steps and where one stands; `current` is the id of the step that is next."""
    use = present_use(run, runbook.id)
    current = current_step(runbook, use)
    since = trouble_since(run, runbook, use)
    return {
        "id": runbook.id,
        "title": runbook.title,
        "kind": runbook.kind,
        "severity": runbook.severity,
        "for": {"probes": runbook.fits.probes, "logs": runbook.fits.logs, "severity": runbook.fits.severity},
        "started_at": use.at if use is not None else None,
        "started_by": use.by if use is not None else None,
        "incident": (use.incident or None) if use is not None else None,
        "current": current.id if current is not None else None,
        "trouble_since": rfc3339(since) if since is not None else None,
        "steps": [_step_document(step, use, number, since, now) for number, step in enumerate(runbook.steps, 1)],
    }


def _step_document(
    step: RunbookStep, use: RunbookUse | None, number: int, since: float | None, now: float
) -> dict[str, Any]:
    found = use.step(step.id) if use is not None else None
    return {
        "id": step.id,
        "number": number,
        "text": step.text,
        "run": step.run or None,
        "blanks": blanks_of(step),
        "effects": step.effects if step.run else None,
        "when": step.when or None,
        "after": step.after or None,
        "waits": round(waits(step, since, now)),
        "link": step.link or None,
        "runbook": step.runbook or None,
        "state": found.state if found is not None else "open",
        "by": (found.by or None) if found is not None else None,
        "at": (found.at or None) if found is not None else None,
        "note": found.note if found is not None else "",
        "runs": [run_document(one) for one in (found.runs if found is not None else ())],
    }


def run_document(run: CommandRun) -> dict[str, Any]:
    """Return one run of a step's command; `outcome` is null while nothing says how it ended."""
    return {
        "by": run.by,
        "at": run.at,
        "host": run.host,
        "command": run.command,
        "outcome": run.outcome,
        "code": run.code,
        "seconds": run.seconds,
        "detail": run.detail,
        "output": run.output.sha256 if run.output is not None else None,
        "without_lease": run.without_lease or None,
    }

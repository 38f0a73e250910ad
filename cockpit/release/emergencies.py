"""What a run says of its incidents and procedures together: which use counts, whose clock, and the timeline's words."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cockpit.durations import parse_duration, short_duration
from cockpit.release.events import (
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    RunbookCommandEnded,
    RunbookCommandStarted,
    RunbookEnded,
    RunbookStarted,
    RunbookStepSettled,
)
from cockpit.release.incidents import INCIDENT_PREFIX, Incident
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.release.runbooks import RUNBOOK_PREFIX, RunbookUse, StepUse, fitting
from cockpit.times import epoch


def runbook_of(run: Run, runbook: str) -> Runbook | None:
    """Return the procedure of that id that the run has pinned."""
    return next((one for one in run.library.runbooks if one.id == runbook), None)


def present_use(run: Run, runbook: str, incident: str = "") -> RunbookUse | None:
    """Return the use of a procedure that goes on: the last one that is not ended, and whose incident is not over.

    With `incident` it is the one of that incident.
    """
    for use in reversed(run.runbook_uses):
        if use.runbook != runbook or use.ended or (incident and use.incident != incident):
            continue
        of = run.incidents.get(use.incident)
        if not use.incident or (of is not None and of.open):
            return use
    return None


def incident_for(run: Run, runbook: str) -> Incident | None:
    """Return the open incident that a procedure would be followed in: one that names it, else the only one."""
    found = run.open_incidents
    naming = [one for one in found if one.runbook == runbook]
    if naming:
        return naming[0]
    return found[0] if len(found) == 1 else None


def trouble_since(run: Run, runbook: Runbook, use: RunbookUse | None) -> float | None:
    """Return since when the trouble lasts, in epoch seconds: what a step's `after` is counted from.

    It is the opening of the incident, or where a probe that the procedure is for was down before that, since then;
    else the beginning of the procedure; None where nothing has begun.
    """
    incident = run.incidents.get(use.incident) if use is not None else incident_for(run, runbook.id)
    begun = [epoch(incident.at)] if incident is not None and incident.open else []
    begun += [
        epoch(probe.wall)
        for name, probe in run.probes.items()
        if probe.state == "down" and any(fnmatchcase(name, pattern) for pattern in runbook.fits.probes)
    ]
    if not begun and use is not None:
        begun = [epoch(use.at)]
    return min(begun, default=None)


def fitting_now(run: Run) -> dict[str, str]:
    """Return the procedures that the present trouble calls for, by id, and what of it does so.

    Of each probe that is down, and of each open incident's component and severity, it is the closest one.
    """
    found: dict[str, str] = {}
    for name, probe in run.probes.items():
        if probe.state == "down":
            for runbook in fitting(run.library, probe=name)[:1]:
                found.setdefault(runbook.id, f"{name} is down")
    for incident in run.open_incidents:
        if incident.runbook:
            found[incident.runbook] = f"the incident {incident.title}"
            continue
        named = fitting(run.library, probe=incident.component, log=incident.component, severity=incident.severity)
        for runbook in named[:1]:
            found.setdefault(runbook.id, f"the incident {incident.title}")
    return found


def waits(step: RunbookStep, since: float | None, now: float) -> float:
    """Return for how many seconds a step's time has not come yet, the whole span where nothing has begun."""
    if not step.after:
        return 0.0
    span = parse_duration(step.after)
    return span if since is None else max(since + span - now, 0.0)


def emergency_sentence(record: Record, run: Run) -> str:
    """Return what happened, for the timeline, without who and when; empty for what is not of an emergency."""
    match record.data:
        case IncidentOpened(severity=severity, component=component):
            where = f" ({component})" if component else ""
            return f"opened the {severity} incident {_incident(record, run)}{where}"
        case IncidentUpdated(severity=severity):
            changed = f" (now {severity})" if severity else ""
            return f"updated the incident {_incident(record, run)}{changed}: {_word(record, run)}"
        case IncidentClosed():
            return f"closed the incident {_incident(record, run)}: {_word(record, run)}"
        case RunbookStarted(runbook=runbook):
            return f"began the runbook {_title(run, runbook)}"
        case RunbookEnded():
            return f"follows the runbook {_title(run, record.ent.rpartition('/')[2])} no more"
        case RunbookStepSettled(outcome=outcome):
            note = _note(record, run)
            word = "reopened" if outcome == "open" else outcome
            return f"{word}: {_step(record, run)}" + (f" ({note})" if note else "")
        case RunbookCommandStarted(without_lease=without, trouble=trouble):
            ran = f"ran the command of: {_step(record, run)}"
            return ran if without is None else f"{ran} WITHOUT the remote's lease ({trouble}): {_without(record, run)}"
        case RunbookCommandEnded(outcome=outcome, code=code, seconds=seconds, detail=detail):
            how = {"ok": "succeeded", "failed": "FAILED", "timed-out": "TIMED OUT", "stopped": "was stopped"}[outcome]
            status = f", exit status {code}" if code is not None else ""
            told = f": {detail}" if detail else ""
            return f"the command of {_step(record, run)} {how} in {short_duration(seconds)}{status}{told}"
        case _:
            return ""


def _incident(record: Record, run: Run) -> str:
    found = run.incidents.get(record.ent.removeprefix(INCIDENT_PREFIX))
    return found.title if found is not None else record.ent.removeprefix(INCIDENT_PREFIX)


def _word(record: Record, run: Run) -> str:
    found = run.incidents.get(record.ent.removeprefix(INCIDENT_PREFIX))
    words = [*found.updates, *([found.closed] if found.closed is not None else [])] if found is not None else []
    return next((one.text for one in words if (one.at, one.by) == (record.wall, record.by)), "")


def _title(run: Run, runbook: str) -> str:
    found = runbook_of(run, runbook)
    return found.title if found is not None else runbook


def _step(record: Record, run: Run) -> str:
    _, _, rest = record.ent.removeprefix(RUNBOOK_PREFIX).partition("/")
    name, _, step_id = rest.partition("/")
    runbook = runbook_of(run, name)
    step = next((one for one in runbook.steps if one.id == step_id), None) if runbook is not None else None
    return f"{_title(run, name)}, {step.text if step is not None else step_id}"


def _note(record: Record, run: Run) -> str:
    step = _step_use(record, run)
    return step.note if step is not None and step.at == record.wall else ""


def _without(record: Record, run: Run) -> str:
    step = _step_use(record, run)
    runs = step.runs if step is not None else ()
    return next((one.without_lease for one in runs if (one.at, one.by) == (record.wall, record.by.name)), "")


def _step_use(record: Record, run: Run) -> StepUse | None:
    whole, _, step_id = record.ent.rpartition("/")
    use = next((one for one in run.runbook_uses if one.entity == whole), None)
    return use.step(step_id) if use is not None else None

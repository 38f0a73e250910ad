"""Decisions on incidents; of the service, they need no run."""

from __future__ import annotations

from cockpit.errors import NotFoundError, RefusedError, UsageError
from cockpit.release.decisions.context import Context, Draft, shown_time
from cockpit.release.events import IncidentClosed, IncidentOpened, IncidentUpdated
from cockpit.release.incidents import Incident, incident_entity
from cockpit.release.intents import CloseIncident, OpenIncident, UpdateIncident
from cockpit.release.run import Run


def open_incident(intent: OpenIncident, context: Context) -> list[Draft]:
    """Open an incident with a title; a second one of the same title and component is no second trouble."""
    title = intent.title.strip()
    if not title:
        raise RefusedError("it has no title", fix="Say in a few words what is wrong", code="no-text")
    twin = next(
        (one for one in context.run.open_incidents if (one.title, one.component) == (title, intent.component)), None
    )
    if twin is not None:
        raise RefusedError(
            f"{twin.by.name} has opened it already, as {twin.id}", fix="cockpit incident update TEXT", code="already"
        )
    known = [runbook.id for runbook in context.run.library.runbooks]
    if intent.runbook and intent.runbook not in known:
        raise NotFoundError(f"no runbook {intent.runbook!r}", fix=f"There is: {', '.join(known) or 'none'}")
    data = IncidentOpened(
        title=context.seal(title),
        severity=intent.severity,
        component=context.redact(intent.component.strip()),
        runbook=intent.runbook,
    )
    return [context.draft(incident_entity(intent.incident), data, scope="service")]


def update(intent: UpdateIncident, context: Context) -> list[Draft]:
    """Tell how it stands."""
    incident = find_open(context.run, intent.incident)
    text = intent.text.strip()
    if not text:
        raise RefusedError("an update says how it stands", fix="Write a sentence", code="no-text")
    severity = intent.severity if intent.severity not in {None, incident.severity} else None
    data = IncidentUpdated(text=context.seal(text), severity=severity or "")
    return [context.draft(incident_entity(incident.id), data, scope="service")]


def close(intent: CloseIncident, context: Context) -> list[Draft]:
    """Close it, saying how it ended."""
    incident = find_open(context.run, intent.incident)
    text = intent.text.strip()
    if not text:
        raise RefusedError("whoever closes says how it ended", fix="Write a sentence", code="no-text")
    return [context.draft(incident_entity(incident.id), IncidentClosed(text=context.seal(text)), scope="service")]


def find_incident(run: Run, wanted: str) -> Incident:
    """Return the incident of that id, or of the beginning of one; NotFoundError lists those there are."""
    exact = run.incidents.get(wanted)
    found = [exact] if exact is not None else [one for key, one in run.incidents.items() if key.startswith(wanted)]
    if len(found) != 1:
        known = ", ".join(run.incidents) or "none has been opened"
        raise NotFoundError(f"no incident {wanted!r}", fix=f"There is: {known}")
    return found[0]


def find_open(run: Run, wanted: str = "") -> Incident:
    """Return the open incident that is meant: the one named, else the only one.

    Raises RefusedError where it is over or none is open, UsageError where several are and none is named.
    """
    if wanted:
        incident = find_incident(run, wanted)
        if incident.closed is not None:
            at = shown_time(incident.closed.at, run)
            raise RefusedError(f"{incident.closed.by.name} closed it, {at}", fix="Open another", code="already")
        return incident
    found = run.open_incidents
    if not found:
        raise RefusedError("no incident is open", fix='Open one: cockpit incident open "..."', code="no-incident")
    if len(found) > 1:
        listing = ", ".join(f"{one.id} ({one.title})" for one in found)
        raise UsageError(
            "several incidents are open", fix=f"Name one with --incident: {listing}", code="several-incidents"
        )
    return found[0]

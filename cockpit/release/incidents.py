"""Incidents: opened, updated while they last, closed; pure folds of what people wrote, and when they are due to tell.

An incident is opened once and closed for good, so that whatever two people write at the same time agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import get_args

from msgspec import Struct

from cockpit.release.configuration import Incidents
from cockpit.release.events import IncidentClosed, IncidentOpened, IncidentUpdated, Severity
from cockpit.release.record import Actor, Record, TextRef
from cockpit.times import epoch

INCIDENT_PREFIX = "incident:"
SEVERITIES: tuple[Severity, ...] = get_args(Severity)  # the gravest first
_NOT_HERE = "(this text is not here yet)"


def incident_entity(incident: str) -> str:
    """Return the entity, of the service, under which an incident's events stand."""
    return f"{INCIDENT_PREFIX}{incident}"


class IncidentWord(Struct, frozen=True):
    """What somebody said of an incident, and when (RFC 3339 UTC)."""

    by: Actor
    at: str
    text: str


class Incident(Struct, frozen=True):
    """One incident; `at` is when it was opened, RFC 3339 UTC, `severity` as it was said last."""

    id: str
    title: str
    severity: Severity
    component: str
    runbook: str
    by: Actor
    at: str
    host: str
    updates: tuple[IncidentWord, ...] = ()
    closed: IncidentWord | None = None
    messaged_at: float = 0.0  # epoch seconds of the last message that went out about it; 0.0 where none did
    promised_at: float = 0.0  # until when that one promised the next; 0.0 where it did not

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.closed is None

    @property
    def told_at(self) -> float:
        """When people were last told how it stands, in epoch seconds."""
        return max(self.messaged_at, *(epoch(at) for at in (self.at, *(one.at for one in self.updates))))

    def due_at(self, rhythm: Incidents) -> float:
        """Return when the next update is due, in epoch seconds: as the last word promised, else by the rhythm."""
        if self.promised_at and self.messaged_at >= self.told_at:
            return self.promised_at
        return self.told_at + rhythm.every(self.severity)

    def lasted(self, now: float) -> float:
        """Return for how many seconds it has lasted, or did."""
        end = epoch(self.closed.at) if self.closed is not None else now
        return max(end - epoch(self.at), 0.0)


def gravest_first(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return incidents by severity, and the oldest first among equals."""
    return tuple(sorted(incidents, key=lambda one: (SEVERITIES.index(one.severity), one.at, one.id)))


def fold_incidents(
    by_entity: Mapping[str, Sequence[Record]], text_of: Callable[[TextRef], str | None]
) -> dict[str, Incident]:
    """Return the incidents by id, in the order in which they were opened; `by_entity` is in timeline order."""
    found = [one for entity, records in by_entity.items() if (one := _fold(entity, records, text_of)) is not None]
    return {one.id: one for one in sorted(found, key=lambda one: (one.at, one.id))}


def _fold(entity: str, records: Sequence[Record], text_of: Callable[[TextRef], str | None]) -> Incident | None:
    def word(record: Record, ref: TextRef) -> IncidentWord:
        text = text_of(ref)
        return IncidentWord(record.by, record.wall, _NOT_HERE if text is None else text)

    opened = next((record for record in records if isinstance(record.data, IncidentOpened)), None)
    if opened is None or not isinstance(opened.data, IncidentOpened):
        return None
    severity = opened.data.severity
    updates: list[IncidentWord] = []
    closed: IncidentWord | None = None
    for record in records:
        if isinstance(record.data, IncidentUpdated):
            updates.append(word(record, record.data.text))
            severity = record.data.severity or severity
        elif isinstance(record.data, IncidentClosed) and closed is None:
            closed = word(record, record.data.text)
    return Incident(
        id=entity.removeprefix(INCIDENT_PREFIX),
        title=word(opened, opened.data.title).text,
        severity=severity,
        component=opened.data.component,
        runbook=opened.data.runbook,
        by=opened.by,
        at=opened.wall,
        host=opened.host,
        updates=tuple(updates),
        closed=closed,
    )

"""The status document: what `cockpit status --json` prints; fields are only ever added."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.release.announcement_documents import update_document
from cockpit.release.due import due_of, dues_in
from cockpit.release.emergency_documents import incident_document, runbook_document
from cockpit.release.gates import debt_of
from cockpit.release.ledger import state_digest
from cockpit.release.live import Live
from cockpit.release.moment import as_of
from cockpit.release.recurrence import Almanac
from cockpit.release.run import Run
from cockpit.release.updates import updates_due
from cockpit.status.feeds import execution_document, probe_document, running_document, sync_document
from cockpit.status.items import due_document, occurrence_document, template_document
from cockpit.status.people import current_gate, driver_document, freeze_document, presence_document, sign_off_document
from cockpit.times import zone


def status_document(run: Run, live: Live, *, now: float) -> dict[str, Any]:
    """Return the whole state of a run as plain values; `now` (epoch seconds) tells how old the probes' results are."""
    digest = state_digest(run)  # of what was folded: nothing of now enters it
    run = as_of(run, now)
    gate = current_gate(run, live, now)
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
            {**template_document(view, almanac, now), "due": due_document(due_of(view, run, where), now=now)}
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
        "running": running_document(run, live.readiness.running, now=now),
        "edited": list(live.edited),
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
        "updates": [update_document(one, now=now) for one in updates_due(run)],
        "runbooks": [runbook_document(run, one, now=now) for one in run.library.runbooks],
    }

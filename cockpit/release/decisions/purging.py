"""The decision to forget evidence."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import OVER, Context, Draft
from cockpit.release.events import EvidencePurged, ExecutionRequested, RunMigrated, RunOpened
from cockpit.release.intents import PurgeEvidence

EVIDENCE = "evidence"


def purge(intent: PurgeEvidence, context: Context) -> list[Draft]:
    """Forget blobs, unless the run still flies by one of them."""
    if not intent.blobs:
        raise RefusedError("nothing to purge", fix="Name it: cockpit doctor --purge SHA|NOTE|ITEM", code="nothing")
    blobs = tuple(dict.fromkeys(intent.blobs))
    for sha256, what in _needed(context):
        if sha256 in blobs:
            raise RefusedError(
                f"{sha256[:12]} is {what}: without it the run cannot go on",
                fix="Purge it once that is over",
                code="needed",
            )
    reason = intent.reason.strip()
    data = EvidencePurged(blobs=blobs, reason=context.seal(reason) if reason else None)
    return [context.draft(EVIDENCE, data, scope="service")]


def _needed(context: Context) -> Iterator[tuple[str, str]]:
    current = context.run.current_execution
    for record in context.run.records:
        match record.data:
            case RunOpened(pins=pins) | RunMigrated(pins=pins) if context.run.open and context.run.state not in OVER:
                yield from ((ref.sha256, f"the pinned {path}") for path, ref in pins.items())
            case ExecutionRequested(plan=plan) if current is not None and record.ent.endswith(f":{current.id}"):
                yield plan.sha256, f"the plan of the {current.direction} under way"
            case _:
                pass

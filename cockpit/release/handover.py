"""What the next shift must know, gathered from a run."""

from __future__ import annotations

from datetime import tzinfo

from msgspec import Struct

from cockpit.release.coming import DueSoon, Ending, due_within, endings_within
from cockpit.release.contacts import shifts_within
from cockpit.release.events import WheelGiven, WheelReleased, WheelTaken
from cockpit.release.gates import Debt, debt_of
from cockpit.release.incidents import Incident
from cockpit.release.item_state import COUNTS_AS_DONE, SETTLED, ItemState
from cockpit.release.library import Contact
from cockpit.release.run import ExecutionView, ItemView, Note, ProbeTransition, Run
from cockpit.release.turns import Turn
from cockpit.release.updates import UpdateDue, updates_due
from cockpit.release.wheel import Wheel, wheel_of

SHIFT = 12 * 3600.0  # seconds
_RED = frozenset({"down", "degraded", "unknown"})


class Handover(Struct, frozen=True):
    """The open ends of a release, and what its next hours bring, up to `until` (epoch seconds).

    `since` (RFC 3339 UTC, or empty for its beginning) is where the notes begin.
    """

    wheel: Wheel
    open_killers: tuple[ItemView, ...]
    regressed: tuple[ItemView, ...]
    contested: tuple[ItemView, ...]
    claims: tuple[ItemView, ...]
    debt: tuple[Debt, ...]
    execution: ExecutionView | None  # the one under way, else the last
    probes: tuple[ProbeTransition, ...]  # those that were not well when last seen to change
    deploys_locked: str
    notes: tuple[Note, ...]
    since: str
    until: float
    incidents: tuple[Incident, ...]
    updates: tuple[UpdateDue, ...]  # that somebody was promised
    endings: tuple[Ending, ...]
    due: tuple[DueSoon, ...]
    on_call: tuple[tuple[Contact, Turn], ...]


def last_handover(run: Run) -> str:
    """Return when the wheel last changed hands, RFC 3339 UTC; empty where it never did."""
    changes = [record for record in run.records if isinstance(record.data, (WheelTaken, WheelGiven, WheelReleased))]
    return changes[-1].wall if changes else ""


def handover_of(run: Run, *, now: float, zone: tzinfo, since: str = "", span: float = SHIFT) -> Handover:
    """Return what the next shift must know of a run as it stands at `now` (epoch seconds).

    Notes are told from `since` on, which is an RFC 3339 UTC time or empty for all; what is coming, for `span` seconds.
    Killer items count from the phases up to the present one: what is still to come is no open end.
    """
    here = run.phases.index(run.current_phase) if run.current_phase is not None else -1
    reached = {view.id for phase in run.phases[: here + 1] for view in phase.once}
    items = tuple(run.items.values())
    return Handover(
        wheel=wheel_of(run),
        open_killers=tuple(
            view
            for view in items
            if view.item.killer
            and view.id in reached
            and view.state not in COUNTS_AS_DONE
            and view.state is not ItemState.NA
        ),
        regressed=tuple(view for view in items if view.state is ItemState.REGRESSED),
        contested=tuple(view for view in items if view.state is ItemState.CONTESTED),
        claims=tuple(view for view in items if view.claimed_by is not None and view.state not in SETTLED),
        debt=debt_of(run),
        execution=run.current_execution or (run.executions[-1] if run.executions else None),
        probes=tuple(probe for probe in run.probes.values() if probe.state in _RED),
        deploys_locked=run.deploys_locked,
        notes=tuple(note for note in run.notes if note.wall >= since),
        since=since,
        until=now + span,
        incidents=run.open_incidents,
        updates=tuple(updates_due(run)),
        endings=endings_within(run, now, now + span),
        due=due_within(run, now, now + span, zone),
        on_call=shifts_within(run, now, now + span, zone),
    )

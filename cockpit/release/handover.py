"""What the next shift must know, gathered from a run."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.events import WheelGiven, WheelReleased, WheelTaken
from cockpit.release.gates import Debt, debt_of
from cockpit.release.item_state import COUNTS_AS_DONE, SETTLED, ItemState
from cockpit.release.run import ExecutionView, ItemView, Note, ProbeTransition, Run
from cockpit.release.wheel import Wheel, wheel_of

_RED = frozenset({"down", "degraded", "unknown"})


class Handover(Struct, frozen=True):
    """The open ends of a release; `since` (RFC 3339 UTC, or empty for its beginning) is where the notes begin."""

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


def last_handover(run: Run) -> str:
    """Return when the wheel last changed hands, RFC 3339 UTC; empty where it never did."""
    changes = [record for record in run.records if isinstance(record.data, (WheelTaken, WheelGiven, WheelReleased))]
    return changes[-1].wall if changes else ""


def handover_of(run: Run, *, since: str = "") -> Handover:
    """Return what the next shift must know; notes from `since` on, which is an RFC 3339 UTC time or empty for all.

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
    )

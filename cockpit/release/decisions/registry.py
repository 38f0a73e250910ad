"""Which decision answers which intent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cockpit.release.decisions import executions, items, leases, runs, undoing
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.intents import (
    AddNote,
    AttachEvidence,
    BreakLease,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    GoWithoutLease,
    Intent,
    MarkNotApplicable,
    MarkTag,
    MoveLaunch,
    OpenRun,
    OverrideItem,
    RecordFact,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
    Undo,
    UnlockDeploys,
)

_DECISIONS: Final[dict[type[Intent], Callable[[Any, Context], list[Draft]]]] = {
    TickItem: items.tick,
    ReopenItem: items.reopen,
    DeferItem: items.defer,
    MarkNotApplicable: items.not_applicable,
    OverrideItem: items.override,
    ClaimItem: items.claim,
    UnclaimItem: items.unclaim,
    AddNote: items.add_note,
    AttachEvidence: items.attach,
    Undo: undoing.undo,
    Redo: undoing.redo,
    OpenRun: runs.open_run,
    Retarget: runs.retarget,
    MoveLaunch: runs.move_launch,
    ChangeRunState: runs.change_state,
    MarkTag: runs.mark_tag,
    UnlockDeploys: runs.unlock_deploys,
    RequestExecution: executions.request,
    EndExecution: executions.end,
    RecordFact: executions.fact,
    GoWithoutLease: leases.go_without,
    BreakLease: leases.break_lease,
}


def decide(intent: Intent, context: Context) -> list[Draft]:
    """Return the events that `intent` makes of the present run.

    Raises RefusedError or NotFoundError, with what to do, where the intent cannot be granted.
    """
    return _DECISIONS[type(intent)](intent, context)

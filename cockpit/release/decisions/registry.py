"""Which decision answers which intent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cockpit.release.decisions import executions, items, leases, purging, runs, undoing, wheel
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.intents import (
    AddNote,
    AnswerItem,
    AttachEvidence,
    BreakLease,
    ChallengeItem,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    GiveWheel,
    GoWithoutLease,
    Intent,
    MarkNotApplicable,
    MarkTag,
    MoveLaunch,
    OpenRun,
    OverrideItem,
    PurgeEvidence,
    RecordFact,
    Redo,
    ReleaseWheel,
    ReopenItem,
    RequestExecution,
    Retarget,
    TakeWheel,
    TickItem,
    UnclaimItem,
    Undo,
    UnlockDeploys,
)

_DECISIONS: Final[dict[type[Intent], Callable[[Any, Context], list[Draft]]]] = {
    TickItem: items.tick,
    ChallengeItem: items.challenge,
    AnswerItem: items.answer,
    ReopenItem: items.reopen,
    DeferItem: items.defer,
    MarkNotApplicable: items.not_applicable,
    OverrideItem: items.override,
    ClaimItem: items.claim,
    UnclaimItem: items.unclaim,
    AddNote: items.add_note,
    AttachEvidence: items.attach,
    PurgeEvidence: purging.purge,
    Undo: undoing.undo,
    Redo: undoing.redo,
    OpenRun: runs.open_run,
    Retarget: runs.retarget,
    MoveLaunch: runs.move_launch,
    ChangeRunState: runs.change_state,
    TakeWheel: wheel.take,
    GiveWheel: wheel.give,
    ReleaseWheel: wheel.release,
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

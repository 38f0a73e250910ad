"""Which decision answers which intent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from cockpit.release.decisions import (
    executions,
    gates,
    health,
    incidents,
    items,
    leases,
    messages,
    purging,
    reviews,
    runbooks,
    runs,
    signoffs,
    undoing,
    wheel,
)
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.entities import ITEM_PREFIX
from cockpit.release.instances import is_instance
from cockpit.release.intents import (
    AcknowledgeCall,
    AcknowledgeProbe,
    AddNote,
    AnswerGate,
    AnswerItem,
    AttachEvidence,
    BeginCommand,
    BreakLease,
    ChallengeItem,
    ChangeRunState,
    ClaimItem,
    CloseIncident,
    CompleteReview,
    ConfirmExecution,
    DeferItem,
    EndAcknowledgement,
    EndExecution,
    EndRunbook,
    GiveWheel,
    GoWithoutLease,
    IntendMessage,
    IntendResending,
    Intent,
    KeepDiff,
    LiftFreeze,
    MarkNotApplicable,
    MarkTag,
    MigrateRun,
    MoveLaunch,
    MuteProbe,
    OpenIncident,
    OpenRun,
    OverrideItem,
    PurgeEvidence,
    RecordFact,
    Redo,
    ReleaseWheel,
    ReopenItem,
    RequestExecution,
    Retarget,
    RevokeSignOff,
    SetFreeze,
    SettleStep,
    SignOff,
    StartRunbook,
    StayDespiteTrigger,
    TakeWheel,
    TickItem,
    UnclaimItem,
    Undo,
    UnlockDeploys,
    UnmuteProbe,
    UpdateIncident,
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
    KeepDiff: items.keep_diff,
    PurgeEvidence: purging.purge,
    Undo: undoing.undo,
    Redo: undoing.redo,
    OpenRun: runs.open_run,
    MigrateRun: runs.migrate,
    Retarget: runs.retarget,
    MoveLaunch: runs.move_launch,
    ChangeRunState: runs.change_state,
    TakeWheel: wheel.take,
    GiveWheel: wheel.give,
    ReleaseWheel: wheel.release,
    MarkTag: runs.mark_tag,
    UnlockDeploys: runs.unlock_deploys,
    AnswerGate: gates.answer,
    SetFreeze: gates.set_freeze,
    AcknowledgeProbe: health.acknowledge,
    EndAcknowledgement: health.end_acknowledgement,
    MuteProbe: health.mute,
    UnmuteProbe: health.unmute,
    StayDespiteTrigger: health.stay,
    LiftFreeze: gates.lift_freeze,
    SignOff: signoffs.sign,
    RevokeSignOff: signoffs.revoke,
    RequestExecution: executions.request,
    EndExecution: executions.end,
    ConfirmExecution: executions.confirm,
    RecordFact: executions.fact,
    OpenIncident: incidents.open_incident,
    UpdateIncident: incidents.update,
    CloseIncident: incidents.close,
    IntendMessage: messages.intend,
    IntendResending: messages.intend_again,
    AcknowledgeCall: messages.acknowledge,
    StartRunbook: runbooks.start,
    EndRunbook: runbooks.end,
    SettleStep: runbooks.settle,
    BeginCommand: runbooks.begin_command,
    GoWithoutLease: leases.go_without,
    BreakLease: leases.break_lease,
    CompleteReview: reviews.complete,
}


def decide(intent: Intent, context: Context) -> list[Draft]:
    """Return the events that `intent` makes of the present run.

    Raises RefusedError or NotFoundError, with what to do, where the intent cannot be granted.
    """
    drafts = _DECISIONS[type(intent)](intent, context)
    return [_of_service(draft) if _is_of_instance(draft, context) else draft for draft in drafts]


def _is_of_instance(draft: Draft, context: Context) -> bool:
    return draft.ent.startswith(ITEM_PREFIX) and is_instance(context.run, draft.ent.removeprefix(ITEM_PREFIX))


def _of_service(draft: Draft) -> Draft:
    """Return a draft for the service's stream: what recurs outlives every run."""
    return msgspec.structs.replace(draft, scope="service")

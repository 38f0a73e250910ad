"""Everything a person or a process can want, one frozen class each; `release.decisions` answers them."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cockpit.release.events import GateAnswer, Outcome, RunState, Severity, StepWord
from cockpit.release.plan import Plan
from cockpit.release.record import Event

ATTACHMENT_LIMIT: Final = 1024 * 1024  # bytes of a file that go into the store


class Intent(Struct, frozen=True):
    """Base of all intents."""


class ItemIntent(Intent, frozen=True):
    """Base of what is wanted of one item, by its full id."""

    item: str


class TickItem(ItemIntent, frozen=True):
    """Say that an item is done, with the value seen.

    With `until` (RFC 3339) or `link` it is an attestation: of what was looked at, where, and how long that holds.
    `bound` is the digest of the paths that the item is bound to.
    """

    value: str = ""
    until: str = ""
    link: str = ""
    bound: str = ""


class ReopenItem(ItemIntent, frozen=True):
    """Open an item again."""

    reason: str = ""


class DeferItem(ItemIntent, frozen=True):
    """Put an item off; `until` (RFC 3339) is when the waiver ends, empty for never."""

    reason: str
    until: str = ""


class MarkNotApplicable(ItemIntent, frozen=True):
    """Say that an item does not apply here."""

    reason: str
    until: str = ""


class OverrideItem(ItemIntent, frozen=True):
    """Go on without an item."""

    reason: str
    until: str = ""


class ClaimItem(ItemIntent, frozen=True):
    """Take an item on."""


class UnclaimItem(ItemIntent, frozen=True):
    """Let an item go."""


class ChallengeItem(ItemIntent, frozen=True):
    """Put a two-person item to the second person, with what the first one saw."""

    value: str = ""


class AnswerItem(ItemIntent, frozen=True):
    """Answer as the second person, with the value seen; the rest is as in `TickItem`.

    `challenge` is the record of the question that was shown; empty answers whichever stands.
    """

    value: str
    until: str = ""
    link: str = ""
    bound: str = ""
    challenge: str = ""


class AddNote(Intent, frozen=True):
    """Write a note on the run, on an item, or on an incident (by the beginning of its id, open or over)."""

    text: str
    item: str = ""
    incident: str = ""


class AttachEvidence(ItemIntent, frozen=True):
    """Attach a file's content, or where it is too large its hash, size and path.

    What has no path lies nowhere else, and is refused where it is too large.
    """

    name: str
    content: bytes | None = None
    sha256: str = ""
    size: int = 0
    path: str = ""


class KeepDiff(Intent, frozen=True):
    """Keep as the run's evidence what stood in a work tree and in no commit; the hash and size are of the whole.

    Of what is too large they alone are kept.
    """

    name: str
    content: bytes
    sha256: str
    size: int


class PurgeEvidence(Intent, frozen=True):
    """Forget blobs, by their hashes, in every clone; it cannot be taken back."""

    blobs: tuple[str, ...]
    reason: str = ""


class Undo(Intent, frozen=True):
    """Reverse one's own last record, on one item or anywhere; `record` is the id of what the person was shown."""

    item: str = ""
    record: str = ""


class Redo(Intent, frozen=True):
    """Bring back what one has undone last, on one item or anywhere; `record` is the id of what the person was shown."""

    item: str = ""
    record: str = ""


class OpenRun(Intent, frozen=True):
    """Open a release run; `pins` maps each configuration file's path to its text, `launch_at` is as `times.rfc3339`.

    `not_applicable` gives the reason of each item, by its id, that does not apply from the start.
    """

    name: str
    service: str
    environment: str
    production: bool
    timezone: str
    digest: str
    pins: dict[str, str]
    checklists: tuple[str, ...]
    tag: str = ""
    commit: str = ""
    launch_at: str = ""
    not_applicable: dict[str, str] = {}


class MigrateRun(Intent, frozen=True):
    """Fly by other files: `pins` maps each one's path to its text, `seen` is the digest of those flown until now."""

    digest: str
    pins: dict[str, str]
    checklists: tuple[str, ...]
    detail: str
    seen: str = ""


class Retarget(Intent, frozen=True):
    """Fly another tag."""

    tag: str
    commit: str


class MoveLaunch(Intent, frozen=True):
    """Launch at another time."""

    launch_at: str


class ChangeRunState(Intent, frozen=True):
    """Hold, resume, abort, supersede, close or reopen the run."""

    state: RunState
    reason: str = ""
    by_run: str = ""


class TakeWheel(Intent, frozen=True):
    """Drive from now on; `seen` names whoever drove when this was decided, so that nobody else is overtaken."""

    seen: str = ""


class GiveWheel(Intent, frozen=True):
    """Let another person drive, by the name that their cockpit goes by."""

    to: str


class ReleaseWheel(Intent, frozen=True):
    """Drive no more."""


class MarkTag(Intent, frozen=True):
    """Mark a tag good or bad."""

    tag: str
    commit: str
    good: bool
    reason: str


class AnswerGate(Intent, frozen=True):
    """Say go or no-go for a role at the end of a phase, by its id; `on_behalf` names who said so, if not oneself."""

    phase: str
    role: str
    answer: GateAnswer
    on_behalf: str = ""
    reason: str = ""


class AcknowledgeProbe(Intent, frozen=True):
    """Let a probe's present trouble call nobody until `until` (RFC 3339 UTC), or until it changes."""

    probe: str
    until: str
    reason: str


class EndAcknowledgement(Intent, frozen=True):
    """Let a probe's trouble call people again."""

    probe: str


class MuteProbe(Intent, frozen=True):
    """Let a probe call nobody until `until` (RFC 3339 UTC), or until it is unmuted where that is empty."""

    probe: str
    reason: str
    until: str = ""


class UnmuteProbe(Intent, frozen=True):
    """Let a probe call people again."""

    probe: str


class StayDespiteTrigger(Intent, frozen=True):
    """Decide on a breached trigger not to roll back."""

    trigger: str
    reason: str


class SetFreeze(Intent, frozen=True):
    """Let no deploy of the service start."""

    reason: str = ""


class LiftFreeze(Intent, frozen=True):
    """Let deploys start again."""

    reason: str = ""


class SignOff(Intent, frozen=True):
    """Sign for a role, in person or on behalf of somebody."""

    role: str
    on_behalf: str = ""
    reason: str = ""


class RevokeSignOff(Intent, frozen=True):
    """Take a role's sign-off back."""

    role: str
    reason: str


class UnlockDeploys(Intent, frozen=True):
    """Let deploys start again."""

    reason: str


class RequestExecution(Intent, frozen=True):
    """Carry out this very plan; `confirmed` is what the person typed, and `databases` for what it replaces."""

    execution: str
    plan: Plan
    confirmed: str
    databases: tuple[str, ...] = ()


class GoWithoutLease(Intent, frozen=True):
    """Go on with an execution by the local lock alone; `trouble` is why the remote's lease was not to be had."""

    execution: str
    reason: str
    trouble: str


class BreakLease(Intent, frozen=True):
    """Write down that a lease was broken: whose, since when, last seen when, for what."""

    reason: str
    nonce: str
    owner: str = ""
    host: str = ""
    at: str = ""
    heartbeat: str = ""
    target: str = ""


class EndExecution(Intent, frozen=True):
    """Close an execution with its outcome, and draw the consequences for the run and for deploys."""

    execution: str
    outcome: Outcome
    detail: str
    version_seen: str = ""


class ConfirmExecution(Intent, frozen=True):
    """Say that an unverified target was seen to run well, and how."""

    execution: str
    reason: str


class OpenIncident(Intent, frozen=True):
    """Open an incident under a fresh id."""

    incident: str
    title: str
    severity: Severity = "major"
    component: str = ""
    runbook: str = ""


class UpdateIncident(Intent, frozen=True):
    """Say how an incident stands; the only open one where none is named."""

    text: str
    incident: str = ""
    severity: Severity | None = None


class CloseIncident(Intent, frozen=True):
    """Say that an incident is over, and how; the only open one where none is named."""

    text: str
    incident: str = ""


class IntendMessage(Intent, frozen=True, kw_only=True):
    """Send a message over a channel, by this very text; a repeated id is the same message again.

    `seen` are the ids of the messages that whoever sends it knew of; None asks nothing.
    """

    message: str
    channel: str
    subject: str
    body: str
    template: str = ""
    call: str = ""
    incident: str = ""
    next_update_at: str = ""
    seen: frozenset[str] | None = None


class IntendResending(Intent, frozen=True):
    """Send a message again whose delivery failed, or is not known."""

    message: str


class AcknowledgeCall(Intent, frozen=True):
    """Say that one knows of a call, by its key."""

    call: str


class RunbookIntent(Intent, frozen=True):
    """Base of what is wanted of a procedure; `fresh` is an id for its being followed, where it is not followed yet."""

    runbook: str
    fresh: str = ""
    incident: str = ""


class StartRunbook(RunbookIntent, frozen=True):
    """Begin a procedure, anew where it is followed already outside of an incident."""


class EndRunbook(RunbookIntent, frozen=True):
    """Follow a procedure no more."""


class SettleStep(RunbookIntent, frozen=True, kw_only=True):
    """Say that a step is done, or skipped with a reason, or neither."""

    step: str
    outcome: StepWord
    note: str = ""


class BeginCommand(RunbookIntent, frozen=True, kw_only=True):
    """Write down that a person confirmed a step's command, of that very text, before it runs.

    With `trouble` the remote's lease was not to be had, and `without_lease` is the reason to run it all the same.
    `seen` is the last run of it that the person knew of, as `decisions.runbooks.last_run` tells; None asks nothing.
    """

    step: str
    command: str
    seen: str | None = None
    without_lease: str = ""
    trouble: str = ""


class CompleteReview(Intent, frozen=True):
    """Say that one has gone through what happened from `since` to `until` (RFC 3339 UTC)."""

    since: str
    until: str


class RecordFact(Intent, frozen=True):
    """Write down what a watcher or worker observed; `text` is sealed into the event's field `output`."""

    ent: str
    data: Event
    text: str | None = None
    of_service: bool = False

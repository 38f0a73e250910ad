"""Every event there is, one frozen class each, with the register it writes.

A register is a value of one entity with one current winner (an item's state, a run's target). Events without
a register only add (notes, evidence, steps). Kinds and fields are only ever added.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeVar

from msgspec import Struct, field

from cockpit.release.databases import Dump
from cockpit.release.record import Event, TextRef

RunState = Literal["planned", "active", "held", "rolled-back", "aborted", "superseded", "closed"]
ObservedState = Literal["ok", "failed", "unknown"]
StepOutcome = Literal["ok", "already", "failed", "timed-out", "skipped", "aborted"]
Outcome = Literal["succeeded", "unverified", "aborted"]
Direction = Literal["rollback", "deploy"]
GateAnswer = Literal["go", "no-go"]
Severity = Literal["critical", "major", "minor"]
StepWord = Literal["done", "skipped", "open"]
CommandOutcome = Literal["ok", "failed", "timed-out", "stopped"]
Delivery = Literal["sent", "failed", "unknown"]  # taken by the receiver, certainly not, or nobody can tell

KINDS: Final[dict[str, type[Event]]] = {}
_KIND_OF: Final[dict[type[Event], str]] = {}
REGISTERS: Final[dict[str, str | None]] = {}

_E = TypeVar("_E", bound=type[Event])


def _kind(kind: str, *, register: str | None = None) -> Callable[[_E], _E]:
    def enter(event: _E) -> _E:
        KINDS[kind] = event
        _KIND_OF[event] = kind
        REGISTERS[kind] = register
        return event

    return enter


def kind_of(event: Event) -> str:
    """Return the kind under which `event` is stored."""
    return _KIND_OF[type(event)]


def register_of(kind: str) -> str | None:
    """Return the register that events of `kind` write, or None where they only add or are unknown."""
    return REGISTERS.get(kind)


# The run


@_kind("run.opened", register="opened")
class RunOpened(Event, frozen=True, kw_only=True):
    """A release run was opened; `pins` maps each configuration file's path to the sha256 of its pinned text."""

    name: str
    service: str
    environment: str
    production: bool
    timezone: str
    tag: str = ""
    commit: str = ""
    launch_at: str = ""
    checklists: tuple[str, ...] = ()
    digest: str
    pins: dict[str, TextRef] = field(default_factory=dict)


@_kind("run.migrated", register="pins")
class RunMigrated(Event, frozen=True, kw_only=True):
    """The run flies by other files from here on; all as of `RunOpened`, and `detail` says in a line what changed."""

    digest: str
    checklists: tuple[str, ...] = ()
    pins: dict[str, TextRef] = field(default_factory=dict)
    detail: str = ""


@_kind("run.retargeted", register="target")
class RunRetargeted(Event, frozen=True):
    """The run now flies another tag."""

    tag: str
    commit: str


@_kind("run.launch-moved", register="launch")
class LaunchMoved(Event, frozen=True):
    """The launch is at another time; empty takes it back."""

    launch_at: str


@_kind("run.state-changed", register="state")
class RunStateChanged(Event, frozen=True):
    """The run was activated, held, resumed, rolled back, aborted, superseded, closed or reopened.

    `commit` is what a rollback has undone; empty where that is not said.
    """

    state: RunState
    reason: TextRef | None = None
    by_run: str = ""
    commit: str = ""


# The wheel


@_kind("wheel.taken", register="wheel")
class WheelTaken(Event, frozen=True):
    """Who writes this drives from now on; `taken_from` names whoever drove until then."""

    taken_from: str = ""


@_kind("wheel.given", register="wheel")
class WheelGiven(Event, frozen=True):
    """Another person, by name, drives from now on."""

    to: str


@_kind("wheel.released", register="wheel")
class WheelReleased(Event, frozen=True):
    """Nobody drives any more."""


# Items


class ItemEvent(Event, frozen=True):
    """Base of what writes an item.

    `undoes` is the id of the record that it reverses, `redoes` of the one that it brings back after that, if any;
    `commit` is the one that the run flew as the item was closed, empty where there was none or nobody noted it.
    """

    undoes: str = ""
    redoes: str = ""
    commit: str = ""


@_kind("item.done", register="state")
class ItemDone(ItemEvent, frozen=True):
    """A person says that the item is done, with the value they saw, if any.

    `answers` is the id of the challenge, or of the first person's tick, which it answers as the second person. `tag`
    and `host` are what the run flew, and where it was carried out last, as it was done; `bound` is the digest of the
    paths that the item is bound to. Each is empty where there was none, or nobody noted it.
    """

    value: TextRef | None = None
    answers: str = ""
    tag: str = ""
    host: str = ""
    bound: str = ""


@_kind("item.attested", register="state")
class ItemAttested(ItemDone, frozen=True):
    """A person says what they have looked at, where it is to be seen, and until when their word holds.

    `until` is RFC 3339 UTC, and empty where it holds for good.
    """

    until: str = ""
    link: TextRef | None = None


@_kind("item.moved")
class ItemMoved(Event, frozen=True):
    """What the word of a record was bound to has moved since, as somebody's cockpit saw."""

    record: str
    moved: str


@_kind("item.reopened", register="state")
class ItemReopened(ItemEvent, frozen=True):
    """The item is open again."""

    reason: TextRef | None = None


@_kind("item.deferred", register="state")
class ItemDeferred(ItemEvent, frozen=True, kw_only=True):
    """The item is put off, with a reason; it stands in the debt ledger.

    `until` (RFC 3339 UTC) ends it, as it ends the other waivers; empty is for as long as the run lasts.
    """

    reason: TextRef
    until: str = ""


@_kind("item.not-applicable", register="state")
class ItemNotApplicable(ItemEvent, frozen=True, kw_only=True):
    """The item does not apply to this release, with a reason."""

    reason: TextRef
    until: str = ""


@_kind("item.overridden", register="state")
class ItemOverridden(ItemEvent, frozen=True, kw_only=True):
    """Someone goes on without the item, with a reason; it stands in the debt ledger."""

    reason: TextRef
    until: str = ""


@_kind("item.claimed", register="claim")
class ItemClaimed(ItemEvent, frozen=True):
    """Someone is on it."""


@_kind("item.unclaimed", register="claim")
class ItemUnclaimed(ItemEvent, frozen=True):
    """Nobody is on it any more."""


@_kind("item.challenged", register="challenge")
class ItemChallenged(Event, frozen=True):
    """The first of two persons has done their part, with what they saw, and puts the item to the second."""

    value: TextRef | None = None
    commit: str = ""


@_kind("item.observed")
class ItemObserved(Event, frozen=True, kw_only=True):
    """What an item's check found, as one observer saw it; of each observer the last word counts.

    `valid_until` is RFC 3339 UTC. `commit` is the one that was looked at, `bound` the digest of the paths that matter;
    `moved` says what has moved since, if anything has. A renewal repeats the last word. `by_check` is the digest of the
    check that looked, empty where nobody noted it.
    """

    observer: str
    check: str  # its kind
    state: ObservedState
    expected: str = ""
    actual: str = ""
    detail: str = ""
    valid_until: str = ""
    commit: str = ""
    bound: str = ""
    moved: str = ""
    renewal: bool = False
    by_check: str = ""
    output: TextRef | None = None


@_kind("note.added")
class NoteAdded(Event, frozen=True):
    """A note on the run, or on the item that `ent` names; `redoes` is the taken back one that it repeats, if any."""

    text: TextRef
    redoes: str = ""


@_kind("note.revoked")
class NoteRevoked(Event, frozen=True):
    """A note is taken back; it stays in the journal."""

    note: str


@_kind("evidence.attached")
class EvidenceAttached(Event, frozen=True):
    """A file was attached to the item that `ent` names; larger ones are recorded by hash and path alone.

    `sha256` and `size` are the file's; where it is `masked`, secrets have been taken out of what is kept.
    """

    name: str
    blob: TextRef | None = None
    sha256: str = ""
    size: int = 0
    path: str = ""
    masked: bool = False


@_kind("evidence.purged")
class EvidencePurged(Event, frozen=True, kw_only=True):
    """These blobs (by the sha256 of each) are forgotten: every clone that learns of it drops them, for ever."""

    blobs: tuple[str, ...]
    reason: TextRef | None = None


# Pause points


@_kind("gate.answered", register="answer")
class GateAnswered(Event, frozen=True, kw_only=True):
    """A role's go or no-go at the pause point that `ent` names, for the commit that the run flew; by whom is `by`.

    `on_behalf` names the person who said so where somebody else wrote it down; empty in person.
    """

    role: str
    answer: GateAnswer
    on_behalf: str = ""
    reason: TextRef | None = None
    tag: str = ""
    commit: str = ""


# Sign-off


@_kind("signoff.given")
class SignOffGiven(Event, frozen=True, kw_only=True):
    """A person signs for a role: this statement, on this commit, by these files (`digest`, the pins' own).

    The event's exact bytes are what a key signs. `on_behalf` names whoever said so where somebody else writes it down.
    """

    role: str
    statement: str
    tag: str = ""
    commit: str = ""
    digest: str = ""
    on_behalf: str = ""
    reason: TextRef | None = None


@_kind("signoff.revoked")
class SignOffRevoked(Event, frozen=True, kw_only=True):
    """These sign-offs, by the ids of their records, hold no more."""

    records: tuple[str, ...]
    reason: TextRef


# Health


@_kind("probe.changed", register="state")
class ProbeChanged(Event, frozen=True):
    """A probe's debounced state changed, as one observer saw it."""

    state: Literal["ok", "degraded", "down", "unknown", "paused"]
    previous: str
    detail: str
    observer: str


@_kind("probe.acknowledged", register="ack")
class ProbeAcknowledged(Event, frozen=True, kw_only=True):
    """A person knows of a probe's trouble: it calls nobody until then (RFC 3339 UTC), or until it changes."""

    until: str
    reason: TextRef


@_kind("probe.ack-ended", register="ack")
class ProbeAckEnded(Event, frozen=True):
    """The probe's trouble calls people again."""


@_kind("probe.muted", register="mute")
class ProbeMuted(Event, frozen=True, kw_only=True):
    """A probe calls nobody whatever it finds, until then (RFC 3339 UTC; empty: until it is unmuted)."""

    until: str = ""
    reason: TextRef


@_kind("probe.unmuted", register="mute")
class ProbeUnmuted(Event, frozen=True):
    """The probe calls people again."""


class ProbeSum(Struct, frozen=True, omit_defaults=True):
    """How often the looks of a day found a probe how, and the percentiles of its latency in milliseconds."""

    ok: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    paused: int = 0
    maintenance: int = 0
    p50: float | None = None
    p95: float | None = None

    @property
    def seen(self) -> int:
        """How many looks saw the target."""
        return self.ok + self.degraded + self.down

    @property
    def uptime(self) -> float | None:
        """The share of what was seen that was up; None where nothing was: a gap is no uptime."""
        return (self.ok + self.degraded) / self.seen if self.seen else None


@_kind("day.summed")
class DaySummed(Event, frozen=True):
    """What a watcher saw of a local day that is over, for whoever has none of its samples.

    `watched` is for how many of the day's `seconds` it lived.
    """

    day: str
    observer: str
    watched: float
    seconds: float
    probes: dict[str, ProbeSum]


@_kind("trigger.breached", register="trigger")
class TriggerBreached(Event, frozen=True):
    """A rollback trigger's condition has lasted as long as it may: people are called to decide."""

    detail: str
    observer: str


@_kind("trigger.cleared", register="trigger")
class TriggerCleared(Event, frozen=True):
    """The condition of a breached trigger does not hold any more."""

    observer: str


@_kind("trigger.decided", register="trigger")
class TriggerDecided(Event, frozen=True, kw_only=True):
    """A person has decided on a breached trigger: to stay, with a reason; a rollback is requested by itself."""

    reason: TextRef


# Execution


@_kind("execution.requested", register="requested")
class ExecutionRequested(Event, frozen=True):
    """A person confirmed this very plan; `plan` is its text, `plan_digest` what the worker checks."""

    direction: Direction
    tag: str
    commit: str
    from_tag: str
    from_commit: str
    plan: TextRef
    plan_digest: str
    confirmed: str
    databases: tuple[str, ...] = ()  # typed for each database that is replaced
    against: tuple[str, ...] = ()  # the pause points before a deploy that said no-go


@_kind("execution.worker-started")
class WorkerStarted(Event, frozen=True):
    """A worker took the execution's lock and begins, or goes on, at a step."""

    pid: int
    step: int


@_kind("execution.step-started")
class StepStarted(Event, frozen=True):
    """The checkpoint before a step acts."""

    index: int
    step: str
    attempt: int


@_kind("execution.step-ended")
class StepEnded(Event, frozen=True):
    """How a step ended; `output` is the last of what it printed."""

    index: int
    step: str
    attempt: int
    outcome: StepOutcome
    seconds: float = 0.0
    code: int | None = None
    detail: str = ""
    output: TextRef | None = None


@_kind("execution.host-ended")
class HostEnded(Event, frozen=True):
    """How a step ended on one of its hosts."""

    index: int
    step: str
    host: str
    attempt: int
    outcome: StepOutcome
    seconds: float = 0.0
    code: int | None = None
    detail: str = ""


@_kind("execution.stopped")
class ExecutionStopped(Event, frozen=True):
    """The worker ended before the plan did: a person decides whether to retry, skip or abort."""

    index: int
    reason: str


@_kind("execution.ended", register="ended")
class ExecutionEnded(Event, frozen=True):
    """The plan is over: succeeded only where health passed and the target's version was seen."""

    outcome: Outcome
    detail: str
    version_seen: str = ""


@_kind("execution.confirmed")
class ExecutionConfirmed(Event, frozen=True):
    """A person has seen that the target runs well, where nothing has shown it by itself; how is the reason."""

    reason: TextRef


class RehearsedStep(Struct, frozen=True, omit_defaults=True):
    """One step of a rehearsal; one that acts on the live service is left out of it."""

    title: str
    outcome: StepOutcome
    seconds: float = 0.0
    detail: str = ""


@_kind("rollback.rehearsed", register="rehearsal")
class RollbackRehearsed(Event, frozen=True, kw_only=True):
    """A rollback was rehearsed beside the live service, in a scratch work tree and a scratch database."""

    tag: str
    commit: str
    from_tag: str
    from_commit: str
    ok: bool
    seconds: float
    detail: str = ""
    steps: tuple[RehearsedStep, ...] = ()
    dump: Dump | None = None
    plans: str = ""  # tells the configured steps from others


# The remote's lease


@_kind("lease.overridden")
class LeaseOverridden(Event, frozen=True, kw_only=True):
    """A person let an execution go on by the local lock alone; `trouble` is why the remote's lease was not had."""

    reason: TextRef
    trouble: str = ""


@_kind("lease.reconciled")
class LeaseReconciled(Event, frozen=True):
    """The remote is back after that: `owner` is who held the lease meanwhile, and empty where nobody did."""

    owner: str = ""
    host: str = ""
    at: str = ""
    target: str = ""
    nonce: str = ""


@_kind("lease.broken")
class LeaseBroken(Event, frozen=True, kw_only=True):
    """A person broke a lease whose holder was not seen any more; whoever has that nonce may do nothing more."""

    reason: TextRef
    nonce: str
    owner: str = ""
    host: str = ""
    at: str = ""
    heartbeat: str = ""
    target: str = ""


# The service


@_kind("tag.marked", register="mark")
class TagMarked(Event, frozen=True):
    """A person marked a tag good or bad."""

    mark: Literal["good", "bad"]
    commit: str
    reason: TextRef


@_kind("deploys.locked", register="deploys")
class DeploysLocked(Event, frozen=True):
    """No deploy starts until a person unlocks, with the reason shown."""

    reason: str


@_kind("deploys.unlocked", register="deploys")
class DeploysUnlocked(Event, frozen=True):
    """Deploys may start again."""

    reason: TextRef


@_kind("freeze.set", register="freeze")
class FreezeSet(Event, frozen=True):
    """The service is frozen: no deploy starts."""

    reason: TextRef | None = None


@_kind("freeze.lifted", register="freeze")
class FreezeLifted(Event, frozen=True):
    """The freeze is over."""

    reason: TextRef | None = None


# The review


@_kind("review.completed", register="review")
class ReviewCompleted(Event, frozen=True, kw_only=True):
    """A person has gone through what happened from `since` to `until` (RFC 3339 UTC): the next review begins there.

    `records` is how many records of before `until` were known then, of the service and of the run whose id is `run`.
    """

    since: str
    until: str
    run: str = ""
    records: int = 0


# Incidents, and the runbooks that are followed in them


@_kind("incident.opened")
class IncidentOpened(Event, frozen=True, kw_only=True):
    """Something is wrong with the service; `component` is what, such as a probe, `runbook` what is followed."""

    title: TextRef
    severity: Severity
    component: str = ""
    runbook: str = ""


@_kind("incident.updated")
class IncidentUpdated(Event, frozen=True, kw_only=True):
    """People were told how it stands; a `severity` that is not empty is what it is from now on."""

    text: TextRef
    severity: Literal["critical", "major", "minor", ""] = ""


@_kind("incident.closed", register="closed")
class IncidentClosed(Event, frozen=True, kw_only=True):
    """It is over, and how."""

    text: TextRef


@_kind("runbook.started")
class RunbookStarted(Event, frozen=True):
    """Somebody began to follow a procedure; `incident` is the id of the one it is followed in, if any."""

    runbook: str
    incident: str = ""


@_kind("runbook.step-settled", register="step")
class RunbookStepSettled(Event, frozen=True):
    """A person has done the step that `ent` names, skipped it with a reason, or taken that back."""

    outcome: StepWord
    note: TextRef | None = None


@_kind("runbook.command-started")
class RunbookCommandStarted(Event, frozen=True):
    """A person confirmed a step's command, and it begins; `command` is its text with the blanks filled in.

    `without_lease` is why it went by the local lock alone, and `trouble` why the remote's lease was not had.
    """

    command: TextRef
    without_lease: TextRef | None = None
    trouble: str = ""


@_kind("runbook.command-ended")
class RunbookCommandEnded(Event, frozen=True):
    """How a step's command ended; `code` is None where it was ended, `output` the last of what it printed."""

    outcome: CommandOutcome
    code: int | None = None
    seconds: float = 0.0
    detail: str = ""
    output: TextRef | None = None


@_kind("runbook.ended")
class RunbookEnded(Event, frozen=True):
    """The procedure is followed no more; whoever needs it again begins it anew."""


# Messages, and what calls people


@_kind("message.intended")
class MessageIntended(Event, frozen=True, kw_only=True):
    """Somebody sets out to send a message; written before anything leaves. `text` is the subject's line and the body.

    `via` is the channel's kind, `call` the key of the call that a watcher tells of, `next_update_at` what it promises.
    """

    channel: str
    text: TextRef
    via: str = ""
    template: str = ""
    call: str = ""
    incident: str = ""
    next_update_at: str = ""


@_kind("message.ended")
class MessageEnded(Event, frozen=True):
    """What became of an attempt, by the id of its intention; `tries` is how often it was tried in it."""

    attempt: str
    outcome: Delivery
    detail: str = ""
    tries: int = 1


@_kind("call.acknowledged", register="call")
class CallAcknowledged(Event, frozen=True):
    """A person knows of what the watcher calls out: nobody is told of it any more."""

    title: str = ""

"""`Run`: everything that is known of one release, as one immutable snapshot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from cockpit.release.checklist import Checklist, Item, Phase
from cockpit.release.configuration import Configuration
from cockpit.release.events import Direction, GateAnswer, Outcome, RunState, StepOutcome
from cockpit.release.incidents import Incident, gravest_first
from cockpit.release.item_state import COUNTS_AS_DONE, ItemState
from cockpit.release.library import Library
from cockpit.release.messages import Message
from cockpit.release.plan import Plan
from cockpit.release.record import Actor, Record, TextRef
from cockpit.release.registers import Register
from cockpit.release.rehearsals import Rehearsal
from cockpit.release.runbooks import RunbookUse
from cockpit.release.sensing import Reading, Sensing
from cockpit.release.triggers import Breach

PhaseState = Literal["open", "going", "done"]
ExecutionState = Literal["requested", "running", "stopped", "succeeded", "unverified", "aborted"]


class Note(Struct, frozen=True):
    """A note as written; `text` is None while its blob is not here yet."""

    id: str
    by: Actor
    wall: str
    ent: str
    text: str | None


class Side(Struct, frozen=True):
    """What one of several people wrote who had not seen each other's word."""

    by: str
    at: str  # RFC 3339 UTC
    host: str
    said: str
    record: str


def told_by(sides: tuple[Side, ...]) -> str:
    """Return a contest in one line, with every name and what each said."""
    return " against ".join(f"{side.by}: {side.said}" for side in sides)


class Contest(Struct, frozen=True):
    """A register of the run that people wrote at the same time and not alike; the first side counts meanwhile."""

    register: str  # target, launch or state
    title: str
    sides: tuple[Side, ...]

    @property
    def told(self) -> str:
        """Who said what."""
        return told_by(self.sides)


class ItemView(Struct, frozen=True):
    """An item, or one period's instance of an item that recurs, with all that has happened to it."""

    item: Item
    phase_id: str
    section: str
    depth: int
    state: ItemState
    register: Register
    claim: Register
    claimed_by: Actor | None
    claimed_at: str | None
    detail: str  # one line: the reason, the value seen, or who contests whom
    unverified_second: bool  # a two-person item that only one person has answered
    notes: tuple[Note, ...] = ()
    attachments: tuple[Record, ...] = ()
    history: Sequence[Record] = ()
    said: Record | None = None  # whose word the state is: behind an undo, the record that it brought back
    also: tuple[Actor, ...] = ()  # who said the same at the same time, neither having seen the other's word
    sides: tuple[Side, ...] = ()  # of a contested item, the one that came last first
    challenge: Record | None = None  # what waits for the second person's answer, if anything
    lost_claims: tuple[Record, ...] = ()  # of those who claimed it at the same time as its holder
    sensing: Sensing | None = None  # of an item that has a check
    reading: Reading | None = None  # what its check says of it
    period: str = ""  # of an instance: `2026-W48`
    holds_until: float = math.inf  # epoch seconds: from then on a hand's word is stale
    link: str = ""  # of an attestation
    first: Side | None = None  # of an item that two persons have answered, what the first one said

    @property
    def id(self) -> str:
        """The item's id, as in the checklist file."""
        return self.item.id

    @property
    def by_hand(self) -> ItemState:
        """Its state without its check."""
        return self.sensing.by_hand if self.sensing is not None else self.state

    @property
    def is_sensed(self) -> bool:
        """Whether its state is its check's word, and not a person's."""
        return self.sensing is not None and self.state is not self.sensing.by_hand

    @property
    def by(self) -> Actor | None:
        """Who put the item into its present state, or who is on it."""
        if self.state is ItemState.SENSED:
            return None
        if self.by_hand is ItemState.CLAIMED:
            return self.claimed_by
        return self.said.by if self.said is not None else None

    @property
    def names(self) -> str:
        """Who that was, by every name: `Ana+Ben` where both said so at the same time; empty where nobody has."""
        by = self.by
        others = self.also if by is not None and self.said is not None and by == self.said.by else ()
        return "+".join(dict.fromkeys(one.name for one in (*others, by) if one is not None))

    @property
    def at(self) -> str | None:
        """When that was, RFC 3339 UTC; of what a check says, when it was last seen."""
        if self.is_sensed and self.reading is not None and self.reading.told is not None:
            return self.reading.told.wall
        if self.by_hand is ItemState.CLAIMED:
            return self.claimed_at
        return self.said.wall if self.said is not None else None

    @property
    def evidence_count(self) -> int:
        """How many notes and attachments the item carries."""
        return len(self.notes) + len(self.attachments)


class PhaseView(Struct, frozen=True, dict=True):
    """A phase with its items and how far it is."""

    phase: Phase
    checklist_id: str
    items: tuple[ItemView, ...]

    @cached_property
    def once(self) -> tuple[ItemView, ...]:
        """The items that are done once and for all: what recurs is never done, and counts apart."""
        return tuple(view for view in self.items if view.item.cadence is None)

    @cached_property
    def recurs(self) -> bool:
        """Whether nothing in it is ever done for good."""
        return bool(self.items) and not self.once

    @cached_property
    def total(self) -> int:
        """How many items apply; what recurs is not among them."""
        return sum(view.state is not ItemState.NA for view in self.once)

    @cached_property
    def done(self) -> int:
        """How many items count as done."""
        return sum(view.state in COUNTS_AS_DONE for view in self.once)

    @cached_property
    def state(self) -> PhaseState:
        """Where the phase stands."""
        if self.recurs:
            return "open"
        if self.done == self.total:
            return "done"
        return "going" if any(view.by_hand is not ItemState.OPEN for view in self.once) else "open"


class HostView(Struct, frozen=True):
    """How a step last ended on one of its hosts."""

    host: str
    outcome: StepOutcome
    attempt: int
    seconds: float = 0.0
    detail: str = ""

    @property
    def done(self) -> bool:
        """Whether it has taken effect there."""
        return self.outcome in {"ok", "already"}


class Confirmed(Struct, frozen=True):
    """Who has seen for themselves that an unverified target runs well, when, and how they know."""

    by: str
    at: str  # RFC 3339 UTC
    reason: str


class StepView(Struct, frozen=True):
    """The last attempt at a step of an execution."""

    index: int
    step: str
    attempt: int
    state: StepOutcome | Literal["pending", "running"]
    started: str = ""
    seconds: float = 0.0
    detail: str = ""
    output: TextRef | None = None
    hosts: tuple[HostView, ...] = ()  # those that it has come to


class WithoutLease(Struct, frozen=True):
    """That an execution went on without the remote's lease: who said so when, why, and what was wrong."""

    by: str
    at: str
    reason: str
    trouble: str


class Answer(Struct, frozen=True):
    """A role's present answer at a pause point, and for which commit it was given."""

    role: str
    answer: GateAnswer
    by: Actor
    on_behalf: str  # who said so, where somebody else wrote it down; empty in person
    at: str  # RFC 3339 UTC
    reason: str
    tag: str
    commit: str


class Freeze(Struct, frozen=True):
    """A change freeze in force."""

    by: Actor
    at: str  # RFC 3339 UTC
    reason: str

    @property
    def told(self) -> str:
        """Who froze it, since when and why."""
        return f"change freeze by {self.by.name} since {self.at[:16]}Z: {self.reason or 'no reason was given'}"


class ExecutionView(Struct, frozen=True):
    """A rollback or deploy: what was confirmed, by whom, and how far it is."""

    id: str
    direction: Direction
    tag: str
    commit: str
    from_tag: str
    from_commit: str
    by: Actor
    host: str
    wall: str
    state: ExecutionState
    plan: Plan | None  # None while its blob is not here yet
    plan_digest: str
    steps: tuple[StepView, ...]
    detail: str = ""
    version_seen: str = ""
    ended: str = ""
    pid: int = 0
    outcome: Outcome | None = None
    without_lease: WithoutLease | None = None
    reconciled: bool = False  # whether the remote was asked again after that
    lease_conflict: str = ""  # who held the lease meanwhile, as the remote showed when it was back

    confirmed: Confirmed | None = None
    against: tuple[str, ...] = ()  # the pause points before a deploy that said no-go when it was confirmed

    @property
    def hosts_done(self) -> tuple[int, int] | None:
        """Of the step on hosts that has begun last: on how many it has taken effect, and of how many."""
        for view in reversed(self.steps):
            if view.attempt and self.plan is not None and view.index < len(self.plan.steps):
                hosts = self.plan.steps[view.index].hosts
                if hosts:
                    return sum(each.done for each in view.hosts), len(hosts)
        return None

    @property
    def told(self) -> str:
        """What is to be said of it in one sentence: how it ended or why it stopped, and who has confirmed it."""
        if self.confirmed is None:
            return self.detail
        return f"confirmed by {self.confirmed.by}: {self.confirmed.reason}"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.outcome is not None


class ProbeTransition(Struct, frozen=True):
    """The last transition of a probe that entered the store."""

    name: str
    state: str
    previous: str
    detail: str
    observer: str
    wall: str


class Hush(Struct, frozen=True):
    """A person's word that a probe calls nobody; `until` is RFC 3339 UTC, empty for no end."""

    by: Actor
    at: str  # RFC 3339 UTC
    until: str
    reason: str


class TagMark(Struct, frozen=True):
    """A person's verdict on a tag."""

    tag: str
    mark: str
    reason: str
    by: Actor
    wall: str


class RunSummary(Struct, frozen=True):
    """One run in a list of runs."""

    id: str
    service: str
    environment: str
    name: str
    tag: str
    commit: str
    state: RunState
    opened_at: str
    launch_at: str


class Verdict(Struct, frozen=True):
    """What is to be said of a sign-off's signature: `who` is the key's owner, `key` its fingerprint, `why` the fault.

    `payload` and `signature` are what a reader verifies by himself.
    """

    state: Literal["verified", "unchecked", "unsigned", "refused"]
    who: str = ""
    key: str = ""
    why: str = ""
    payload: str = ""
    signature: str = ""


class Signed(Struct, frozen=True):
    """One sign-off as it was given, and what took it back, if anything did."""

    record: str
    role: str
    by: Actor
    at: str
    statement: str
    tag: str
    commit: str
    digest: str
    on_behalf: str = ""
    reason: str = ""
    revoked: str = ""  # by whom, when and why; empty while it was not
    revocation: str = ""  # the record that took it back


class Run(Struct, frozen=True, dict=True):
    """One release, whole; `id` is empty where no run is open and only the service's own events are known."""

    id: str
    service: str
    environment: str
    production: bool
    timezone: str
    name: str
    tag: str
    commit: str
    state: RunState
    opened_at: str
    launch_at: str
    digest: str  # of the pinned files
    configuration: Configuration
    checklists: tuple[Checklist, ...]
    library: Library
    phases: tuple[PhaseView, ...]
    items: Mapping[str, ItemView]
    registers: Mapping[tuple[str, str], Register]
    notes: tuple[Note, ...]
    executions: tuple[ExecutionView, ...]
    probes: Mapping[str, ProbeTransition]
    marks: Mapping[str, TagMark]
    deploys_locked: str  # the reason, or empty
    records: Sequence[Record]  # of the run and of its service, in timeline order
    bad_lines: int = 0
    contests: tuple[Contest, ...] = ()  # over the run itself: its target, its launch, its state
    instances: Mapping[str, ItemView] = MappingProxyType({})  # of what recurs: those that somebody has written to

    signed: Mapping[str, tuple[Signed, ...]] = MappingProxyType({})  # by role, oldest first
    verdicts: Mapping[str, Verdict] = MappingProxyType({})  # on sign-offs and revocations, by record, as found here
    answers: Mapping[str, Answer] = MappingProxyType({})  # at pause points, by the entity of the gate and role
    frozen: Freeze | None = None
    rehearsals: Mapping[str, Rehearsal] = MappingProxyType({})  # the last one of each tag
    acknowledged: Mapping[str, Hush] = MappingProxyType({})  # by probe
    muted: Mapping[str, Hush] = MappingProxyType({})
    breaches: Mapping[str, Breach] = MappingProxyType({})  # by trigger: those that wait for a decision
    incidents: Mapping[str, Incident] = MappingProxyType({})  # by id, the first one first
    runbook_uses: tuple[RunbookUse, ...] = ()  # the first one first
    messages: Mapping[str, Message] = MappingProxyType({})  # by id, the first one first
    undone: str = ""  # the commit that was rolled back, where that is how the run stands

    @property
    def open(self) -> bool:
        """Whether a release run is loaded."""
        return bool(self.id)

    @property
    def current_execution(self) -> ExecutionView | None:
        """The execution that is not over yet, if any."""
        return next((execution for execution in reversed(self.executions) if not execution.over), None)

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """The incidents that are not over, the gravest and then the oldest first."""
        return gravest_first(one for one in self.incidents.values() if one.open)

    @property
    def current_phase(self) -> PhaseView | None:
        """The phase in progress: the last one that anybody touched and did not finish, else the first unfinished."""
        ending = [phase for phase in self.phases if not phase.recurs] or self.phases
        unfinished = [phase for phase in ending if phase.state != "done"]
        going = [phase for phase in unfinished if phase.state == "going"]
        if going:
            return going[-1]
        return unfinished[0] if unfinished else (ending[-1] if ending else None)

    @cached_property
    def notes_by_id(self) -> Mapping[str, Note]:
        """Its notes by their ids."""
        return {note.id: note for note in self.notes}

    def view_of(self, identity: str) -> ItemView | None:
        """Return the item of that id, or the instance that somebody has written to."""
        return self.items.get(identity) or self.instances.get(identity)

    def summary(self) -> RunSummary:
        """Return the run as one line of a list."""
        return RunSummary(
            self.id, self.service, self.environment, self.name, self.tag, self.commit, self.state, self.opened_at,
            self.launch_at,
        )  # fmt: skip


def new_since(run: Run) -> tuple[str, str]:
    """Return since when (RFC 3339) what a log says for the first time is new, and what happened then, in words."""
    deploys = [execution.wall for execution in run.executions if execution.direction == "deploy"]
    return (max(deploys), "the deploy") if deploys else (run.opened_at, "the release was opened")

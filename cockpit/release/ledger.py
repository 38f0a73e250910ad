"""The fold: takes in records in any order and gives the `Run` they tell of.

Total (an unknown kind is kept and skipped), order-independent, and independent of now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from types import MappingProxyType

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.bonds import holds_until
from cockpit.release.checklist import Checklist, Item
from cockpit.release.checks import Check
from cockpit.release.configuration import Configuration, check_of
from cockpit.release.contests import CONTESTABLE, item_sides, run_contest, text_said
from cockpit.release.entities import ITEM_PREFIX, RUN, item_entity
from cockpit.release.events import (
    EvidencePurged,
    ItemAttested,
    ItemClaimed,
    ItemDone,
    ItemReopened,
    LaunchMoved,
    NoteAdded,
    RunMigrated,
    RunOpened,
    RunRetargeted,
    RunState,
    RunStateChanged,
)
from cockpit.release.executions import carried_out_on, fold_execution
from cockpit.release.gathered import Gathered
from cockpit.release.incidents import INCIDENT_PREFIX, fold_incidents
from cockpit.release.instances import instance_check, instance_item
from cockpit.release.item_state import CLOSED_BY_HAND, Flown, ItemState, item_state
from cockpit.release.library import Library
from cockpit.release.messages import MESSAGE_PREFIX, fold_messages, told_incidents
from cockpit.release.origins import origin
from cockpit.release.periods import parse_instance
from cockpit.release.polls import answers_in
from cockpit.release.record import Actor, Event, Record, TextRef, same_person
from cockpit.release.registers import Register
from cockpit.release.run import (
    ExecutionView,
    ItemView,
    Note,
    PhaseView,
    Run,
    Side,
    Signed,
    told_by,
)
from cockpit.release.runbooks import RUNBOOK_PREFIX, fold_uses
from cockpit.release.sensing import Sensing, read, sensing_of
from cockpit.release.settled import Aside, Settled, Timeline, ids_of
from cockpit.release.signoffs import PREFIX as SIGNOFF
from cockpit.release.signoffs import signed_in
from cockpit.release.standing import (
    breaches_in,
    deploys_locked_in,
    freeze_in,
    hushed_in,
    marks_in,
    probes_in,
    rehearsals_in,
)
from cockpit.release.two_persons import is_verified, open_challenge, speaking
from cockpit.times import zone as zone_of

PURGED_TEXT = "(this text was purged)"


class Pins(Struct, frozen=True):
    """Which files a run flies by: where each text lies, the digest of all, which checklists it flies, and where."""

    digest: str
    pins: Mapping[str, TextRef]
    checklists: tuple[str, ...]
    environment: str


class Pinned(Struct, frozen=True):
    """The files that a run was opened with, read and checked."""

    configuration: Configuration
    checklists: tuple[Checklist, ...]
    library: Library
    digest: str

    def check_of(self, item: Item) -> Check | None:
        """Return an item's check, or None where it has none."""
        return check_of(self.configuration, item)


def earliest(register: Register) -> Record | None:
    """Return the claim that holds, the earliest of the concurrent ones, or None where nobody holds it."""
    claims = [record for record in register.heads if isinstance(record.data, ItemClaimed)]
    return min(claims, key=lambda record: record.order) if claims else None


class Ledger:
    """All records of one run and of its service; `snapshot()` is the present `Run`."""

    def __init__(
        self, text_of: Callable[[TextRef], str | None], *, held: Iterable[Record] = (), settled: Settled | None = None
    ) -> None:
        self._text_of = text_of
        self._gathered = Gathered(held, settled)
        self._item_views: dict[str, ItemView] = {}
        self._view_context: tuple[str, Flown] = ("", Flown("planned"))
        self._note_views: dict[str, Note] = {}
        self._execution_views: dict[str, ExecutionView] = {}

    def __len__(self) -> int:
        return len(self._gathered)

    def add(self, records: Iterable[Record]) -> list[Record]:
        """Take in records; return those that were new, in the order of their clocks."""
        arrived = self._gathered.add(records)
        if self._item_views or self._execution_views or self._note_views:
            for record in arrived:
                self._item_views.pop(record.ent, None)
                self._execution_views.pop(record.ent, None)
                if isinstance(record.data, EvidencePurged):
                    self.forget_views()
        return arrived

    def aside(self) -> Aside | None:
        """Return which records only histories show, so that a later start need not read them; None where none may."""
        return self._gathered.aside()

    def register(self, entity: str, register: str) -> Register:
        """Return the present heads of a register; empty where nobody has written it."""
        return self._gathered.register(entity, register)

    def forget_views(self) -> None:
        """Read every text anew at the next snapshot: one that was missing has arrived."""
        self._item_views.clear()
        self._execution_views.clear()
        self._note_views.clear()

    def opened(self) -> RunOpened | None:
        """Return what the run was opened with, or None where these records hold no run."""
        winner = self.register(RUN, "opened").winner
        return winner.data if winner is not None and isinstance(winner.data, RunOpened) else None

    def pins(self) -> Pins | None:
        """Return which files the run flies by, or None where these records hold no run."""
        winner = self.register(RUN, "pins").winner
        return self._pins_in(winner.data if winner is not None else None)

    def pins_before(self) -> Pins | None:
        """Return which files the run flew by before it turned to those of now, or None where it always has."""
        winner = self.register(RUN, "pins").winner
        if winner is None:
            return None
        earlier = [found for one in winner.sup if (found := self._gathered.find(one)) is not None]
        return self._pins_in(max(earlier, key=lambda record: record.order).data if earlier else None)

    def _pins_in(self, data: Event | None) -> Pins | None:
        opened = self.opened()
        if opened is None:
            return None
        named = data if isinstance(data, RunMigrated) else opened
        return Pins(named.digest, named.pins, named.checklists, opened.environment)

    def run_state(self) -> RunState:
        """Return the run's state."""
        winner = self.register(RUN, "state").winner
        return winner.data.state if winner is not None and isinstance(winner.data, RunStateChanged) else "planned"

    def target(self) -> tuple[str, str]:
        """Return the tag and commit that the run flies; empty where it has none yet."""
        winner = self.register(RUN, "target").winner
        if winner is not None and isinstance(winner.data, RunRetargeted):
            return winner.data.tag, winner.data.commit
        opened = self.opened()
        return (opened.tag, opened.commit) if opened is not None else ("", "")

    def flown(self) -> Flown:
        """Return what items that are bound to a commit are measured against."""
        winner = self.register(RUN, "state").winner
        data = winner.data if winner is not None else None
        undone = data.commit if isinstance(data, RunStateChanged) and data.state == "rolled-back" else ""
        tag, commit = self.target()
        target = self.register(RUN, "target").winner
        since = target.order if target is not None else None
        return Flown(self.run_state(), commit, undone, tag, carried_out_on(self.executions()), since)

    def launch_at(self) -> str:
        """Return the launch time, RFC 3339 UTC, or empty."""
        winner = self.register(RUN, "launch").winner
        if winner is not None and isinstance(winner.data, LaunchMoved):
            return winner.data.launch_at
        opened = self.opened()
        return opened.launch_at if opened is not None else ""

    def snapshot(self, run_id: str, pinned: Pinned, *, bad_lines: int = 0) -> Run:
        """Return the present state as an immutable value."""
        configuration = pinned.configuration
        opened = self.opened()
        state = self.run_state()
        tag, commit = self.target()
        flown = self.flown()
        context = (pinned.digest, flown)
        if context != self._view_context:
            self._item_views.clear()
            self._view_context = context
        notes = self._notes()
        zone = zone_of(configuration.timezone)
        phases = tuple(self._phases(pinned, flown, notes, zone))
        registers = self._gathered.registers()
        opened_record = self.register(RUN, "opened").winner
        messages = fold_messages(self._gathered.of_entities(MESSAGE_PREFIX), self._text)
        incidents = fold_incidents(self._gathered.of_entities(INCIDENT_PREFIX), self._text)
        return Run(
            id=run_id,
            service=configuration.service,
            environment=configuration.environment.name,
            production=configuration.environment.production,
            timezone=configuration.timezone,
            name=opened.name if opened is not None else "",
            tag=tag,
            commit=commit,
            state=state,
            opened_at=opened_record.wall if opened_record is not None else "",
            launch_at=self.launch_at(),
            digest=pinned.digest,
            configuration=configuration,
            checklists=pinned.checklists,
            library=pinned.library,
            phases=phases,
            items=MappingProxyType({view.id: view for phase in phases for view in phase.items}),
            registers=MappingProxyType(registers),
            notes=tuple(notes),
            executions=tuple(self.executions()),
            probes=MappingProxyType(probes_in(registers, configuration.environment.name)),
            marks=MappingProxyType(marks_in(registers, self._text)),
            rehearsals=MappingProxyType(rehearsals_in(registers, configuration.rollback)),
            deploys_locked=deploys_locked_in(registers),
            records=timeline if isinstance(timeline := self._gathered.timeline(), Timeline) else tuple(timeline),
            bad_lines=bad_lines,
            contests=tuple(
                contest for name in CONTESTABLE if (contest := run_contest(name, self.register(RUN, name))) is not None
            ),
            signed=MappingProxyType(self._signed()),
            answers=MappingProxyType(dict(answers_in(registers, self._text))),
            frozen=freeze_in(registers, self._text),
            breaches=MappingProxyType(breaches_in(registers)),
            acknowledged=MappingProxyType(hushed_in(registers, "ack", configuration.environment.name, self._text)),
            muted=MappingProxyType(hushed_in(registers, "mute", configuration.environment.name, self._text)),
            incidents=MappingProxyType(told_incidents(incidents, messages.values())),
            messages=MappingProxyType(messages),
            undone=flown.undone,
            runbook_uses=fold_uses(self._gathered.of_entities(RUNBOOK_PREFIX), self._text),
            instances=MappingProxyType(self._instances(phases, flown, notes, configuration, zone)),
        )

    def _phases(self, pinned: Pinned, flown: Flown, notes: list[Note], zone: tzinfo) -> Iterable[PhaseView]:
        notes_by_entity: dict[str, list[Note]] = {}
        for note in notes:
            notes_by_entity.setdefault(note.ent, []).append(note)
        for checklist in pinned.checklists:
            for phase in checklist.phases:
                views = []
                for section, item, depth in phase.walk():
                    entity = item_entity(item.id)
                    view = self._item_views.get(entity)
                    if view is None:
                        found = tuple(notes_by_entity.get(entity, ()))
                        whole = section.recurring(item)
                        view = self._item_view(
                            whole,
                            phase_id=phase.id,
                            section=section.title,
                            depth=depth,
                            flown=flown,
                            notes=found,
                            # Of what recurs it is each period's instance that is looked at.
                            check=pinned.check_of(item) if whole.cadence is None else None,
                            zone=zone,
                        )
                        self._item_views[entity] = view
                    views.append(view)
                yield PhaseView(phase, checklist.id, tuple(views))

    def _instances(
        self, phases: Iterable[PhaseView], flown: Flown, notes: list[Note], configuration: Configuration, zone: tzinfo
    ) -> dict[str, ItemView]:
        """Return the instances of what recurs that somebody has written to; the others are open wherever one looks."""
        templates = {view.id: view for phase in phases for view in phase.items if view.item.cadence is not None}
        views: dict[str, ItemView] = {}
        for entity in self._gathered.by_entity if templates else ():
            identity = entity.removeprefix(ITEM_PREFIX)
            key = parse_instance(identity) if identity != entity else None
            template = templates.get(key.item) if key is not None else None
            if key is None or template is None:
                continue
            view = self._item_views.get(entity)
            if view is None:
                view = self._item_view(
                    instance_item(template.item, key),
                    phase_id=template.phase_id,
                    section=template.section,
                    depth=template.depth,
                    flown=flown,
                    notes=tuple(note for note in notes if note.ent == entity),
                    check=instance_check(configuration, template.item),
                    zone=zone,
                )
                view = replace(view, period=key.period.label)
                self._item_views[entity] = view
            views[identity] = view
        return views

    def _item_view(
        self, item: Item, *, phase_id: str, section: str, depth: int, flown: Flown, notes: tuple[Note, ...],
        check: Check | None, zone: tzinfo,
    ) -> ItemView:  # fmt: skip
        entity = item_entity(item.id)
        register = self.register(entity, "state")
        claim = self.register(entity, "claim")
        holding = earliest(claim)
        holder = origin(holding, self._gathered.find) if holding is not None else None
        lost = tuple(
            head
            for head in reversed(claim.heads)
            if isinstance(head.data, ItemClaimed)
            and holder is not None
            and head is not holding
            and not same_person(head.by, holder.by)
        )
        told = speaking(register, self._gathered.records.get)
        # What moved was noted beside one of those who agree.
        moved = max((self._gathered.moved.get((entity, head.id), "") for head in register.heads), default="")
        state = item_state(item, register, claimed=holder is not None, flown=flown, moved=moved)
        said = origin(told, self._gathered.find) if told is not None else None
        sides = item_sides(register, self._text) if state is ItemState.CONTESTED else ()
        detail = told_by(sides) if sides else self._detail(item, state, said, flown, lost, moved)
        sensing = self._sensing(item, check, state, detail, said, flown, zone) if check is not None else None
        reading = read(sensing, None) if sensing is not None else None
        return ItemView(
            item=item,
            phase_id=phase_id,
            section=section,
            depth=depth,
            state=reading.state if reading is not None else state,
            register=register,
            claim=claim,
            claimed_by=holder.by if holder is not None else None,
            claimed_at=holder.wall if holder is not None else None,
            detail=reading.detail if reading is not None else detail,
            unverified_second=item.two_person
            and state in CLOSED_BY_HAND
            and not (said is not None and is_verified(said, self._gathered.find)),
            notes=notes,
            attachments=tuple(self._gathered.attached_to(entity)),
            history=self._gathered.history(entity),
            said=said,
            also=self._also(register, told, said) if not sides else (),
            sides=sides,
            lost_claims=lost,
            challenge=open_challenge(
                item,
                state,
                self.register(entity, "challenge"),
                said,
                self._gathered.told_of(entity),
                self._gathered.find,
            ),
            sensing=sensing,
            reading=reading,
            first=self._first_of_two(said),
            holds_until=holds_until(item, said, zone),
            link=self._link(said),
        )

    def _also(self, register: Register, told: Record | None, said: Record | None) -> tuple[Actor, ...]:
        """Return who agreed with whoever spoke, none having seen the other's word, the earliest first."""
        others = [origin(head, self._gathered.records.get).by for head in reversed(register.heads) if head is not told]
        return tuple(dict.fromkeys(by for by in others if said is None or not same_person(by, said.by)))

    def _first_of_two(self, said: Record | None) -> Side | None:
        if said is None or not isinstance(said.data, ItemDone) or not is_verified(said, self._gathered.find):
            return None
        record = self._gathered.find(said.data.answers)
        if record is None:
            return None
        text = text_said(record, self._text)
        return Side(record.by.name, record.wall, record.host, "" if text is None else text, record.id)

    def _sensing(
        self, item: Item, check: Check, by_hand: ItemState, words: str, said: Record | None, flown: Flown, zone: tzinfo
    ) -> Sensing:
        entity = item_entity(item.id)
        return sensing_of(
            check,
            last_words=self._gathered.last_words.get(entity, {}).values(),
            held_by=self._gathered.held_by.get(entity, frozenset()),
            by_hand=by_hand,
            words=words,
            reopened=said is not None and isinstance(said.data, ItemReopened) and not said.data.undoes,
            flown=flown,
            migrated=self.register(RUN, "pins").winner is not None,
            zone=zone,
        )

    def _link(self, said: Record | None) -> str:
        link = said.data.link if said is not None and isinstance(said.data, ItemAttested) else None
        return (self._text(link) or "(this text is not here yet)") if link is not None else ""

    def _detail(
        self, item: Item, state: ItemState, said: Record | None, flown: Flown, lost: tuple[Record, ...], moved: str
    ) -> str:
        text = text_said(said, self._text) if said is not None else ""
        text = "(this text is not here yet)" if text is None else text
        if state is ItemState.STALE and said is not None and isinstance(said.data, ItemDone):
            stale = moved or self._why_stale(item, said.data, flown)
            return f"{stale}: {text}" if text else stale
        if state is ItemState.CLAIMED and lost:
            names = ", ".join(dict.fromkeys(record.by.name for record in lost))
            return f"{names} claimed it at the same time, a little later"
        return text

    def _why_stale(self, item: Item, done: ItemDone, flown: Flown) -> str:
        if item.binds == "host":
            return f"done as it ran on {done.host}, it was carried out on {flown.host} since"
        if item.binds == "release" and done.tag:
            return f"done for {done.tag}, the run flies {flown.tag}"
        return f"done for {self._tag_of(done.commit)}, the run flies {self._tag_of(flown.commit)}"

    def _tag_of(self, commit: str) -> str:
        """Return the tag under which the run flies or flew a commit, else its first 8 digits."""
        for record in reversed(self._gathered.by_entity.get(RUN, ())):
            if isinstance(record.data, (RunOpened, RunRetargeted)) and record.data.commit == commit and record.data.tag:
                return record.data.tag
        return commit[:8]

    def _text(self, ref: TextRef) -> str | None:
        return PURGED_TEXT if ref.sha256 in self._gathered.purged else self._text_of(ref)

    def _notes(self) -> list[Note]:
        views, taken_back = self._note_views, self._gathered.taken_back
        notes = []
        for record in self._gathered.in_order(self._gathered.remarks):
            note = views.get(record.id)
            if note is None and isinstance(record.data, NoteAdded):
                text = self._text(record.data.text)
                note = views[record.id] = Note(record.id, record.by, record.wall, record.ent, text)
            if note is not None and (record.ent, record.id) not in taken_back:
                notes.append(note)
        return notes

    def executions(self) -> Iterable[ExecutionView]:
        """Return every execution that the records tell of, oldest first."""
        views = []
        for entity, records in self._gathered.by_entity.items():
            if not entity.startswith("execution:"):
                continue
            view = self._execution_views.get(entity)
            if view is None:
                view = fold_execution(entity.removeprefix("execution:"), self._gathered.in_order(records), self._text)
                if view is None:
                    continue
                self._execution_views[entity] = view
            views.append(view)
        return sorted(views, key=lambda view: (view.wall, view.id))

    def _signed(self) -> dict[str, tuple[Signed, ...]]:
        return {
            entity.removeprefix(SIGNOFF): tuple(signed_in(self._gathered.in_order(records), self._text))
            for entity, records in self._gathered.by_entity.items()
            if entity.startswith(SIGNOFF)
        }


def state_digest(run: Run) -> str:
    """Return the digest that two replicas share exactly when they hold the same events and fold them alike.

    It is the sha256 of the sorted event ids and of the folded state; nothing of now or of this host enters.
    """
    folded = {
        "run": [run.id, run.name, run.tag, run.commit, run.state, run.launch_at, run.digest],
        "items": {identity: view.state.value for identity, view in sorted(run.items.items())},
        "heads": {f"{ent}/{register}": value.head_ids for (ent, register), value in sorted(run.registers.items())},
    }
    ids = sorted(ids_of(run.records))
    return hashlib.sha256(msgspec.json.encode([ids, folded], order="sorted")).hexdigest()

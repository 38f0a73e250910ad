"""What has changed since somebody looked: by whom, the most important first. Pure, and independent of now.

What was seen is told by each writer's last sequence number in a stream, not by a time: an event that was written long
ago and arrives only now is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from msgspec import Struct

from cockpit.release.events import (
    DaySummed,
    DeploysLocked,
    DeploysUnlocked,
    ExecutionConfirmed,
    ExecutionEnded,
    ExecutionRequested,
    ExecutionStopped,
    HostEnded,
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    ItemClaimed,
    ItemDone,
    ItemEvent,
    ItemObserved,
    ItemUnclaimed,
    LaunchMoved,
    MessageEnded,
    MessageIntended,
    NoteAdded,
    NoteRevoked,
    ProbeChanged,
    RollbackRehearsed,
    RunbookCommandEnded,
    RunMigrated,
    RunOpened,
    RunRetargeted,
    RunStateChanged,
    SignOffGiven,
    SignOffRevoked,
    StepEnded,
    StepStarted,
    TagMarked,
    WheelGiven,
    WheelReleased,
    WheelTaken,
    WorkerStarted,
    register_of,
)
from cockpit.release.item_state import ItemState
from cockpit.release.narrative import is_alarming, is_contested, is_told, sentence
from cockpit.release.record import Record, same_name
from cockpit.release.run import Run

Heads = Mapping[str, int]  # by `<stream> <writer>`: the last sequence number that was seen

_AT_MOST = 4  # ticks of one person that are told one by one
_TICKED = "ticked "
_MACHINES = (
    ExecutionEnded, ExecutionStopped, HostEnded, ItemObserved, ProbeChanged, StepEnded, StepStarted, WorkerStarted,
)  # fmt: skip


_OURS = frozenset(("the worker", "the probes", "the checks", "watcher"))


class Weight(IntEnum):
    """How much a change matters, the most first."""

    CONTESTED = 0
    REGRESSED = 1
    EXECUTION = 2
    GATE = 3
    TICK = 4
    CLAIM = 5
    NOTE = 6


class Change(Struct, frozen=True):
    """One thing that changed, in words; `at` is RFC 3339 UTC, of the latest where it stands for several."""

    weight: Weight
    at: str
    text: str
    alarming: bool = False


class Changes(Struct, frozen=True):
    """What one person, or one of our machines, has changed; `count` is how many records that were."""

    who: str
    changes: tuple[Change, ...]
    count: int


def heads_of(records: Iterable[Record]) -> dict[str, int]:
    """Return where each writer stands."""
    heads: dict[str, int] = {}
    for record in records:
        key = f"{record.stream} {record.w}"
        heads[key] = max(heads.get(key, 0), record.s)
    return heads


def unseen(records: Iterable[Record], heads: Heads) -> list[Record]:
    """Return the records that are beyond what was seen, in their order."""
    return [record for record in records if record.s > heads.get(f"{record.stream} {record.w}", 0)]


def since_looked(run: Run, heads: Heads, *, me: str) -> tuple[Changes, ...]:
    """Return what others have changed beyond `heads`, a person each, the one with the gravest change first.

    One's own is left out; what probes and workers found out counts as theirs, whoever started them.
    """
    return tuple(one for one in changes_of(unseen(run.records, heads), run) if not same_name(one.who, me))


def changes_of(records: Iterable[Record], run: Run) -> tuple[Changes, ...]:
    """Return what these records have changed, by whom: everybody, the one with the gravest change first."""
    by_whom: dict[str, list[Record]] = {}
    for record in records:
        if _tells(record):
            by_whom.setdefault(_who(record), []).append(record)
    told = [(who, _changes(theirs, run), len(theirs)) for who, theirs in by_whom.items()]
    found = [Changes(*each) for each in told if each[1]]
    # Of two that matter as much, a person's word comes before what a machine has seen, however often.
    return tuple(sorted(found, key=lambda one: (one.changes[0].weight, one.who in _OURS, -one.count, one.who)))


def _who(record: Record) -> str:
    if not isinstance(record.data, _MACHINES):
        return record.by.name
    if isinstance(record.data, ItemObserved):
        return "the checks"
    return "the probes" if isinstance(record.data, ProbeChanged) else "the worker"


def _tells(record: Record) -> bool:
    match record.data:
        case WorkerStarted() | StepStarted() | MessageIntended():
            return False
        case ItemObserved():
            return is_told(record)
        case StepEnded(outcome=outcome) | HostEnded(outcome=outcome):
            return outcome not in {"ok", "already"}
        case _:
            return True


def _changes(records: list[Record], run: Run) -> tuple[Change, ...]:
    # Of what was changed several times, the last says it all.
    last: dict[object, Record] = {}
    for record in records:
        register = register_of(record.kind)
        key: object = (record.ent, register) if register is not None else record.id
        if isinstance(record.data, ItemObserved):
            key = (record.ent, record.data.observer)
        last.pop(key, None)
        last[key] = record
    # That a check goes on holding, or holds again, is no news to who comes back: its item shows it.
    changes = [_change(record, run) for record in last.values() if not _is_well(record)]
    ticks = [change for change in changes if change.weight is Weight.TICK and change.text.startswith(_TICKED)]
    if len(ticks) > _AT_MOST:
        changes = [change for change in changes if change not in ticks]
        changes.append(_gathered(ticks))
    return tuple(sorted(changes, key=lambda change: (change.weight, change.at)))


def _is_well(record: Record) -> bool:
    if isinstance(record.data, DaySummed):
        return True  # the review tells of it
    if isinstance(record.data, ProbeChanged):
        return record.data.state == "ok" and record.data.previous == "unknown"  # the first look at it
    return isinstance(record.data, ItemObserved) and record.data.state == "ok"


def _change(record: Record, run: Run) -> Change:
    weight = _weight(record, run)
    text = sentence(record, run)
    if weight is Weight.REGRESSED and isinstance(record.data, ItemEvent):
        text = f"{text}: REGRESSED"
    return Change(weight, record.wall, text, is_alarming(record) or weight is Weight.CONTESTED)


def _gathered(ticks: list[Change]) -> Change:
    told = [tick.text.removeprefix(_TICKED) for tick in ticks]
    text = f"{len(ticks)} ticked: {', '.join(told[-_AT_MOST:])} and {len(ticks) - _AT_MOST} others"
    return Change(Weight.TICK, ticks[-1].at, text)


def _weight(record: Record, run: Run) -> Weight:
    data = record.data
    if is_contested(record, run):
        return Weight.CONTESTED
    if isinstance(data, ItemEvent):
        return _item_weight(record, data, run)
    match data:
        case ItemObserved(state="unknown"):
            return Weight.NOTE
        case ProbeChanged(state=state) | ItemObserved(state=state):
            return Weight.TICK if state == "ok" else Weight.REGRESSED
        case ExecutionRequested() | ExecutionEnded() | ExecutionStopped() | StepEnded() | HostEnded():
            return Weight.EXECUTION
        case ExecutionConfirmed() | RollbackRehearsed():
            return Weight.EXECUTION
        case (
            RunOpened()
            | RunMigrated()
            | RunStateChanged()
            | RunRetargeted()
            | LaunchMoved()
            | DeploysLocked()
            | DeploysUnlocked()
        ):
            return Weight.EXECUTION
        case IncidentOpened() | IncidentUpdated() | IncidentClosed() | RunbookCommandEnded() | MessageEnded():
            return Weight.EXECUTION
        case WheelTaken() | WheelGiven() | WheelReleased():
            return Weight.EXECUTION
        case TagMarked() | SignOffGiven() | SignOffRevoked():
            return Weight.GATE
        case NoteAdded() | NoteRevoked():
            return Weight.NOTE
        case _:
            return Weight.CLAIM


def _item_weight(record: Record, data: ItemEvent, run: Run) -> Weight:
    view = run.view_of(record.ent.removeprefix("item:"))
    claim = isinstance(data, (ItemClaimed, ItemUnclaimed))
    if view is not None and not claim:
        if view.state is ItemState.REGRESSED:
            return Weight.REGRESSED
        if view.item.killer:
            return Weight.GATE
    if claim:
        return Weight.CLAIM
    return Weight.TICK if isinstance(data, ItemDone) else Weight.GATE

"""Calls: what a team wants to be told of wherever it is, once each; and which of them are still to be sent.

A call's key is the same on every clone that holds the same events, so that the journal knows whether it was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.release.asked import asked
from cockpit.release.channels import CallEvent, Channel
from cockpit.release.entities import trigger_entity
from cockpit.release.events import CallAcknowledged, ItemObserved
from cockpit.release.item_state import ItemState
from cockpit.release.messages import Message
from cockpit.release.record import Actor, Record
from cockpit.release.registers import EMPTY
from cockpit.release.run import ExecutionView, ItemView, Run
from cockpit.release.told_facts import both_clocks
from cockpit.release.updates import updates_due
from cockpit.times import epoch

CALL_PREFIX: Final = "call:"
EVENT_WORDS: Final[dict[CallEvent, str]] = {
    "killer-regressed": "killer item regressed",
    "trigger-breached": "rollback trigger breached",
    "execution-ended": "execution ended",
    "update-overdue": "update overdue",
    "answer-awaited": "answer awaited",
}
OTHERS_WAIT: Final = 30.0  # seconds that those wait who have it from another host, which sends it itself
_NEWS_FOR: Final = 3600.0  # seconds for which it is worth while to begin to tell that something is over
_TRIED_FOR: Final = 86400.0  # seconds for which one that nobody could be told of is tried again
_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0  # seconds between attempts, each twice the one before


class Call(Struct, frozen=True):
    """Something that a person is to know: since `at` (epoch seconds), as `host` saw it; `passing` once it is over."""

    key: str
    event: CallEvent
    title: str
    detail: str
    at: float
    host: str
    passing: bool = False


class Acknowledged(Struct, frozen=True):
    """Who knows of a call, and since when (RFC 3339 UTC)."""

    by: Actor
    at: str


def call_entity(key: str) -> str:
    """Return the entity, of the service, under which stands that somebody knows of a call."""
    return f"{CALL_PREFIX}{key}"


def call_message(key: str, channel: str) -> str:
    """Return the id of the message that tells a channel of a call: the same wherever it is reckoned."""
    return "c-" + hashlib.sha256(f"{key}\n{channel}".encode()).hexdigest()[:16]


def acknowledged(run: Run, key: str) -> Acknowledged | None:
    """Return who knows of a call, the first who said so; None where nobody did."""
    heads = run.registers.get((call_entity(key), "call"), EMPTY).heads
    said = [head for head in heads if isinstance(head.data, CallAcknowledged)]
    first = min(said, key=lambda head: head.order, default=None)
    return Acknowledged(first.by, first.wall) if first is not None else None


def calls_of(run: Run, now: float) -> list[Call]:
    """Return what calls people at `now`, of a run as it stands then; what came first stands first."""
    found = [
        *_regressed(run),
        *_breached(run),
        *(_ended(view) for view in run.executions if view.over or view.state == "stopped"),
        *_overdue(run, now),
        *_awaited(run),
    ]
    return sorted(found, key=lambda one: (one.at, one.key))


def call_text(call: Call, run: Run) -> tuple[str, str]:
    """Return subject and body of the message that tells of a call."""
    where = f"{'PROD' if run.production else run.environment} {run.service}"
    flown = f" {run.tag or run.name}" if run.open else ""
    since = both_clocks(call.at, run.timezone)
    return f"[{where}{flown}] {call.title}", "\n".join(filter(None, (call.detail, f"{since}, seen by {call.host}")))


def calls_to_send(run: Run, now: float, host: str) -> Iterator[tuple[Call, str]]:
    """Yield each call with each channel that is to be told of it now, from `host`; nothing twice that may have come.

    Whoever saw it sends it at once, others only where that host has not. What failed for certain is tried again, after
    longer and longer pauses.
    """
    configuration = run.configuration
    for call in calls_of(run, now) if configuration.notify else ():
        if acknowledged(run, call.key) is not None:
            continue
        for name in configuration.notify.get(call.event, ()):
            channel = configuration.channels.get(name)
            if channel is None or channel.kind == "clipboard":
                continue
            message = run.messages.get(call_message(call.key, name))
            wanted = _begins(call, now, host) if message is None else _goes_on(message, channel, now, host)
            if wanted:
                yield call, name


def _begins(call: Call, now: float, host: str) -> bool:
    age = now - call.at
    if call.passing and age > _NEWS_FOR:
        return False
    # A clock that is ahead must not keep it from being told.
    return call.host == host or not 0 <= age < OTHERS_WAIT


def _goes_on(message: Message, channel: Channel, now: float, host: str) -> bool:
    state = message.state(now)
    again = state == "failed" or (channel.idempotent and state in {"unknown", "no result"})
    if not again or now - epoch(message.at) > _TRIED_FOR:
        return False
    last = message.last
    pause: float = min(_FIRST_PAUSE * 2.0 ** (len(message.attempts) - 1), _LONGEST_PAUSE)
    waited = now - epoch(last.ended_at or last.at)
    return waited >= pause + (0.0 if last.host == host else OTHERS_WAIT)


def _regressed(run: Run) -> Iterator[Call]:
    for view in (*run.items.values(), *run.instances.values()):
        if view.item.killer and view.state is ItemState.REGRESSED:
            since = _fault_of(view)
            if since is not None:
                title = f"KILLER ITEM REGRESSED: {view.item.text}"
                key = f"killer-regressed:{since.id}"
                yield Call(key, "killer-regressed", title, view.detail, epoch(since.wall), since.host)


def _fault_of(view: ItemView) -> Record | None:
    """Return the record with which an observer began to see the item's check fail; the first of those who do."""
    began: dict[str, Record] = {}
    for record in view.history:
        if isinstance(record.data, ItemObserved):
            if record.data.state == "failed":
                began.setdefault(record.data.observer, record)
            else:
                began.pop(record.data.observer, None)
    return min(began.values(), key=lambda record: record.order, default=None)


def _breached(run: Run) -> Iterator[Call]:
    for name, breach in run.breaches.items():
        winner = run.registers.get((trigger_entity(name), "trigger"), EMPTY).winner
        trigger = run.configuration.triggers.get(name)
        title = f"ROLLBACK TRIGGER {(trigger.title if trigger is not None else '') or name}"
        if winner is not None:
            key = f"trigger-breached:{winner.id}"
            within = f", decide within {trigger.decide_within}" if trigger is not None else ""
            yield Call(key, "trigger-breached", title, f"{breach.detail}{within}", epoch(breach.at), breach.observer)


def _ended(view: ExecutionView) -> Call:
    # A step may stop it more than once: each attempt is told.
    tries = sum(step.attempt for step in view.steps)
    key = f"execution-ended:{view.id}:{view.state}:{'' if view.over else tries}"
    title = f"{view.direction} to {view.tag} {view.state.upper()}"
    last = [epoch(step.started) + step.seconds for step in view.steps if step.started]
    at = epoch(view.ended) if view.ended else max([epoch(view.wall), *last])
    return Call(key, "execution-ended", title, view.told, at, view.host, passing=view.over)


def _overdue(run: Run, now: float) -> Iterator[Call]:
    for owed in updates_due(run):
        if owed.due_at <= now:
            late = short_duration(now - owed.due_at)
            detail = f"people were to be told by {both_clocks(owed.due_at, run.timezone)}, {late} ago"
            title = f"UPDATE OVERDUE: {owed.title}"
            yield Call(f"update-overdue:{owed.key}", "update-overdue", title, detail, owed.due_at, owed.host)


def _awaited(run: Run) -> Iterator[Call]:
    for view in (*run.items.values(), *run.instances.values()):
        record = asked(view)
        if record is not None:
            title = f"ANSWER AWAITED: {view.item.text}"
            detail = f"{record.by.name} asks for a second person"
            key = f"answer-awaited:{record.id}"
            yield Call(key, "answer-awaited", title, detail, epoch(record.wall), record.host)

"""What calls people: each once, the same key on every clone, from whoever saw it first, silent once somebody knows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.calls import call_message, call_text, calls_of, calls_to_send
from cockpit.release.channels import CallEvent, Channel, PagerDutyChannel
from cockpit.release.checks import Check, CommandCheck
from cockpit.release.decisions.messages import find_call
from cockpit.release.events import Delivery, ExecutionEnded, ItemObserved, MessageEnded, TriggerBreached
from cockpit.release.intents import (
    AcknowledgeCall,
    ChallengeItem,
    IntendMessage,
    OpenIncident,
    RecordFact,
    RequestExecution,
)
from cockpit.release.moment import as_of
from cockpit.release.record import Record
from cockpit.release.triggers import Trigger
from cockpit.times import rfc3339
from tests.release.sensed import State
from tests.release.support import BEN, NOW, PINNED, Person, joined, opening, plan_to, record

AT = NOW / 1000
EVENTS: tuple[CallEvent, ...] = (
    "killer-regressed", "trigger-breached", "execution-ended", "update-overdue", "answer-awaited",
)  # fmt: skip
CONFIGURATION = replace(
    PINNED.configuration,
    channels={"ops": Channel(file="ops.log"), "pager": Channel(pagerduty=PagerDutyChannel("KEY"))},
    notify=dict.fromkeys(EVENTS, ("ops",)),
    triggers={"slow": Trigger(probe="api", title="Too slow")},
    checks={"k": Check(command=CommandCheck("true"), closes=True)},
)
NOTIFYING = replace(PINNED, configuration=CONFIGURATION)


def begun() -> Person:
    ana = Person(pinned=NOTIFYING)
    ana.act(opening())
    return ana


def due(person: Person, now: float = AT + 1, host: str = "h1") -> list[str]:
    return [f"{call.event} {name}" for call, name in calls_to_send(as_of(person.run, now), now, host)]


def seen(state: State, observer: str = "h1") -> ItemObserved:
    return ItemObserved(observer=observer, check="command", state=state, valid_until=rfc3339(AT + 86400), actual=state)


def see(person: Person, state: State) -> Record:
    (written,) = person.act(RecordFact("item:k", seen(state)))
    return written


def tell(person: Person, outcome: Delivery | None, channel: str = "ops") -> None:
    """Tell the one call that there is of this channel, as a watcher does."""
    (call,) = calls_of(as_of(person.run, AT + 1), AT + 1)
    subject, body = call_text(call, person.run)
    intent = IntendMessage(
        message=call_message(call.key, channel), channel=channel, subject=subject, body=body, call=call.key
    )
    (intention,) = person.act(intent)
    if outcome is not None:
        person.act(RecordFact(intention.ent, MessageEnded(intention.id, outcome), of_service=True))


def test_a_breached_trigger_is_told_once_and_with_what_is_wrong() -> None:
    ana = begun()
    assert due(ana) == []
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    assert due(ana) == ["trigger-breached ops"]
    (call,) = calls_of(ana.run, AT)
    subject, body = call_text(call, ana.run)
    assert subject == "[PROD shop v2] ROLLBACK TRIGGER Too slow"
    assert body.startswith("api: 900 ms, decide within 10m\n2027-01-15 08:00 UTC, seen by h1")
    tell(ana, "sent")
    assert due(ana) == []


def test_whoever_saw_it_sends_it_and_others_only_after_a_while() -> None:
    ana = begun()
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    ben = joined(ana)
    ben._pinned = NOTIFYING
    assert due(ben, AT + 10, "other") == []
    assert due(ben, AT + 40, "other") == ["trigger-breached ops"]
    tell(ana, "sent")
    ben.hear(ana)
    assert due(ben, AT + 40, "other") == []


def test_what_failed_for_certain_is_tried_again_after_longer_pauses_and_what_may_have_arrived_is_not() -> None:
    ana = begun()
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    tell(ana, "failed")
    assert due(ana, AT + 50) == []
    assert due(ana, AT + 70) == ["trigger-breached ops"]
    assert due(ana, AT + 70, "other") == []
    assert due(ana, AT + 100, "other") == ["trigger-breached ops"]
    tell(ana, "failed")
    assert due(ana, AT + 70) == []
    assert due(ana, AT + 130) == ["trigger-breached ops"]
    assert due(ana, AT + 90_000) == []
    tell(ana, "unknown")
    assert due(ana, AT + 3600) == []


@pytest.mark.parametrize("outcome", ["unknown", None])
def test_a_receiver_that_knows_repetitions_is_told_again_where_nobody_knows(outcome: Delivery | None) -> None:
    ana = begun()
    ana._pinned = replace(PINNED, configuration=replace(CONFIGURATION, notify={"trigger-breached": ("pager", "ops")}))
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    for channel in ("pager", "ops"):
        tell(ana, outcome, channel)
    assert due(ana, AT + 20) == []
    assert due(ana, AT + 300) == ["trigger-breached pager"]


def test_one_who_knows_of_it_silences_it_for_all() -> None:
    ana = begun()
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    (call,) = calls_of(ana.run, AT)
    (written,) = ana.act(AcknowledgeCall(call.key[:24]))
    assert written.stream.endswith("/_service")
    assert due(ana) == []
    with pytest.raises(RefusedError, match="Ana has acknowledged it"):
        ana.act(AcknowledgeCall(call.key))
    with pytest.raises(NotFoundError, match="nothing calls by the key"):
        find_call(ana.run, "trigger-breached:none", AT)
    # Another breach of the same trigger is another call.
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 950 ms", "h1")))
    assert due(ana) == ["trigger-breached ops"]


def test_an_execution_that_ended_or_stopped_is_told_while_it_is_news() -> None:
    ana = begun()
    ana.act(RequestExecution("x", plan_to(configuration=CONFIGURATION), "v1"))
    assert due(ana) == []
    ana.act(RecordFact("execution:x", ExecutionEnded("succeeded", "v1 is seen")))
    assert due(ana) == ["execution-ended ops"]
    assert due(ana, AT + 4000) == [], "an hour later it is none any more"
    (call,) = calls_of(ana.run, AT)
    assert (call.title, call.detail) == ("rollback to v1 SUCCEEDED", "v1 is seen")


def test_an_overdue_update_calls_once_for_each_word_that_is_missed() -> None:
    ana = begun()
    ana.act(OpenIncident("1", "Down", "critical"))
    assert due(ana, AT + 1700) == []
    assert due(ana, AT + 1900) == ["update-overdue ops"]
    (call,) = calls_of(ana.run, AT + 1900)
    assert call.title == "UPDATE OVERDUE: Down"


def test_a_second_person_that_is_asked_for_is_called_until_somebody_has_answered() -> None:
    ana = begun()
    ana.act(ChallengeItem("two", "paid 49.90"))
    assert due(ana) == ["answer-awaited ops"]
    (call,) = calls_of(ana.run, AT)
    assert (call.title, call.detail) == ("ANSWER AWAITED: Two people", "Ana asks for a second person")


def test_a_killer_item_that_regresses_calls_by_the_first_record_of_its_fault() -> None:
    ana = begun()
    see(ana, "ok")
    first = see(ana, "failed")
    assert due(ana) == ["killer-regressed ops"]
    (call,) = calls_of(as_of(ana.run, AT + 1), AT + 1)
    assert call.key == f"killer-regressed:{first.id}"
    other = record(seen("failed", "h2"), "item:k", h=(ana.at + 5, 0), w="c" * 32, by=BEN)
    ana.ledger.add([other])
    (call,) = calls_of(as_of(ana.run, AT + 1), AT + 1)
    assert call.key == f"killer-regressed:{first.id}", "that another sees it too is no other trouble"


def test_nothing_is_called_where_nothing_is_configured() -> None:
    ana = Person(pinned=replace(PINNED, configuration=replace(CONFIGURATION, notify={})))
    ana.act(opening())
    ana.act(RecordFact("trigger:slow", TriggerBreached("api: 900 ms", "h1")))
    assert due(ana) == []

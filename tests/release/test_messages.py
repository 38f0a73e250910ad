"""Messages and their attempts, whatever arrives in whatever order; the update clock that they share with incidents."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.channels import Channel, PagerDutyChannel
from cockpit.release.events import MessageEnded, MessageIntended
from cockpit.release.incidents import incident_entity
from cockpit.release.intents import (
    CloseIncident,
    IntendMessage,
    IntendResending,
    OpenIncident,
    RecordFact,
    UpdateIncident,
)
from cockpit.release.messages import GIVEN_UP_AFTER, message_entity
from cockpit.release.narrative import is_alarming, sentence
from cockpit.release.record import Record
from cockpit.release.updates import updates_due
from cockpit.times import epoch, rfc3339
from tests.release.support import BEN, NOW, PINNED, Person, Texts, fold, joined, opening, record

AT = NOW / 1000
CHANNELS = {"ops": Channel(file="ops.log"), "pager": Channel(pagerduty=PagerDutyChannel("KEY"))}
WITH_CHANNELS = replace(PINNED, configuration=replace(PINNED.configuration, channels=CHANNELS))


def begun() -> Person:
    ana = Person(pinned=WITH_CHANNELS)
    ana.act(opening())
    return ana


def intend(person: Person, message: str = "m-1", channel: str = "ops", **more: Any) -> Record:
    intent = IntendMessage(message=message, channel=channel, subject="Slow", body="It is slow.", **more)
    (written,) = person.act(intent)
    return written


def end(person: Person, intention: Record, outcome: str, detail: str = "") -> None:
    person.act(RecordFact(intention.ent, MessageEnded(intention.id, outcome, detail), of_service=True))  # type: ignore[arg-type]


def test_a_message_is_of_the_service_and_stands_in_the_timeline_with_what_became_of_it() -> None:
    ana = begun()
    intention = intend(ana, template="deployed")
    assert intention.stream.endswith("/_service")
    message = ana.run.messages["m-1"]
    assert (message.subject, message.body, message.state(AT)) == ("Slow", "It is slow.", "sending")
    end(ana, intention, "failed", "connection refused")
    assert ana.run.messages["m-1"].state(AT) == "failed"
    told = [(sentence(one, ana.run), is_alarming(one)) for one in ana.run.records if one.ent == "message:m-1"]
    assert told == [
        ('sends to ops: "Slow"', False),
        ('"Slow" was NOT DELIVERED to ops: connection refused', True),
    ]


def test_an_intention_that_never_got_a_result_is_shown_so_and_only_a_person_sends_it_again() -> None:
    ana = begun()
    intend(ana)
    with pytest.raises(RefusedError, match="Ana on h1 is sending it"):
        ana.act(IntendResending("m-1"))
    message = ana.run.messages["m-1"]
    assert message.state(AT + GIVEN_UP_AFTER + 1) == "no result"
    assert message.told_at == pytest.approx(AT, abs=1), "it may have arrived"


def test_what_was_sent_is_not_sent_again_and_what_may_have_arrived_only_by_a_person() -> None:
    ana = begun()
    end(ana, intend(ana), "unknown", "no answer")
    assert ana.run.messages["m-1"].state(AT) == "unknown"
    with pytest.raises(RefusedError, match="only a person sends it again"):
        intend(ana)
    (again,) = ana.act(IntendResending("m-1"))
    end(ana, again, "sent")
    assert ana.run.messages["m-1"].state(AT) == "sent"
    assert len(ana.run.messages["m-1"].attempts) == 2
    for repeat in (lambda: intend(ana), lambda: ana.act(IntendResending("m-1"))):
        with pytest.raises(RefusedError, match="Ana has sent it already"):
            repeat()
    with pytest.raises(NotFoundError, match="no message 'm-2'"):
        ana.act(IntendResending("m-2"))
    with pytest.raises(NotFoundError, match="no channel 'mail'"):
        intend(ana, "m-3", "mail")


def test_a_machine_repeats_what_failed_for_certain_or_what_its_receiver_can_tell_from_a_second_one() -> None:
    ana = begun()
    end(ana, intend(ana), "failed")
    assert intend(ana).kind == "message.intended"
    end(ana, intend(ana, "m-2", "pager"), "unknown")
    assert intend(ana, "m-2", "pager").kind == "message.intended"


OUTCOMES = st.sampled_from(["", "sent", "failed", "unknown"])


@given(st.lists(OUTCOMES, min_size=1, max_size=5), st.integers())
def test_in_whatever_order_words_arrive_everybody_sees_the_same_message(outcomes: list[str], seed: int) -> None:
    texts = Texts()
    text = texts.seal("Slow\n\nIt is slow.")
    records = []
    for number, outcome in enumerate(outcomes, 1):
        intention = record(
            MessageIntended(channel="ops", text=text), message_entity("m"), h=(NOW + number, 0), s=number
        )
        records.append(intention)
        if outcome:
            ended = MessageEnded(intention.id, outcome)  # type: ignore[arg-type]
            records.append(record(ended, message_entity("m"), h=(NOW + 100 + number, 0), w="b" * 32, s=number, by=BEN))
    mixed = random.Random(seed).sample(records, len(records))
    message = fold(mixed, texts).messages["m"]
    assert message == fold(records, texts).messages["m"]
    later = AT + GIVEN_UP_AFTER + 10
    expected = (
        "sent" if "sent" in outcomes else "no result" if "" in outcomes else "unknown" if "unknown" in outcomes
        else "failed"
    )  # fmt: skip
    assert message.state(later) == expected
    assert (message.told_at > 0) is (set(outcomes) != {"failed"})


def test_a_result_without_an_intention_is_no_message_and_a_text_that_is_not_here_says_so() -> None:
    assert fold([record(MessageEnded("0" * 64, "sent"), message_entity("m"))]).messages == {}
    intention = record(MessageIntended(channel="ops", text=Texts().seal("x")), message_entity("m"))
    message = fold([intention]).messages["m"]
    assert (message.subject, message.whole) == ("(this text is not here yet)", False)


def test_what_cannot_be_read_here_is_not_sent_again_in_its_place() -> None:
    ana = begun()
    end(ana, intend(ana), "failed")
    ana.texts.held_back.add(ana.run.messages["m-1"].text.sha256)
    for again in (lambda: ana.act(IntendResending("m-1")), lambda: intend(ana)):
        with pytest.raises(RefusedError, match="its text cannot be read here"):
            again()


# The update clock


def test_a_message_about_an_incident_tells_people_and_its_promise_goes_before_the_rhythm() -> None:
    ana = begun()
    ana.act(OpenIncident("1", "Down", "critical"))
    (owed,) = updates_due(ana.run)
    assert owed.incident == "1"
    assert owed.due_at == pytest.approx(AT + 1800, abs=1)
    promise = rfc3339(AT + 600)
    end(ana, intend(ana, incident="1", next_update_at=promise), "sent")
    (owed,) = updates_due(ana.run)
    assert owed.due_at == AT + 600
    assert owed.words(AT + 240) == "next update in 6m"
    assert owed.words(AT + 780) == "update OVERDUE 3m"
    # An update by a person who sends no message tells people, too, and the rhythm goes on from it.
    ben = joined(ana, at=NOW + 700_000)
    ben.act(UpdateIncident("mending"))
    (owed,) = updates_due(ben.run)
    assert owed.due_at == pytest.approx(AT + 700 + 1800, abs=1)
    ben.act(CloseIncident("mended"))
    assert updates_due(ben.run) == []


def test_a_message_that_reached_nobody_and_a_call_of_a_watcher_tell_nobody() -> None:
    ana = begun()
    ana.act(OpenIncident("1", "Down", "critical"))
    ana.at += 60_000
    end(ana, intend(ana, incident="1", next_update_at=rfc3339(AT + 600)), "failed")
    end(ana, intend(ana, "c-1", call="update-overdue:x", incident="1"), "sent")
    (owed,) = updates_due(ana.run)
    assert owed.due_at == pytest.approx(AT + 1800, abs=1)


def test_a_promise_of_the_release_is_kept_by_the_next_message() -> None:
    ana = begun()
    end(ana, intend(ana, next_update_at=rfc3339(AT + 600)), "sent")
    (owed,) = updates_due(ana.run)
    assert (owed.message, owed.title, owed.due_at) == ("m-1", "Slow", AT + 600)
    ana.at += 1000
    end(ana, intend(ana, "m-2", next_update_at=rfc3339(AT + 900)), "unknown")
    assert [one.due_at for one in updates_due(ana.run)] == [AT + 900]
    ana.at += 1000
    end(ana, intend(ana, "m-3"), "sent")
    assert updates_due(ana.run) == []


def test_an_incident_of_an_old_journal_keeps_its_rhythm() -> None:
    ana = begun()
    ana.act(OpenIncident("1", "Down", "critical"))
    incident = ana.run.incidents["1"]
    assert (incident.messaged_at, incident.promised_at) == (0.0, 0.0)
    assert incident_entity("1") in {one.ent for one in ana.run.records}
    assert incident.told_at == epoch(incident.at)

"""One person at two cockpits, whose name is written in two ways: she is told of nobody, and all of it is hers."""

from __future__ import annotations

import pytest

from cockpit.errors import RefusedError
from cockpit.people import each_once
from cockpit.release.decisions.undoing import last_undoable
from cockpit.release.intents import (
    AddNote,
    AnswerItem,
    ChallengeItem,
    ClaimItem,
    DeferItem,
    Redo,
    ReleaseWheel,
    RequestExecution,
    TakeWheel,
    TickItem,
    UnclaimItem,
    Undo,
)
from cockpit.release.item_filter import is_mine
from cockpit.release.notices import agreements_of, notes_told, notices_of
from cockpit.release.record import Actor, Record, same_person
from cockpit.release.since import heads_of, since_looked
from cockpit.release.wheel import wheel_of
from tests.release.support import ANA, BEN, Person, joined, opened, plan_to

# As --by has it, or whoever answers at a shared account; and as a laptop may be set up.
AT_THE_HOST = (Actor("Ana"), Actor("ana", "ANA@example.org"), Actor("  ANA ", ""))


def news(person: Person, before: Person) -> list[Record]:
    known = {record.id for record in before.run.records}
    return [record for record in person.run.records if record.id not in known]


@pytest.mark.parametrize("other", AT_THE_HOST)
def test_a_name_written_otherwise_is_the_same_person_and_a_namesake_with_another_address_is_not(other: Actor) -> None:
    assert same_person(ANA, other)
    assert same_person(other, ANA)
    assert not same_person(ANA, BEN)
    assert not same_person(ANA, Actor("Ana", "ana@example.com"))


@pytest.mark.parametrize("other", AT_THE_HOST)
def test_what_she_did_at_the_other_cockpit_is_undone_and_redone_here(other: Actor) -> None:
    laptop = opened()
    host = joined(laptop, other)
    (ticked,) = laptop.act(TickItem("k"))
    host.hear(laptop)
    assert last_undoable(host.run, other) == ticked
    host.act(Undo(record=ticked.id))
    assert host.state() == "open"
    laptop.hear(host)
    with pytest.raises(RefusedError, match="nothing to undo"):
        laptop.act(Undo())
    laptop.act(Redo(record=ticked.id))
    assert laptop.state() == "done"


def test_what_both_cockpits_undo_at_the_same_time_is_undone_once() -> None:
    laptop = opened()
    laptop.act(ClaimItem("k"))
    laptop.act(TickItem("k"))
    host = joined(laptop, AT_THE_HOST[0])
    host.at += 1_000
    laptop.act(Undo())
    host.act(Undo())
    laptop.hear(host)
    host.hear(laptop)
    assert laptop.state() == host.state() == "claimed"


@pytest.mark.parametrize("other", AT_THE_HOST)
def test_what_she_did_at_the_other_cockpit_is_no_colleagues(other: Actor) -> None:
    laptop = opened()
    host = joined(laptop, other)
    host.at += 1_000
    seen = heads_of(host.run.records)
    laptop.act(ClaimItem("k"))
    laptop.act(ChallengeItem("two", "49.90"))
    laptop.act(AddNote("look at the queue"))
    laptop.act(TickItem("b"))
    host.act(ClaimItem("k"))
    host.act(TickItem("b"))
    before = joined(host, other)
    host.hear(laptop)
    new = news(host, before)
    assert notices_of(host.run, other, new) == []
    assert agreements_of(host.run, other, new) == []
    assert notes_told(host.run, other, new) == ""
    assert since_looked(host.run, seen, me=other.name) == ()
    assert is_mine(host.run.items["two"], other)
    with pytest.raises(RefusedError, match="you are the first person"):
        host.act(AnswerItem("two", "49.90"))
    with pytest.raises(RefusedError, match="you have claimed it already"):
        host.act(ClaimItem("k"))
    assert host.run.items["k"].lost_claims == ()
    assert host.run.items["b"].also == ()
    host.act(UnclaimItem("k"))
    assert host.state() == "open"


def test_that_she_contradicts_herself_is_told_at_both_cockpits() -> None:
    laptop = opened()
    host = joined(laptop, ANA)
    host.at += 1_000
    (ticked,) = laptop.act(TickItem("k"))
    (deferred,) = host.act(DeferItem("k", "to Monday"))
    laptop.hear(host)
    host.hear(laptop)
    assert laptop.state() == "contested"
    for person, arrived in ((laptop, deferred), (host, ticked)):
        (notice,) = notices_of(person.run, ANA, [arrived])
        assert notice.startswith('"A killer" is contested: Ana: deferred (to Monday) against Ana: done')
    assert notices_of(laptop.run, BEN, [deferred]) == []


@pytest.mark.parametrize("other", AT_THE_HOST)
def test_the_wheel_is_in_her_hands_at_both_cockpits(other: Actor) -> None:
    laptop = opened()
    laptop.act(TakeWheel())
    host = joined(laptop, other)
    assert wheel_of(host.run).refuses(other.name) == ""
    with pytest.raises(RefusedError, match="you drive already"):
        host.act(TakeWheel(seen="Ana"))
    assert host.act(RequestExecution("x1", plan_to("v1"), "v1"))
    host.act(ReleaseWheel())


@pytest.mark.parametrize("other", AT_THE_HOST)
def test_the_wheel_that_she_takes_at_both_cockpits_at_once_is_hers_and_not_contested(other: Actor) -> None:
    laptop = opened()
    host = joined(laptop, other)
    laptop.act(TakeWheel())
    host.act(TakeWheel())
    host.hear(laptop)
    assert not wheel_of(host.run).contested
    assert wheel_of(host.run).in_hands_of("Ana")
    assert host.act(RequestExecution("x1", plan_to("v1"), "v1"))


def test_each_person_is_listed_once() -> None:
    assert each_once(["Ana Lima", "Ben", "ana  lima", "Ben"]) == ["Ana Lima", "Ben"]

"""Two persons: the second answer is somebody else's, from elsewhere, to what the first one said."""

from __future__ import annotations

import pytest

from cockpit.errors import RefusedError
from cockpit.release.events import ItemDone
from cockpit.release.gates import debt_of
from cockpit.release.intents import (
    AnswerItem,
    ChallengeItem,
    Intent,
    Redo,
    ReopenItem,
    TickItem,
    Undo,
)
from cockpit.release.narrative import sentence
from cockpit.release.notices import notices_of
from cockpit.release.record import Actor
from tests.release.support import ANA, BEN, Person, joined, opened, record


def refusal(person: Person, intent: Intent) -> str:
    with pytest.raises(RefusedError) as caught:
        person.act(intent)
    assert caught.value.fix
    return caught.value.code


def debts(person: Person) -> list[str]:
    return [debt.kind for debt in debt_of(person.run)]


def test_the_first_asks_and_the_second_answers() -> None:
    ana = opened()
    (asked,) = ana.act(ChallengeItem("two", "paid 49.90"))
    assert (ana.state("two"), ana.run.items["two"].challenge) == ("open", asked)
    assert refusal(ana, AnswerItem("two", "paid 49.90")) == "same-person"
    ben = joined(ana)
    assert notices_of(ben.run, BEN, [asked]) == ['Ana asks for a second person: "Two people"']
    assert refusal(ben, AnswerItem("two", " ")) == "no-value"
    ben.act(AnswerItem("two", "receipt 49.90"))
    view = ben.run.items["two"]
    assert (view.state, view.by, view.detail, view.unverified_second) == ("done", BEN, "receipt 49.90", False)
    assert debts(ben) == []
    assert sentence(ben.run.records[-1], ben.run) == "answered as the second person: Two people"
    assert refusal(ben, AnswerItem("two", "again")) == "not-asked"
    ana.hear(ben)
    assert refusal(ana, AnswerItem("two", "again")) == "not-asked"
    assert refusal(ana, ChallengeItem("two")) == "already"


def test_one_persons_tick_is_a_debt_until_another_answers_it() -> None:
    ana = opened()
    ana.act(TickItem("two", "49.90"))
    assert debts(ana) == ["second person unverified"]
    assert refusal(ana, AnswerItem("two", "49.90")) == "same-person"
    ben = joined(ana)
    ben.act(AnswerItem("two", "49.90"))
    assert debts(ben) == []


def test_a_copied_name_or_one_process_is_no_second_person() -> None:
    ana = opened()
    (asked,) = ana.act(ChallengeItem("two"))
    for same in (Actor("Ana", "other@example.org"), Actor("Anna", ANA.email), Actor("Anna", ANA.email.upper())):
        assert refusal(joined(ana, same), AnswerItem("two", "x")) == "same-person"
    forged = record(ItemDone(answers=asked.id), "item:two", h=(ana.at + 1, 0), w=asked.w, s=99, by=BEN)
    ana.ledger.add([forged])
    assert (ana.state("two"), debts(ana)) == ("done", ["second person unverified"])


@pytest.mark.parametrize("respelled", ["ana", "ANA ", "A\u200bna", "Ａna", "Ana\u00a0"])
def test_a_name_spelled_another_way_is_no_second_person(respelled: str) -> None:
    ana = opened()
    ana.act(ChallengeItem("two"))
    assert refusal(joined(ana, Actor(respelled)), AnswerItem("two", "x")) == "same-person"
    joined(ana, Actor("Anna")).act(AnswerItem("two", "x"))


def test_an_answer_is_to_this_challenge_and_not_to_the_next() -> None:
    ana = opened()
    ana.act(ChallengeItem("two"))
    ben = joined(ana)
    ben.act(AnswerItem("two", "x"))
    ben.act(Undo("two"))
    assert (ben.state("two"), ben.run.items["two"].unverified_second) == ("open", False)
    assert ben.run.items["two"].challenge is not None, "it waits for its answer again"
    ben.act(Redo("two"))
    assert (ben.state("two"), debts(ben)) == ("done", [])
    ben.act(ReopenItem("two"))
    assert refusal(ben, AnswerItem("two", "x")) == "not-asked"
    ben.act(ChallengeItem("two"))
    ana.hear(ben)
    ana.act(AnswerItem("two", "y"))
    assert debts(ana) == []


def test_a_one_person_item_is_put_to_nobody() -> None:
    person = opened()
    assert refusal(person, ChallengeItem("k")) == "not-two-person"
    assert refusal(person, AnswerItem("k", "x")) == "not-asked"

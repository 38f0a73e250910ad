"""The wheel: whoever drives is never in doubt, and where they are, nobody confirms what is dangerous."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import RefusedError
from cockpit.release.events import WheelTaken
from cockpit.release.intents import GiveWheel, Intent, ReleaseWheel, RequestExecution, TakeWheel
from cockpit.release.narrative import sentence
from cockpit.release.record import Actor
from cockpit.release.wheel import Wheel, wheel_of
from tests.release.support import ANA, BEN, Person, joined, opened, plan_to

CLEO = Actor("Cleo", "cleo@example.org")


def drivers(person: Person) -> tuple[str, ...]:
    return wheel_of(person.run).drivers


def code_of(person: Person, intent: Intent) -> str:
    before = person.run.records
    with pytest.raises(RefusedError) as caught:
        person.act(intent)
    assert caught.value.fix
    assert person.run.records == before
    return caught.value.code


def request() -> RequestExecution:
    return RequestExecution("x1", plan_to("v1"), "v1")


def test_a_free_wheel_is_in_nobodys_way() -> None:
    ana = opened()
    assert wheel_of(ana.run) == Wheel()
    assert ana.act(request())


def test_whoever_watches_confirms_nothing_dangerous_until_they_take_the_wheel() -> None:
    ana = opened()
    ana.act(TakeWheel())
    ben = joined(ana)
    assert code_of(ben, request()) == "not-driving"
    assert wheel_of(ben.run).refuses("Ben") == "Ana drives: take the wheel first"
    ben.act(TakeWheel(seen="Ana"))
    assert drivers(ben) == ("Ben",)
    (taken,) = [record for record in ben.run.records if record.data == WheelTaken("Ana")]
    assert sentence(taken, ben.run) == "took the wheel from Ana"
    assert ben.act(request())
    ana.hear(ben)
    assert drivers(ana) == ("Ben",)


def test_the_driver_gives_it_on_and_lets_go() -> None:
    ana = opened()
    ana.act(TakeWheel())
    ana.act(GiveWheel(" Ben "))
    wheel = wheel_of(ana.run)
    assert (wheel.driver, wheel.given_by) == ("Ben", "Ana")
    assert [code_of(ana, intent) for intent in (GiveWheel("Cleo"), ReleaseWheel())] == ["not-driving"] * 2
    ben = joined(ana)
    assert [code_of(ben, intent) for intent in (TakeWheel(), GiveWheel("Ben"), GiveWheel(" "))] == [
        "already", "already", "no-name",
    ]  # fmt: skip
    ben.act(ReleaseWheel())
    assert wheel_of(ben.run) == Wheel()
    assert code_of(ben, ReleaseWheel()) == "already"


def test_nobody_takes_it_from_somebody_whom_they_have_not_seen_driving() -> None:
    ana = opened()
    ana.act(TakeWheel())
    ben = joined(ana)
    assert code_of(ben, TakeWheel()) == "overtaken"
    assert code_of(ben, TakeWheel(seen="Cleo")) == "overtaken"


def test_two_who_take_it_at_once_both_confirm_nothing_until_one_takes_it() -> None:
    ana = opened()
    ben = joined(ana)
    ana.act(TakeWheel())
    ben.act(TakeWheel())
    ana.hear(ben)
    ben.hear(ana)
    assert drivers(ana) == drivers(ben) == ("Ana", "Ben")
    assert wheel_of(ana.run).contested
    assert (code_of(ana, request()), code_of(ben, request())) == ("not-driving", "not-driving")
    ana.act(TakeWheel(seen="Ana and Ben"))
    ben.hear(ana)
    assert drivers(ana) == drivers(ben) == ("Ana",)


_NAMES = ("Ana", "Ben", "Cleo")
_TURNS = st.tuples(st.integers(0, 2), st.sampled_from(["take", "give", "release", "hear"]), st.integers(0, 2))


@given(st.lists(_TURNS, max_size=14), st.integers(0, 2**16))
def test_however_it_goes_round_all_who_have_heard_all_agree_and_at_most_one_may_confirm(
    turns: list[tuple[int, str, int]], skew: int
) -> None:
    ana = opened()
    people = [ana, joined(ana, BEN, at=ana.at + skew), joined(ana, CLEO, at=ana.at - skew)]
    for who, what, whom in turns:
        person = people[who]
        wheel = wheel_of(person.run)
        mine = wheel.free or wheel.in_hands_of(_NAMES[who])
        try:
            if what == "take":
                person.act(TakeWheel(seen=wheel.named))
                assert drivers(person) == (_NAMES[who],), "whoever takes it has it, whatever was contested"
            elif what == "give":
                person.act(GiveWheel(_NAMES[whom]))
                assert mine
                assert drivers(person) == (_NAMES[whom],)
            elif what == "release":
                person.act(ReleaseWheel())
                assert mine
                assert drivers(person) == ()
            else:
                person.hear(people[whom])
        except RefusedError as refusal:
            assert refusal.code != "overtaken"
            assert wheel_of(person.run) == wheel
    for person in people:
        person.hear(*people)
    assert len({wheel_of(person.run) for person in people}) == 1
    wheel = wheel_of(people[0].run)
    allowed = [name for name in _NAMES if not wheel.refuses(name)]
    assert len(allowed) == (3 if wheel.free else 0 if wheel.contested else 1)


def test_a_stranger_who_is_named_by_hand_may_drive_too() -> None:
    ana = opened(ANA)
    ana.act(GiveWheel("Dora"))
    assert drivers(ana) == ("Dora",)

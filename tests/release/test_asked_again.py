"""What another target would ask again is known before, and comes so."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.asked_again import asked_again
from cockpit.release.checklist import Item, Phase, Section
from cockpit.release.checks import Check, RehearsalCheck
from cockpit.release.events import RollbackRehearsed
from cockpit.release.intents import EndExecution, RecordFact, RequestExecution, Retarget, TickItem
from cockpit.release.rehearsals import digest_of
from tests.release.sensed import CHECKED, T0, at, observed, see
from tests.release.support import CONFIGURATION, PINNED, Person, opening, plan_to

PLAN = Item("plan", "Have rollback plan ready", check=Check(rehearsal=RehearsalCheck(), closes=True))
DEPLOY = Item("deploy", "Deploy the code", binds="commit")
SECTION = Section("s", "S", items=(PLAN, DEPLOY, Item("other", "By hand")))
FLOWN = replace(PINNED, checklists=(replace(CHECKED, phases=(Phase("day", "Day", sections=(SECTION,)),)),))


def flying() -> Person:
    person = Person(pinned=FLOWN)
    person.act(opening())
    see(person, "plan", observed("ok"))
    person.act(TickItem("deploy"))
    person.act(TickItem("other"))
    return person


def again(person: Person, commit: str = "3" * 40) -> tuple[str, ...]:
    return asked_again(person.run, "v3", commit, now=T0 + 60)


def test_what_regresses_and_what_was_done_for_another_version_is_told() -> None:
    person = flying()
    assert again(person) == (
        "Have rollback plan ready regresses: no rollback from 33333333 was rehearsed: cockpit rollback TAG --rehearse",
        "Deploy the code goes stale until done for v3",
    )
    person.act(Retarget("v3", "3" * 40))
    assert at(person, "deploy").state == "stale"
    assert at(person, "other").state == "done"


def test_after_a_rollback_what_was_done_stays_suspended() -> None:
    person = flying()
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", ""))
    assert again(person)[1] == "Deploy the code stays suspended until done for v3"
    person.act(Retarget("v3", "3" * 40))
    assert at(person, "deploy").state == "suspended"


def test_a_rehearsal_from_the_next_version_is_enough() -> None:
    person = flying()
    data = RollbackRehearsed(
        tag="v1", commit="1" * 40, from_tag="v3", from_commit="3" * 40, ok=True, seconds=1.0,
        plans=digest_of(CONFIGURATION.rollback),
    )  # fmt: skip
    person.act(RecordFact("tag:v1", data, of_service=True))
    assert again(person) == ("Deploy the code goes stale until done for v3",)
    assert again(person, "2" * 40) == (
        "Have rollback plan ready regresses: no rollback from 22222222 was rehearsed: cockpit rollback TAG --rehearse",
    )

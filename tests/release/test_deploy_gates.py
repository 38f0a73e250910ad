"""Nobody deploys in a no-go unknowingly: what the pause points before the deploy say is told, and is on the record."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.checklist import Item, Phase, Section
from cockpit.release.deploy_gates import no_gos_before_deploy
from cockpit.release.events import ExecutionRequested
from cockpit.release.intents import RequestExecution, TickItem
from cockpit.release.narrative import sentence
from cockpit.release.plan import Plan
from tests.release.support import CHECKLIST, NOW, PINNED, Person, opening, plan_to

BEFORE = Phase(
    "early",
    "Before",
    pause_point=True,
    sections=(Section("tests", "Tests", items=(Item("green", "Tests are **green**"), Item("told", "All are told"))),),
)
LATER = replace(PINNED, checklists=(replace(CHECKLIST, phases=(BEFORE, *CHECKLIST.phases)),))
DEPLOY: Plan = plan_to("v3", direction="deploy", commit="3" * 40)


def opened() -> Person:
    person = Person(pinned=LATER)
    person.act(opening())
    return person


def said(person: Person) -> tuple[str, ...]:
    return tuple(one.told for one in no_gos_before_deploy(person.run, now=NOW / 1000))


def asked(person: Person, plan: Plan) -> str:
    person.act(RequestExecution("x", plan, plan.tag))
    (record,) = (record for record in person.run.records if isinstance(record.data, ExecutionRequested))
    return sentence(record, person.run)


def test_what_is_open_before_the_deploy_is_told_and_on_the_record() -> None:
    person = opened()
    (told,) = said(person)
    assert told.startswith("Before is NO-GO: Tests are green and 1 more are open")
    recorded = "Before was NO-GO for 1 reason"  # without the words of people, which must be kept apart
    assert asked(person, DEPLOY) == f"confirmed the deploy from v2 to v3, although {recorded}"


def test_what_is_open_in_the_deploys_own_phase_is_not_meant() -> None:
    person = opened()
    person.act(TickItem("green"))
    person.act(TickItem("told"))
    assert said(person) == ()
    assert asked(person, DEPLOY) == "confirmed the deploy from v2 to v3"


def test_a_rollback_asks_no_gate() -> None:
    assert asked(opened(), plan_to()) == "confirmed the rollback from v2 to v1"


def test_where_no_item_speaks_of_the_version_nobody_knows_where_the_deploy_lies() -> None:
    person = Person(pinned=replace(LATER, checklists=(replace(CHECKLIST, phases=(BEFORE,)),)))
    person.act(opening())
    assert said(person) == ()

"""What runs is what was seen; what is checked out is said beside it, and nobody is proposed one for the other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cockpit.release.checklist import Item, Phase, Section
from cockpit.release.discrepancy import discrepancy
from cockpit.release.gates import gate_seen
from cockpit.release.intents import ChangeRunState, EndExecution, RequestExecution, TickItem
from cockpit.release.live import Live, Readiness
from cockpit.release.running import Running, Sighting, fall_back, reports, seen_tag
from cockpit.release.tags import Tag
from tests.release.support import CHECKLIST, NOW, PINNED, Person, opening, plan_to
from tests.release.test_tags import mark, tag

AT = NOW / 1000 + 100
ALL = [tag("v2.4.1", commit="e1" * 20), tag("v2.4.0", commit="e0" * 20), tag("v2.3.0", commit="d0" * 20)]
NEW, OLD, OLDER = ALL


def running(
    runs: Tag | None, here: Tag | None, version: str = "", *, ago: float = 1.0, lasting: bool = True
) -> Running:
    seen = Sighting(version, AT - 50, AT - ago, "version", lasting=lasting) if version else Sighting()
    return Running(seen, runs, here.commit or "" if here is not None else "9" * 40, here)


@pytest.mark.parametrize(
    ("seen", "named"),
    [("v2.4.0", OLD), ("2.4.0", OLD), ("v2.4.0-3-g00c0ffee", OLD), ("e1e1e1e", NEW), ("812", None), ("v2.4", None)],
)
def test_what_is_reported_names_a_tag_or_its_commit(seen: str, named: Tag | None) -> None:
    assert seen_tag(ALL, seen, NEW, NEW.commit or "") == named


def test_a_commit_upon_the_release_that_is_checked_out_is_that_release() -> None:
    upon = "ab" * 20
    assert seen_tag(ALL, upon, NEW, upon) == NEW
    assert seen_tag(ALL, "abababab", NEW, upon) == NEW
    assert not reports("", "v1", "1" * 40)


def test_only_what_was_seen_is_said_to_run() -> None:
    assert running(NEW, NEW).words(AT) == ("checked out", "v2.4.1")
    asked = Running(Sighting(by="version", trouble="refused"), NEW, NEW.commit or "", NEW)
    assert asked.words(AT) == ("checked out", "v2.4.1, not seen to run")
    assert running(NEW, NEW, "v2.4.1").words(AT) == ("running", "v2.4.1")
    assert running(OLD, NEW, "v2.4.0").words(AT) == ("running", "v2.4.0, HEAD v2.4.1")
    assert running(OLD, NEW, "v2.4.0", ago=190).words(AT) == ("running", "v2.4.0, last seen 3m ago, HEAD v2.4.1")
    assert running(None, NEW, "812").words(AT) == ("running", "812, which is no tag here, HEAD v2.4.1")
    assert running(OLD, None, "v2.4.0").words(AT) == ("running", "v2.4.0, HEAD 99999999")
    upon = replace(running(NEW, NEW, "v2.4.1"), head="ab" * 20)
    assert upon.words(AT) == ("running", "v2.4.1, and HEAD abababab upon it")
    assert not upon.differs


def test_each_tag_is_said_what_it_is() -> None:
    assert [running(OLD, NEW, "v2.4.0").state_of(each) for each in ALL] == ["HEAD", "running", ""]
    assert [running(NEW, NEW).state_of(each) for each in ALL] == ["checked out", "", ""]


def fallen_back(runs: Tag | None, here: Tag | None, version: str = "", **marked: str) -> str:
    marks = {key: value for name, said in marked.items() for key, value in mark(name, said).items()}
    found = fall_back(ALL, running(runs, here, version), marks)
    return found[0].name if found is not None else ""


def test_the_way_back_begins_at_what_answers() -> None:
    assert fallen_back(NEW, NEW) == "v2.4.0"
    assert fallen_back(NEW, NEW, "v2.4.1") == "v2.4.0"
    assert fallen_back(OLD, OLD, "v2.4.0") == "v2.3.0"
    assert fallen_back(NEW, OLD, "v2.4.1") == "v2.4.0", "HEAD is where one wants to go, and the newer answers"
    assert fallen_back(NEW, None, "v2.4.1") == "v2.4.0", "HEAD at no release is no obstacle"
    assert fallen_back(None, NEW, "812") == "v2.4.0", "a build that no tag names: what is checked out"


def test_what_still_answers_is_not_passed_over_while_a_newer_one_is_only_checked_out() -> None:
    found = fall_back(ALL, running(OLD, NEW, "v2.4.0"), {})
    assert found == (OLD, "v2.4.0: still answers, and v2.4.1 is only checked out")
    found = fall_back(ALL, running(OLD, NEW, "v2.4.0"), mark("v2.4.0", "bad"))
    assert found is not None
    assert found[0] == OLDER, "nobody is led back to what was marked bad"


@pytest.mark.parametrize(
    ("answers", "head", "target", "given_up", "left"),
    [
        (OLD, NEW, NEW, "", OLD),  # checked out by hand, and deployed now
        (NEW, OLD, OLD, "", NEW),  # the tree was put back, and the service never started anew
        (OLD, NEW, OLD, "", NEW),  # what still answers: the tree alone is put back
        (NEW, OLDER, OLD, "", NEW),  # the service is deployed from elsewhere
        (NEW, NEW, NEW, OLDER.commit, OLDER.commit),
        (NEW, NEW, NEW, "", NEW),
    ],
)
def test_a_plan_leads_away_from_what_answers(
    answers: Tag, head: Tag, target: Tag, given_up: str, left: Tag | str
) -> None:
    origin = running(answers, head, answers.name).origin(target.commit or "", given_up)
    assert origin == (left.commit if isinstance(left, Tag) else left)


def test_a_plan_leads_away_from_what_is_checked_out_where_no_tag_names_what_answers() -> None:
    assert running(None, NEW, "812").origin(OLD.commit or "") == NEW.commit
    assert running(NEW, NEW).origin(OLD.commit or "") == NEW.commit


# What answers, against what should

VERIFY = Section("v", "Verification", items=(Item("day/post-deployment-verification/orders", "Orders come in"),))
DAY = replace(CHECKLIST.phases[0], sections=(*CHECKLIST.phases[0].sections, VERIFY))
FLOWN = replace(PINNED, checklists=(replace(CHECKLIST, phases=(DAY, Phase("after", "After", sections=()))),))


def flying() -> Person:
    person = Person(pinned=FLOWN)
    person.act(opening())
    return person


def begin(person: Person, direction: str, to: str, digit: str) -> None:
    plan = replace(plan_to(to, direction=direction, commit=digit * 40), from_commit="7" * 40)
    person.act(RequestExecution("x", plan, to))


def execute(person: Person, direction: str, to: str, digit: str) -> None:
    begin(person, direction, to, digit)
    person.act(EndExecution("x", "succeeded", ""))


def told(person: Person, version: str, *, at: float = AT, lasting: bool = True) -> tuple[str, bool]:
    seen = Sighting(version, at - 50, at, "version", lasting=lasting)
    found = discrepancy(person.run, Running(seen, None, "2" * 40, None), at)
    return (found.text, found.grave) if found is not None else ("", False)


def test_before_the_deploy_an_older_version_is_only_mentioned() -> None:
    person = flying()
    assert told(person, "v1") == ("this run flies v2, not deployed yet: v1 answers", False)
    assert told(person, "v2") == told(person, "2" * 8) == ("", False)
    assert discrepancy(person.run, Running(), AT) is None, "nothing was seen, so nothing is said"


def test_after_the_deploy_another_version_is_grave_once_it_lasts() -> None:
    person = flying()
    execute(person, "deploy", "v2", "2")
    assert told(person, "v1") == ("v2 was deployed, and v1 answers", True)
    assert told(person, "v1", lasting=False) == ("", False), "one look is not enough"
    assert told(person, "v1", at=NOW / 1000 + 5) == ("", False), "the old one may answer for a moment"
    assert told(person, "v2") == ("", False)


def test_what_verifies_the_deploy_being_ticked_it_should_be_there() -> None:
    person = flying()
    person.act(TickItem("n"))
    assert not told(person, "v1")[1]
    person.act(TickItem("day/post-deployment-verification/orders"))
    assert told(person, "v1") == ("this run flies v2, ticked as verified, and v1 answers", True)


def test_a_wrong_version_is_a_no_go_and_one_that_is_not_deployed_yet_is_none() -> None:
    person = flying()
    seen = Sighting("v1", AT - 50, AT, "version", lasting=True)
    live = Live(readiness=Readiness(True, running=Running(seen, None, "2" * 40, None)))

    def reasons() -> list[str]:
        gate = gate_seen(person.run, person.run.phases[0], live, now=AT)
        return [reason.why for reason in gate.reasons if reason.item == "version"]

    assert reasons() == []
    person.act(TickItem("day/post-deployment-verification/orders"))
    assert reasons() == ["WRONG VERSION: this run flies v2, ticked as verified, and v1 answers"]


def test_after_a_rollback_its_target_should_answer() -> None:
    person = flying()
    execute(person, "rollback", "v1", "1")
    assert person.run.state == "rolled-back"
    assert told(person, "v1") == ("", False)
    assert told(person, "v2") == ("rolled back to v1, and v2 answers", True)


def test_nothing_is_said_while_it_is_under_way_or_when_all_is_over() -> None:
    person = flying()
    begin(person, "deploy", "v2", "2")
    assert told(person, "v1") == ("", False)
    person.act(EndExecution("x", "aborted", ""))
    assert told(person, "v1") == ("this run flies v2, not deployed yet: v1 answers", False)
    person.act(ChangeRunState("closed"))
    assert told(person, "v1") == ("", False)

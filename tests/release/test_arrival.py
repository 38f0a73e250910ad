"""Since when what runs does, and that a rollback which was just carried out proposes no further one."""

from __future__ import annotations

from cockpit.release.arrival import rolled_back, rolled_back_words, since_words
from cockpit.release.events import TriggerBreached
from cockpit.release.intents import ConfirmExecution, EndExecution, RecordFact, Retarget
from cockpit.release.live import Live, Readiness
from cockpit.release.running import Running, Sighting
from cockpit.status.lines import summary_lines
from tests.release.support import NOW, Person
from tests.release.test_running import AT, begin, execute, flying
from tests.release.test_tags import tag

V1, V2, V3 = tag("v1", commit="1" * 40), tag("v2", commit="2" * 40), tag("v3", commit="3" * 40)


def answering(which: str = "v1", *, ago: float = 1.0) -> Running:
    named = {"v1": V1, "v2": V2}.get(which)
    return Running(Sighting(which, AT - 500, AT - ago, "version", lasting=True), named, "1" * 40, V1)


def gone_back() -> Person:
    person = flying()
    execute(person, "rollback", "v1", "1")
    return person


def test_after_a_good_rollback_it_is_said_what_was_done_and_nothing_further_is_proposed() -> None:
    person = gone_back()
    done = rolled_back(person.run, answering())
    assert done is not None
    words = rolled_back_words(done, AT, "UTC")
    assert words.startswith("rolled back to v1 at ")
    assert words.endswith(", verified")
    assert "-" not in words
    assert rolled_back_words(done, AT + 86400, "UTC").startswith("rolled back to v1 at 2027-")
    ready = Readiness(True, (), "v0", running=answering())
    told = "\n".join(summary_lines(person.run, Live(readiness=ready), now=AT))
    assert f"{words}; no further rollback is proposed" in told
    assert "v0" not in told
    assert "a further rollback READY" in told


def test_it_is_said_until_another_version_answers_or_a_trigger_asks_again() -> None:
    person = gone_back()
    assert rolled_back(person.run, answering("v2")) is None
    assert rolled_back(person.run, answering("812")) is None, "a build that no tag names"
    assert rolled_back(person.run, Running()) is None, "nobody has looked yet"
    assert rolled_back(person.run, Running(head="1" * 40)) is not None, "nothing reports a version"
    person.act(Retarget("v3", "3" * 40))
    assert rolled_back(person.run, answering()) is not None, "the next version is only named"
    person.act(RecordFact("trigger:errors", TriggerBreached("7 errors/min", "h1")))
    assert rolled_back(person.run, answering()) is None


def test_one_that_nobody_saw_is_said_to_be_unverified_until_a_person_confirms_it() -> None:
    person = flying()
    begin(person, "rollback", "v1", "1")
    person.act(EndExecution("x", "unverified", "nothing reports a version"))
    bare = Running(head="1" * 40)
    done = rolled_back(person.run, bare)
    assert done is not None
    assert rolled_back_words(done, AT, "UTC").endswith(", UNVERIFIED")
    person.act(ConfirmExecution("x", "seen on /version"))
    done = rolled_back(person.run, bare)
    assert done is not None
    assert rolled_back_words(done, AT, "UTC").endswith(", verified")


def test_since_when_it_runs_is_told_by_what_brought_it_else_by_how_long_it_was_seen() -> None:
    person = flying()
    assert since_words(person.run, answering("v2"), AT).startswith("seen since ")
    execute(person, "deploy", "v2", "2")
    told = since_words(person.run, answering("v2"), AT)
    assert told.startswith("since ")
    assert told.endswith("(deployed by Ana)")
    assert answering("v2").words(AT, told) == ("running", f"v2 {told}, HEAD v1")
    assert answering("v2", ago=190).words(AT, told) == ("running", f"v2 {told}, last seen 3m ago, HEAD v1")
    assert since_words(person.run, answering("v1"), AT).startswith("seen since "), "the deploy has not brought this"
    execute_again = gone_back()
    assert since_words(execute_again.run, Running(head="1" * 40, checked_out=V1), AT).endswith("(rolled back by Ana)")
    assert since_words(execute_again.run, Running(), NOW / 1000) == ""

"""Items that are bound to a commit: what was done for one version is not done for another."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.codec import encode_data
from cockpit.errors import RefusedError
from cockpit.release.events import ItemDone, RunStateChanged
from cockpit.release.gates import gate_of
from cockpit.release.intents import (
    ChangeRunState,
    DeferItem,
    EndExecution,
    OverrideItem,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    Undo,
)
from cockpit.release.item_story import story_of, story_sentence
from cockpit.release.plan import Plan
from cockpit.release.record import Record
from tests.release.support import NOW, Person, joined, opened, plan_to, record

V2, V3 = Retarget("v2", "2" * 40), Retarget("v3", "3" * 40)


def whys(person: Person) -> list[str]:
    return [reason.why for reason in gate_of(person.run, person.run.phases[0], (), now=NOW / 1000).reasons]


def ticked() -> Person:
    person = opened()
    for item in ("k", "b", "n"):
        person.act(TickItem(item))
    return person


def test_a_retarget_makes_what_was_bound_stale_and_nothing_else() -> None:
    person = ticked()
    assert whys(person) == []
    person.act(V3)
    assert (person.state("k"), person.state("b"), person.state("n")) == ("done", "stale", "done")
    assert person.run.items["b"].detail == "done for v2, the run flies v3"
    assert whys(person) == ["Bound: stale"]
    assert (person.run.phases[0].done, person.run.phases[0].state) == (2, "going")


def test_a_retarget_back_makes_it_hold_again() -> None:
    person = ticked()
    person.act(V3)
    person.act(V2)
    assert person.state("b") == "done"
    assert whys(person) == []


def test_a_stale_item_is_ticked_again_and_that_is_undone_into_stale() -> None:
    person = ticked()
    person.act(V3)
    person.act(TickItem("b", "seen again"))
    assert (person.state("b"), person.run.items["b"].detail) == ("done", "seen again")
    person.act(Undo("b"))
    assert person.state("b") == "stale"
    person.act(Redo("b"))
    assert person.state("b") == "done"
    person.act(V2)
    assert person.run.items["b"].detail == "done for v3, the run flies v2: seen again"
    person.act(ReopenItem("b"))
    assert person.state("b") == "open"


def test_what_was_set_aside_stays_so_for_the_next_version() -> None:
    person = opened()
    person.act(DeferItem("b", "later"))
    person.act(V3)
    assert person.state("b") == "deferred"
    person.act(OverrideItem("b", "vendor"))
    person.act(V2)
    assert person.state("b") == "overridden"


def test_a_deploy_of_another_tag_makes_it_stale_and_one_of_this_tag_does_not() -> None:
    for tag, commit, state in (("v2", "2" * 40, "done"), ("v3", "3" * 40, "stale")):
        person = ticked()
        person.act(RequestExecution("x", deploy(tag, commit), tag))
        person.act(EndExecution("x", "succeeded", "", tag))
        assert (person.run.tag, person.state("b")) == (tag, state)


def deploy(tag: str, commit: str) -> Plan:
    return msgspec.structs.replace(plan_to(tag, direction="deploy", commit=commit), from_commit="0" * 40)


def test_after_a_rollback_it_is_suspended_and_what_is_done_for_the_next_version_holds() -> None:
    person = ticked()
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))
    assert person.state("b") == "suspended"
    with pytest.raises(RefusedError, match="v2, which was rolled back"):
        person.act(TickItem("b"))
    person.act(V3)
    assert person.state("b") == "suspended"
    person.act(TickItem("b"))
    assert person.state("b") == "done"
    person.act(ChangeRunState("active"))
    assert person.state("b") == "done"


def test_after_a_rollback_what_was_never_ticked_is_not_ticked_either_for_the_version_that_is_gone() -> None:
    person = opened()
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))
    assert person.state("b") == "open"
    with pytest.raises(RefusedError, match="suspended until the run has another") as refusal:
        person.act(TickItem("b"))
    assert "cockpit release retarget" in refusal.value.fix
    person.act(TickItem("k"))
    assert person.state("k") == "done", "what speaks of no version goes on"
    person.act(V3)
    person.act(TickItem("b"))
    assert person.state("b") == "done"


def test_events_without_a_commit_keep_their_meaning() -> None:
    person = opened()
    old = record(ItemDone(), "item:b", h=(person.at + 1, 0), w="f" * 32)
    person.ledger.add([old])
    assert b"commit" not in encode_data(ItemDone())
    person.act(V3)
    assert person.state("b") == "done"
    back = record(RunStateChanged(state="rolled-back"), "run", h=(person.at + 2, 0), w="f" * 32, s=2, sup=heads(person))
    person.ledger.add([back])
    assert person.state("b") == "suspended"


def heads(person: Person) -> tuple[Record, ...]:
    return person.run.registers["run", "state"].heads


def test_two_who_tick_at_once_for_two_versions_are_contested() -> None:
    ana = opened()
    ben = joined(ana, at=ana.at - 500_000)
    ana.act(TickItem("b", "for v2"))
    ben.act(V3)
    ben.act(TickItem("b", "for v3"))
    ana.hear(ben)
    assert ana.state("b") == "contested"
    ana.act(TickItem("b", "for v3"))
    assert (ana.state("b"), ana.run.items["b"].detail) == ("done", "for v3")


def test_an_items_story_tells_of_the_rollback_that_has_suspended_it() -> None:
    person = ticked()
    person.act(RequestExecution("x", plan_to("v1"), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))

    def story(item: str) -> list[str]:
        view = person.run.items[item]
        return [story_sentence(record, person.run) for record in story_of(view, person.run)]

    assert story("b") == ["ticked Bound", "the run is rolled-back: that suspends it"]
    assert story("k") == ["ticked A killer"], "what is bound to no version stands"
    assert story("two") == []

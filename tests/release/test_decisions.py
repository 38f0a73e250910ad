"""Decisions on items, runs, tags and deploys: what is granted, and every refusal with its code and its way out."""

from __future__ import annotations

import pytest

from cockpit.errors import CockpitError, NotFoundError, RefusedError
from cockpit.release.events import ItemDone, RunOpened, RunStateChanged
from cockpit.release.intents import (
    AddNote,
    AttachEvidence,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    Intent,
    MarkNotApplicable,
    MarkTag,
    MoveLaunch,
    OverrideItem,
    RecordFact,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
    Undo,
    UnlockDeploys,
)
from tests.release.support import ANA, BEN, NOW_TEXT, Person, joined, opened, opening, plan_to


def refused(person: Person, intent: Intent) -> str:
    """Return the code of a refusal, which wrote nothing and says what to do."""
    before = person.run.records
    with pytest.raises(CockpitError) as caught:
        person.act(intent)
    assert caught.value.fix, "a refusal says what to do"
    assert person.run.records == before
    return caught.value.code


# Items


def test_a_tick_keeps_the_value_that_was_seen() -> None:
    person = opened()
    person.act(TickItem("k", "  42 rows "))
    view = person.run.items["k"]
    assert (view.state, view.detail, view.by) == ("done", "42 rows", ANA)
    assert refused(person, TickItem("k")) == "already"


def test_an_item_that_asks_for_evidence_is_ticked_with_any_of_it_only() -> None:
    evidence: list[Intent] = [
        AddNote("seen it", "e"),
        AttachEvidence("e", "shot.txt", b"text"),
        AttachEvidence("e", "dump.sql", sha256="f" * 64, size=9_000_000, path="/var/dump.sql"),
    ]
    for each in evidence:
        person = opened()
        assert refused(person, TickItem("e", "  ")) == "no-evidence"
        person.act(each)
        person.act(TickItem("e"))
        assert person.state("e") == "done"
    person = opened()
    person.act(TickItem("e", "200 OK"))
    assert person.state("e") == "done"


@pytest.mark.parametrize(
    ("intent", "state"),
    [(DeferItem("k", "r"), "deferred"), (MarkNotApplicable("k", "r"), "na"), (OverrideItem("k", "r"), "overridden")],
)
def test_setting_aside_keeps_its_reason_and_can_be_opened_again(intent: Intent, state: str) -> None:
    person = opened()
    person.act(intent)
    assert (person.state(), person.run.items["k"].detail) == (state, "r")
    person.act(ReopenItem("k", "not after all"))
    assert (person.state(), person.run.items["k"].detail) == ("open", "not after all")
    assert refused(person, ReopenItem("k")) == "already"


@pytest.mark.parametrize(
    "intent",
    [
        DeferItem("k", " "),
        MarkNotApplicable("k", "\n"),
        OverrideItem("k", ""),
        ChangeRunState("held"),
        ChangeRunState("aborted", " "),
        MarkTag("v1", "1" * 40, good=False, reason=""),
    ],
)
def test_a_reason_is_required(intent: Intent) -> None:
    assert refused(opened(), intent) == "no-reason"


def test_claims_are_held_until_let_go_by_anybody() -> None:
    ana = opened()
    ben = joined(ana)
    ana.act(ClaimItem("k"))
    assert refused(ana, ClaimItem("k")) == "already"
    ben.hear(ana)
    with pytest.raises(RefusedError, match="Ana has claimed it"):
        ben.act(ClaimItem("k"))
    ben.act(UnclaimItem("k"))
    assert ben.state() == "open"
    assert refused(ben, UnclaimItem("k")) == "already"


def test_the_time_of_a_claim_is_the_holders() -> None:
    ana = opened()
    ben = joined(ana)
    (first,) = ana.act(ClaimItem("k"))
    ben.at += 60_000
    (second,) = ben.act(ClaimItem("k"))
    ana.hear(ben)
    view = ana.run.items["k"]
    assert first.wall != second.wall
    assert (view.claimed_by, view.at) == (ANA, first.wall)


def test_a_note_needs_text_and_outlives_the_run() -> None:
    person = opened()
    assert refused(person, AddNote(" ")) == "no-text"
    person.act(ChangeRunState("closed"))
    person.act(AddNote("looked back"))
    assert [note.text for note in person.run.notes] == ["looked back"]


def test_an_item_that_is_not_there_is_not_found() -> None:
    assert refused(opened(), TickItem("nowhere")) == "not-found"
    with pytest.raises(NotFoundError, match="nowhere"):
        opened().act(AddNote("x", "nowhere"))


@pytest.mark.parametrize("over", ["aborted", "superseded", "closed"])
def test_nothing_but_reopening_is_done_to_a_run_that_is_over(over: str) -> None:
    person = opened()
    states: dict[str, Intent] = {
        "aborted": ChangeRunState("aborted", "why"),
        "superseded": ChangeRunState("superseded", by_run="next-1"),
        "closed": ChangeRunState("closed"),
    }
    person.act(states[over])
    wishes: list[Intent] = [
        TickItem("k"),
        ClaimItem("k"),
        Undo(),
        Redo(),
        Retarget("v3", "3" * 40),
        MoveLaunch(""),
        RequestExecution("x", plan_to(), "v1"),
    ]
    assert {refused(person, wish) for wish in wishes} == {"run-over"}
    person.act(ChangeRunState("active"))
    person.act(TickItem("k"))


# The run


def test_a_run_is_planned_until_its_launch_and_active_without_one() -> None:
    for launch, state in (("", "active"), (NOW_TEXT, "active"), ("2027-01-15T08:00:00.001Z", "planned")):
        person = Person()
        person.act(opening(launch_at=launch))
        assert person.run.state == state
    assert (person.run.name, person.run.tag, person.run.commit) == ("spring", "v2", "2" * 40)
    data = person.run.records[0].data
    assert isinstance(data, RunOpened)
    assert person.texts.get(data.pins["cockpit.yaml"]) == "service: shop"


def test_a_run_is_opened_once_and_with_a_name() -> None:
    assert refused(opened(), opening()) == "already"
    assert refused(Person(), opening(name=" ")) == "no-name"


def test_the_ways_between_the_states_of_a_run() -> None:
    ways = {
        "planned": {"active", "held", "aborted", "superseded"},
        "active": {"held", "aborted", "superseded", "closed"},
        "held": {"active", "aborted", "superseded", "closed"},
        "aborted": {"active"},
        "superseded": {"active"},
        "closed": {"active"},
        "rolled-back": {"active", "aborted", "superseded", "closed"},
    }
    for state, reached in ways.items():
        for wanted in ways:
            person = Person()
            person.act(opening(launch_at="2099-01-01T00:00:00.000Z"))
            person.act(RecordFact("run", RunStateChanged(state=state)))  # type: ignore[arg-type]
            wish = ChangeRunState(wanted, "why")  # type: ignore[arg-type]
            if wanted in reached:
                person.act(wish)
                assert person.run.state == wanted
            else:
                assert refused(person, wish) == "conflicting"


def test_no_run_ends_under_an_execution() -> None:
    person = opened()
    person.act(RequestExecution("x", plan_to(), "v1"))
    assert refused(person, ChangeRunState("closed")) == "locked"
    person.act(ChangeRunState("held", "look first"))


def test_retarget_and_move() -> None:
    person = opened()
    assert refused(person, Retarget("v2", "2" * 40)) == "already"
    person.act(Retarget("v3", "3" * 40))
    person.act(MoveLaunch("2027-02-01T08:00:00.000Z"))
    assert (person.run.tag, person.run.commit) == ("v3", "3" * 40)
    assert person.run.launch_at == "2027-02-01T08:00:00.000Z"
    person.act(MoveLaunch(""))
    assert person.run.launch_at == ""


def test_a_mark_is_the_services_and_outlives_the_run() -> None:
    person = opened()
    person.act(ChangeRunState("closed"))
    (written,) = person.act(MarkTag("v1", "1" * 40, good=False, reason="leaks"))
    assert written.stream.endswith("/_service")
    assert (person.run.marks["v1"].mark, person.run.marks["v1"].reason) == ("bad", "leaks")
    assert refused(person, UnlockDeploys("fixed")) == "already"


# Undo and redo


def test_undo_brings_back_what_was_before_with_its_reason() -> None:
    person = opened()
    person.act(DeferItem("k", "to Monday"))
    person.act(TickItem("k"))
    person.act(Undo())
    assert (person.state(), person.run.items["k"].detail) == ("deferred", "to Monday")


def test_each_further_undo_walks_back_further_on_one_item() -> None:
    person = opened()
    person.act(DeferItem("k", "r"))
    person.act(TickItem("k"))
    person.act(ReopenItem("k"))
    states = []
    for _ in range(3):
        person.act(Undo("k"))
        states.append(person.state())
    assert states == ["done", "deferred", "open"]
    assert refused(person, Undo("k")) == "none"


def test_each_further_undo_walks_back_further_over_items() -> None:
    person = opened()
    person.act(TickItem("k"))
    person.act(ClaimItem("n"))
    person.act(TickItem("b"))
    person.act(Undo())
    assert (person.state("k"), person.state("n"), person.state("b")) == ("done", "claimed", "open")
    person.act(Undo())
    assert (person.state("k"), person.state("n"), person.state("b")) == ("done", "open", "open")
    person.act(Undo())
    assert person.state("k") == "open"
    assert refused(person, Undo()) == "none"


def test_undo_reaches_only_ones_own_records() -> None:
    ana = opened()
    ana.act(TickItem("k"))
    ben = joined(ana)
    assert refused(ben, Undo()) == "none"
    ben.act(TickItem("n"))
    ana.hear(ben)
    ana.act(Undo())
    assert (ana.state("k"), ana.state("n")) == ("open", "done")


def test_undo_is_refused_once_somebody_has_gone_on_from_there() -> None:
    ana = opened()
    ana.act(TickItem("k"))
    ben = joined(ana)
    ben.act(DeferItem("k", "r"))
    ana.hear(ben)
    assert refused(ana, Undo()) == "overtaken"


def test_undo_does_not_wipe_out_what_a_colleague_wrote_at_the_same_time() -> None:
    ana = opened()
    ben = joined(ana)
    ana.act(TickItem("k"))
    ben.act(DeferItem("k", "r"))
    ana.hear(ben)
    with pytest.raises(RefusedError, match="Ben") as caught:
        ana.act(Undo())
    assert caught.value.code == "overtaken"
    assert ana.state() == "contested"


def test_undoing_the_end_of_a_contest_claims_neither_side() -> None:
    ana = opened()
    ben = joined(ana)
    ana.act(TickItem("k"))
    ben.act(DeferItem("k", "r"))
    ana.hear(ben)
    ana.act(OverrideItem("k", "decided"))
    ana.act(Undo())
    assert ana.state() == "open"


def test_a_note_can_be_taken_back_once() -> None:
    person = opened()
    person.act(TickItem("k"))
    person.act(AddNote("first", "n"))
    person.act(AddNote("second", "n"))
    person.act(Undo())
    assert [note.text for note in person.run.items["n"].notes] == ["first"]
    person.act(Undo())
    assert not person.run.notes
    assert person.state("k") == "done"


def test_redo_brings_back_the_last_undone_and_can_be_undone_again() -> None:
    person = opened()
    assert refused(person, Redo()) == "none"
    person.act(TickItem("k", "42"))
    assert refused(person, Redo()) == "none"
    person.act(Undo())
    person.act(Redo())
    assert (person.state(), person.run.items["k"].detail) == ("done", "42")
    assert refused(person, Redo()) == "none"
    person.act(Undo())
    assert person.state() == "open"


def test_redo_is_refused_after_something_else_happened() -> None:
    ana = opened()
    ana.act(TickItem("k"))
    ana.act(Undo())
    ben = joined(ana)
    ben.act(DeferItem("k", "r"))
    ana.hear(ben)
    assert refused(ana, Redo()) == "overtaken"
    ana.act(TickItem("n"))
    assert refused(ana, Redo()) == "none"


def test_an_undo_says_what_it_reverses() -> None:
    person = opened()
    (done,) = person.act(TickItem("k"))
    (undo,) = person.act(Undo())
    assert undo.sup == (done.id,)
    assert getattr(undo.data, "undoes") == done.id  # noqa: B009
    assert isinstance(person.act(Redo())[0].data, ItemDone)


def test_two_people_of_one_name_are_two_people() -> None:
    ana = opened()
    ana.act(TickItem("k"))
    other = joined(ana, type(ANA)("Ana", "other@example.org"))
    assert refused(other, Undo()) == "none"
    assert BEN != ANA

"""The poll at a pause point: every role is heard, silence is no go, and a freeze holds deploys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.decisions.undoing import last_undoable
from cockpit.release.gates import Gate, gate_of, phase_to_pass
from cockpit.release.intents import (
    AnswerGate,
    ChangeRunState,
    DeferItem,
    LiftFreeze,
    RequestExecution,
    Retarget,
    SetFreeze,
    TickItem,
    Undo,
)
from cockpit.release.ledger import Pinned, state_digest
from cockpit.release.library import Library, SignOffRole
from cockpit.release.narrative import sentence
from cockpit.release.polls import poll_of
from tests.release.support import ANA, BEN, PINNED, Person, opening, plan_to

ROLES = (SignOffRole("ops", "Ops"), SignOffRole("qa", "QA Lead"), SignOffRole("legal", "Legal"))
CHECKLIST = Checklist(
    "short",
    "Short",
    phases=(
        Phase(
            "day", "Day", pause_point=True,
            sections=(Section("s", "S", items=(Item("k", "K", role="ops", killer=True), Item("n", "N", role="qa"))),),
        ),
        Phase("named", "Named", pause_point=True, poll=("legal",), poll_timeout="2m",
              sections=(Section("s", "S", items=(Item("x", "X"),)),)),
        Phase("after", "After", sections=(Section("s", "S", items=(Item("y", "Y", role="ops"),)),)),
    ),
)  # fmt: skip
POLLED = Pinned(PINNED.configuration, (CHECKLIST,), Library(roles=ROLES), PINNED.digest)


def flying() -> Person:
    """Somebody whose release lacks nothing but the answers."""
    person = Person(ANA, pinned=POLLED)
    person.act(opening())
    person.act(TickItem("k"))
    return person


def colleague(person: Person) -> Person:
    other = Person(BEN, person.texts, at=person.at, pinned=POLLED)
    other.hear(person)
    return other


def gate(person: Person, phase: int = 0, *, later: float | None = None) -> Gate:
    now = person.at / 1000 + (later or 0.0)
    return gate_of(person.run, person.run.phases[phase], (), now=now)


def whys(person: Person, phase: int = 0, *, later: float | None = None) -> list[str]:
    return [reason.why for reason in gate(person, phase, later=later).reasons]


def answer(role: str, word: str = "go", **more: str) -> AnswerGate:
    return AnswerGate("day", role, "go" if word == "go" else "no-go", **more)


def test_the_roles_of_the_phases_items_are_polled_and_silence_is_no_go() -> None:
    person = flying()
    assert whys(person) == ["Ops: no answer", "QA Lead (qa): no answer"]
    person.act(answer("ops"))
    assert [reason.item for reason in gate(person).reasons] == ["role:qa"]
    person.act(answer("qa"))
    assert gate(person) == Gate("day", True, ())


def test_a_phase_may_name_its_roles_and_one_without_a_pause_point_polls_nobody() -> None:
    person = flying()
    assert whys(person, 1)[1:] == ["Legal: no answer"]
    assert poll_of(person.run, person.run.phases[2]) == ()
    with pytest.raises(RefusedError) as refusal:
        person.act(AnswerGate("after", "ops", "go"))
    assert refusal.value.code == "no-poll"
    assert "it is no pause point" in refusal.value.what


def test_a_pause_point_that_polls_nobody_says_what_it_lacks_and_where_to_write_it() -> None:
    silent = Phase("silent", "Silent", pause_point=True, sections=(Section("s", "S", items=(Item("z", "Z"),)),))
    checklist = Checklist("own", "Own", phases=(silent,))
    person = Person(ANA, pinned=Pinned(PINNED.configuration, (checklist,), POLLED.library, PINNED.digest))
    person.act(opening())
    with pytest.raises(RefusedError) as refusal:
        person.act(AnswerGate("silent", "ops", "go"))
    assert "names no roles under `poll`, and no item of it has a `role`" in refusal.value.what
    assert "`poll: [ops, qa, legal]` at phase silent in checklists/own.yaml" in refusal.value.fix


def test_the_gate_that_is_next_is_the_first_pause_point_not_passed_and_no_other_that_somebody_began() -> None:
    person = flying()

    def upcoming(*, later: float = 0.0) -> str:
        phase = phase_to_pass(person.run, now=person.at / 1000 + later)
        return phase.phase.id if phase is not None else ""

    person.act(TickItem("x"))
    assert person.run.current_phase is not None
    assert person.run.current_phase.phase.id != "named", "its items are done"
    assert upcoming() == "day", "nobody has answered there"
    person.act(answer("ops"))
    person.act(answer("qa"))
    assert upcoming() == "named"
    person.act(SetFreeze("black friday"))
    assert upcoming() == "named", "what holds every gate alike opens none anew"
    person.act(AnswerGate("named", "legal", "go"))
    assert upcoming() == "named", "all are passed: it is the last that is one"
    person.act(answer("qa", "no-go"))
    assert upcoming() == "day"


def test_a_phase_without_killers_is_held_by_each_item_that_is_open() -> None:
    person = flying()
    (why,) = whys(person, 2)
    assert why.startswith("Y is open; no item of this phase is marked")
    person.act(DeferItem("y", "tomorrow"))
    assert whys(person, 2) == []
    person.act(Undo("y"))
    person.act(TickItem("y"))
    assert gate(person, 2).go


def test_a_no_go_names_who_for_whom_and_why() -> None:
    person = flying()
    person.act(answer("ops"))
    person.act(answer("qa", "no-go", on_behalf="Cem", reason="checkout is slow"))
    assert whys(person) == ["QA Lead (qa): no-go by Ana on behalf of Cem: checkout is slow"]
    person.act(answer("qa", on_behalf="Cem"))
    assert gate(person).go


def test_who_lets_the_time_run_out_says_no() -> None:
    person = flying()
    assert whys(person, later=3600) == ["Ops: no answer", "QA Lead (qa): no answer"], "nobody has begun"
    person.act(answer("ops"))
    assert whys(person, later=60) == ["QA Lead (qa): no answer"]
    assert whys(person, later=901) == ["QA Lead (qa): time-out, no answer within 15m"]
    person.act(answer("qa"))
    assert gate(person, later=901).go, "late is better than never"


def test_one_person_may_hold_several_roles_and_it_shows() -> None:
    person = flying()
    person.act(answer("ops"))
    person.act(answer("qa"))
    assert [(one.role, one.also) for one in poll_of(person.run, person.run.phases[0])] == [
        ("ops", ("qa",)),
        ("qa", ("ops",)),
    ]
    person.act(answer("qa", on_behalf="Cem"))
    assert [one.also for one in poll_of(person.run, person.run.phases[0])] == [(), ()]


def test_an_answer_holds_for_the_commit_that_it_was_given_for() -> None:
    person = flying()
    for role in ("ops", "qa"):
        person.act(answer(role))
    person.act(Retarget("v3", "3" * 40))
    assert whys(person)[0] == "Ops: go by Ana was for v2, the run flies v3: ask again"
    for role in ("ops", "qa"):
        person.act(answer(role))
    assert gate(person).go


def test_of_answers_given_apart_the_no_go_stands() -> None:
    ana = flying()
    ben = colleague(ana)
    ben.at += 1000
    ana.act(answer("ops", "no-go"))
    ben.act(answer("ops"))
    ana.hear(ben)
    ben.hear(ana)
    assert whys(ana)[0] == whys(ben)[0] == "Ops: no-go by Ana", "though the go came later"
    ben.act(answer("ops"))
    ana.hear(ben)
    assert [reason.item for reason in gate(ana).reasons] == ["role:qa"]


def test_roles_and_phases_that_there_are_not_are_refused_with_those_there_are() -> None:
    person = flying()
    with pytest.raises(NotFoundError) as refusal:
        person.act(answer("legal"))
    assert "ops, qa" in refusal.value.fix
    with pytest.raises(NotFoundError):
        person.act(AnswerGate("nowhere", "ops", "go"))
    person.act(ChangeRunState("closed"))
    with pytest.raises(RefusedError):
        person.act(answer("ops"))


def test_an_answer_is_told_in_the_timeline_and_never_undone() -> None:
    person = flying()
    (record,) = person.act(answer("qa", on_behalf="Cem"))
    assert sentence(record, person.run) == "answered go for qa at day, on behalf of Cem"
    assert last_undoable(person.run, ANA) is None
    with pytest.raises(RefusedError, match="answer again"):
        person.act(Undo())


def test_a_held_run_is_no_go() -> None:
    person = flying()
    for role in ("ops", "qa"):
        person.act(answer(role))
    person.act(ChangeRunState("held", "payment provider down"))
    assert [reason.item for reason in gate(person).reasons] == ["run:held"]
    person.act(ChangeRunState("active"))
    assert gate(person).go


def test_a_freeze_holds_deploys_and_gates_and_lets_a_rollback_through() -> None:
    person = flying()
    for role in ("ops", "qa"):
        person.act(answer(role))
    (record,) = person.act(SetFreeze("black friday"))
    assert record.stream.endswith("/_service")
    with pytest.raises(RefusedError, match=r"change freeze by Ana since 20.*: black friday") as refusal:
        person.act(RequestExecution("x", plan_to("v3", direction="deploy", commit="3" * 40), "v3"))
    assert refusal.value.code == "frozen"
    assert [reason.item for reason in gate(person).reasons] == ["freeze"]
    with pytest.raises(RefusedError, match="already"):
        person.act(SetFreeze())
    person.act(RequestExecution("y", plan_to(), "v1"))
    person.act(LiftFreeze())
    assert person.run.frozen is None
    with pytest.raises(RefusedError):
        person.act(LiftFreeze())


def test_a_freeze_outlasts_a_lifting_that_did_not_know_of_it() -> None:
    ana = flying()
    ana.act(SetFreeze("first"))
    ben = colleague(ana)
    ana.act(LiftFreeze())
    ana.act(SetFreeze("second"))
    ben.act(LiftFreeze())
    ana.hear(ben)
    ben.hear(ana)
    assert ana.run.frozen is not None
    assert ana.run.frozen.reason == "second"
    assert state_digest(ana.run) == state_digest(ben.run)


_WORDS = st.tuples(st.sampled_from(["ops", "qa"]), st.sampled_from(["go", "no-go"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _WORDS, st.booleans()), max_size=8))
def test_however_people_answer_it_is_go_only_where_every_role_last_said_go(
    answers: list[tuple[bool, tuple[str, str], bool]],
) -> None:
    ana = flying()
    ben = colleague(ana)
    for by_ben, (role, word), exchange in answers:
        (ben if by_ben else ana).act(answer(role, word))
        if exchange:
            ana.hear(ben)
            ben.hear(ana)
    ana.hear(ben)
    ben.hear(ana)
    assert gate(ana) == gate(ben)
    heads = [
        {head.data.answer for head in register.heads}  # type: ignore[attr-defined]
        for (entity, name), register in ana.run.registers.items()
        if name == "answer"
    ]
    assert gate(ana).go == (len(heads) == 2 and all(words == {"go"} for words in heads))

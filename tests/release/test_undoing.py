"""Undo and redo by two people in any order: what was is back, what was done is done again, nobody else is touched."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from cockpit.errors import RefusedError
from cockpit.release.decisions.undoing import last_redoable, last_undoable
from cockpit.release.events import ItemEvent, register_of
from cockpit.release.intents import (
    AddNote,
    AttachEvidence,
    ClaimItem,
    DeferItem,
    Intent,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
    Undo,
)
from tests.release.support import ANA, BEN, Person, joined, opened, plan_to, record

ITEMS = ("k", "b")
Shown = tuple[object, ...]


def shown(person: Person, item: str) -> Shown:
    """Return what a person sees of an item: state, whose word it is and since when, claim, and the notes' texts."""
    view = person.run.items[item]
    by = (view.by, view.at) if view.state != "open" else None
    return (view.state, by, view.detail if by else "", view.claimed_by, [note.text for note in view.notes])


def everything(person: Person) -> list[Shown]:
    return [shown(person, item) for item in ITEMS]


def code_of(person: Person, intent: Intent) -> str:
    with pytest.raises(RefusedError) as caught:
        person.act(intent)
    return caught.value.code


def test_several_undos_are_redone_one_by_one() -> None:
    person = opened()
    seen = [everything(person)]
    for wish in (DeferItem("k", "to Monday"), TickItem("k", "42"), AddNote("look", "b"), ClaimItem("b")):
        person.act(wish)
        seen.append(everything(person))
    for before in seen[-2::-1]:
        person.act(Undo())
        assert everything(person) == before
    assert code_of(person, Undo()) == "none"
    for after in seen[1:]:
        person.act(Redo())
        assert everything(person) == after
    assert code_of(person, Redo()) == "none"
    person.act(Undo())
    assert everything(person) == seen[-2]


def test_something_new_ends_what_could_be_redone() -> None:
    person = opened()
    person.act(TickItem("k"))
    person.act(TickItem("b"))
    person.act(Undo())
    person.act(Undo())
    person.act(Redo())
    person.act(TickItem("n"))
    assert code_of(person, Redo()) == "none"


def test_an_undo_of_a_colleagues_change_gives_them_their_word_back() -> None:
    ana = opened()
    ana.act(TickItem("k", "42"))
    ben = joined(ana)
    before = shown(ben, "k")
    ben.act(DeferItem("k", "no"))
    ben.act(Undo())
    assert shown(ben, "k") == before
    assert ben.run.items["k"].by == ANA


def test_letting_a_colleagues_claim_go_is_undone_into_their_claim() -> None:
    ana = opened()
    ana.act(ClaimItem("k"))
    ben = joined(ana)
    ben.act(UnclaimItem("k"))
    ben.act(Undo())
    assert ben.run.items["k"].claimed_by == ANA


def test_letting_a_claim_go_beside_a_concurrent_one_is_undone_into_the_claim_that_held() -> None:
    ana = opened()
    ana.act(ClaimItem("k"))
    ben = joined(ana)
    ben.act(UnclaimItem("k"))
    ana.act(UnclaimItem("k"))
    ana.act(ClaimItem("k"))
    ben.hear(ana)
    assert ben.run.items["k"].claimed_by == ANA
    ben.act(UnclaimItem("k"))
    ben.act(Undo())
    assert ben.run.items["k"].claimed_by == ANA


def test_nobody_puts_words_into_a_colleagues_mouth() -> None:
    """An event that calls itself an undo, and says what was never said, stands under its writer's name."""
    ana = opened()
    (tick,) = ana.act(TickItem("k", "42"))
    ben = joined(ana)
    (deferral,) = ben.act(DeferItem("k", "no"))
    forged = type(tick.data)(undoes=deferral.id, value=ben.texts.seal("41"), commit="2" * 40)
    ben.ledger.add([record(forged, "item:k", h=(ben.at + 1, 0), w="f" * 32, by=BEN, sup=[deferral])])
    view = ben.run.items["k"]
    assert (view.state, view.detail, view.by) == ("done", "41", BEN)


def test_nothing_that_was_executed_is_undone_or_undone_past() -> None:
    person = opened()
    person.act(TickItem("k"))
    person.act(RequestExecution("x", plan_to(), "v1"))
    assert last_undoable(person.run, ANA) is None
    assert code_of(person, Undo()) == "not-undoable"
    person.act(Undo("k"))
    assert person.state("k") == "open"
    person.act(TickItem("b"))
    person.act(Undo())
    assert code_of(person, Undo()) == "not-undoable"


def test_an_attachment_and_a_retarget_are_not_undone_and_what_came_before_is_shown_first() -> None:
    person = opened()
    (tick,) = person.act(TickItem("k"))
    person.act(AttachEvidence("k", "a.txt", b"a"))
    person.act(Retarget("v3", "3" * 40))
    assert last_undoable(person.run, ANA) == tick


def test_what_was_shown_is_what_is_undone_and_redone() -> None:
    person = opened()
    (first,) = person.act(TickItem("k"))
    (second,) = person.act(TickItem("b"))
    assert code_of(person, Undo(record=first.id)) == "overtaken"
    person.act(Undo(record=second.id))
    assert last_redoable(person.run, ANA) == second
    assert code_of(person, Redo(record=first.id)) == "overtaken"
    person.act(Redo(record=second.id))


_WISHES = st.one_of(
    st.builds(TickItem, st.sampled_from(ITEMS), st.sampled_from(["", "42"])),
    st.builds(ReopenItem, st.sampled_from(ITEMS)),
    st.builds(DeferItem, st.sampled_from(ITEMS), st.sampled_from(["later", "never"])),
    st.builds(ClaimItem, st.sampled_from(ITEMS)),
    st.builds(UnclaimItem, st.sampled_from(ITEMS)),
    st.builds(AddNote, st.sampled_from(["first", "second"]), st.sampled_from(ITEMS)),
)


class TwoPeople(RuleBasedStateMachine):
    """Ana and Ben write, undo and redo; each hears the other now and then.

    `past` and `future` are what each has seen right before and right after each own change, item by item, as a model
    of two stacks; it is forgotten where the other's word came between.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ana = opened()
        self.ben = joined(self.ana, BEN)
        self.past: dict[str, list[tuple[str, Shown, Shown]]] = {"Ana": [], "Ben": []}
        self.future: dict[str, list[tuple[str, Shown, Shown]]] = {"Ana": [], "Ben": []}

    @property
    def people(self) -> dict[str, Person]:
        return {"Ana": self.ana, "Ben": self.ben}

    @rule(who=st.sampled_from(["Ana", "Ben"]), wish=_WISHES)
    def write(self, who: str, wish: Intent) -> None:
        person, item = self.people[who], getattr(wish, "item")  # noqa: B009
        before = shown(person, item)
        try:
            person.act(wish)
        except RefusedError:
            assert shown(person, item) == before
            return
        self.past[who].append((item, before, shown(person, item)))
        self.future[who].clear()

    @rule(who=st.sampled_from(["Ana", "Ben"]))
    def undo(self, who: str) -> None:
        self._step(who, Undo(), self.past[who], self.future[who], back=True)

    @rule(who=st.sampled_from(["Ana", "Ben"]))
    def redo(self, who: str) -> None:
        self._step(who, Redo(), self.future[who], self.past[who], back=False)

    def _step(
        self,
        who: str,
        wish: Intent,
        stack: list[tuple[str, Shown, Shown]],
        other: list[tuple[str, Shown, Shown]],
        *,
        back: bool,
    ) -> None:
        person = self.people[who]
        whole, known = everything(person), {each.id for each in person.run.records}
        show = last_undoable if back else last_redoable
        promised = show(person.run, person.actor)
        try:
            written = person.act(wish)
        except RefusedError as error:
            assert error.code == ("overtaken" if stack else "none")
            assert everything(person) == whole
            if stack:
                assert _anothers_word(person, promised.ent if promised is not None else "")
            return
        assert promised is not None, "it is shown first"
        assert promised.by == person.actor, "only one's own"
        item, before, after = stack.pop()
        other.append((item, before, after))
        for each in written:
            assert each.id not in known
            for replaced in each.sup:
                assert replaced in known, "only what was seen is replaced"
                assert _own_or_taken_back(person, replaced)
        expected, was = (before, after) if back else (after, before)
        if whole[ITEMS.index(item)] == was and expected[0] != "contested":
            assert shown(person, item) == expected
        for rest in ITEMS:
            if rest != item:
                assert shown(person, rest) == whole[ITEMS.index(rest)]

    @rule(who=st.sampled_from(["Ana", "Ben"]))
    def hear(self, who: str) -> None:
        one, other = (self.ana, self.ben) if who == "Ana" else (self.ben, self.ana)
        one.hear(other)

    @precondition(lambda self: self.ana.run.records != self.ben.run.records)
    @rule()
    def both_hear(self) -> None:
        self.ana.hear(self.ben)
        self.ben.hear(self.ana)
        assert everything(self.ana) == everything(self.ben)


def _own_or_taken_back(person: Person, identity: str) -> bool:
    """Whether a record is the person's, or one by which a colleague took their own back."""
    (found,) = (each for each in person.run.records if each.id == identity)
    is_reversal = isinstance(found.data, ItemEvent) and bool(found.data.undoes or found.data.redoes)
    return found.by == person.actor or is_reversal


def _anothers_word(person: Person, entity: str) -> bool:
    """Whether somebody else wrote to the register that a refusal speaks of."""
    return any(
        each.ent == entity and each.by != person.actor and isinstance(each.data, ItemEvent) and register_of(each.kind)
        for each in person.run.records
    )


TestTwoPeople = TwoPeople.TestCase
TestTwoPeople.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_giving_a_colleagues_claim_back_by_undo_is_no_claim_of_ones_own() -> None:
    ana = opened()
    ana.act(ClaimItem("b"))
    ben = joined(ana)
    ben.act(UnclaimItem("b"))
    ben.act(Undo())
    view = ben.run.items["b"]
    assert (view.claimed_by, view.lost_claims, view.detail) == (ANA, (), "")

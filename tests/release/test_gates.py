"""Pause points: nothing is waved through, and what was let through is not forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.errors import CockpitError
from cockpit.release.gates import Gate, debt_of, gate_of
from cockpit.release.intents import (
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    Intent,
    MarkNotApplicable,
    OverrideItem,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
    Undo,
)
from cockpit.release.live import ProbeFeed
from cockpit.release.run import Run
from tests.release.support import ANA, BEN, NOW, Person, joined, opened, plan_to

FINE = (("api", "ok"),)


def gate(run: Run, probes: Sequence[tuple[str, str]] = FINE) -> Gate:
    return gate_of(run, run.phases[0], probes, now=NOW / 1000)


def ticked() -> Person:
    """Somebody whose killer items are both done."""
    person = opened()
    for item in ("k", "b"):
        person.act(TickItem(item))
    return person


def test_go_needs_the_killer_items_and_nothing_else() -> None:
    person = opened()
    person.act(TickItem("k"))
    assert [reason.item for reason in gate(person.run).reasons] == ["b"]
    person.act(TickItem("b"))
    assert gate(person.run) == Gate("day", True, ())


@pytest.mark.parametrize(
    ("intent", "word"),
    [(DeferItem("k", "later"), "deferred"), (OverrideItem("k", "vendor"), "overridden"), (ReopenItem("k"), "open")],
)
def test_a_killer_that_is_not_done_is_named_with_its_state(intent: Intent, word: str) -> None:
    person = ticked()
    person.act(intent)
    (reason,) = gate(person.run).reasons
    assert (reason.item, reason.why) == ("k", f"A killer: {word}")


def test_a_killer_that_does_not_apply_holds_nothing_up() -> None:
    person = ticked()
    person.act(MarkNotApplicable("k", "no payments here"))
    assert gate(person.run).go


def test_any_contested_item_holds_the_gate() -> None:
    ana = ticked()
    ben = joined(ana)
    ben.act(DeferItem("n", "later"))
    ana.act(TickItem("n"))
    ana.hear(ben)
    assert [reason.why for reason in gate(ana.run).reasons] == ["Nice to have: contested"]


@pytest.mark.parametrize("state", ["down", "unknown"])
def test_a_probe_that_is_down_or_blind_holds_the_gate(state: str) -> None:
    (reason,) = gate(ticked().run, [("api", state), ("shop", "degraded")]).reasons
    assert (reason.item, reason.why) == ("probe:api", f"api is {state}")


def test_an_execution_that_is_not_over_holds_the_gate_and_after_a_rollback_what_was_bound_does() -> None:
    person = ticked()
    person.act(RequestExecution("x", plan_to(), "v1"))
    assert [reason.why for reason in gate(person.run).reasons] == ["a rollback is requested"]
    person.act(EndExecution("x", "succeeded", "", "v1"))
    assert person.state("b") == "suspended"
    grounded, suspended = [reason.why for reason in gate(person.run).reasons]
    assert suspended == "Bound: suspended"
    assert "rolled back" in grounded
    assert "release retarget" in grounded
    person.act(Retarget("v3", "3" * 40))
    assert [reason.why for reason in gate(person.run).reasons] == ["Bound: suspended"]
    person.act(TickItem("b"))
    assert gate(person.run).go, "the fix is ready to be deployed"


_ITEMS = st.sampled_from(["k", "b", "n", "two"])
_WISHES = st.one_of(
    st.builds(TickItem, _ITEMS),
    st.builds(ReopenItem, _ITEMS),
    st.builds(DeferItem, _ITEMS, st.just("later")),
    st.builds(OverrideItem, _ITEMS, st.just("vendor")),
    st.builds(MarkNotApplicable, _ITEMS, st.just("none")),
    st.builds(ClaimItem, _ITEMS),
    st.builds(UnclaimItem, _ITEMS),
    st.builds(Undo, st.sampled_from(["", "k", "b"])),
    st.builds(Redo, st.sampled_from(["", "k", "b"])),
    st.builds(ChangeRunState, st.sampled_from(["active", "held", "aborted", "closed"]), st.just("so")),
    st.builds(RequestExecution, st.just("x"), st.just(plan_to()), st.just("v1")),
    st.builds(EndExecution, st.just("x"), st.sampled_from(["succeeded", "unverified", "aborted"]), st.just("")),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ana", "ben", "both hear"]), _WISHES), max_size=14))
def test_no_sequence_of_wishes_makes_the_gate_go_without_its_killers(steps: list[tuple[str, Intent]]) -> None:
    ana = opened()
    people = {"ana": ana, "ben": joined(ana, BEN)}
    for who, wish in steps:
        if who == "both hear":
            people["ana"].hear(people["ben"])
            people["ben"].hear(people["ana"])
        else:
            with contextlib.suppress(CockpitError):
                people[who].act(wish)
        for person in people.values():
            run = person.run
            if gate(run).go:
                assert {person.state("k"), person.state("b")} <= {"done", "na"}
                assert "contested" not in {view.state for view in run.items.values()}
                assert run.current_execution is None


def test_debt_names_what_was_let_through_with_reason_and_author() -> None:
    person = opened()
    person.act(DeferItem("n", "to 4.1"))
    person.act(OverrideItem("k", "ticket 812"))
    person.act(TickItem("two"))
    person.act(MarkNotApplicable("e", "none"))
    debts = {debt.item: (debt.kind, debt.reason, debt.by) for debt in debt_of(person.run)}
    assert debts == {
        "n": ("deferred", "to 4.1", ANA.name),
        "k": ("overridden", "ticket 812", ANA.name),
        "two": ("second person unverified", "", ANA.name),
    }


@pytest.mark.parametrize(
    ("state", "raw", "age", "reliable"),
    [
        ("ok", "ok", 1.0, "ok"),
        ("ok", "ok", 31.0, "unknown"),
        ("ok", "unknown", 1.0, "unknown"),
        ("degraded", "down", 1.0, "degraded"),
        ("down", "down", 1.0, "down"),
        ("paused", "paused", 1000.0, "paused"),
    ],
)
def test_a_probe_is_relied_on_only_while_it_is_watched(state: str, raw: str, age: float, reliable: str) -> None:
    feed = ProbeFeed("api", "API", state, 0.0, raw, None, "", 1000.0 - age, 10.0)
    assert feed.reliable(1000.0) == reliable

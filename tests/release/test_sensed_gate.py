"""Whatever people wish, observers say and clocks do: no gate goes by what is not done or not known."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.errors import CockpitError
from cockpit.release.gates import gate_of
from cockpit.release.intents import (
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    Intent,
    MarkNotApplicable,
    OverrideItem,
    RecordFact,
    Redo,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    Undo,
)
from tests.release.oracle import complaint
from tests.release.sensed import HOUR, T0, State, flying, observed, pinned_with, see
from tests.release.support import BEN, Person, plan_to

_ITEMS = st.sampled_from(["k", "s", "c", "n", "h"])
_WISHES: st.SearchStrategy[Intent] = st.one_of(
    st.builds(TickItem, _ITEMS),
    st.builds(TickItem, _ITEMS),
    st.builds(ReopenItem, _ITEMS),
    st.builds(DeferItem, _ITEMS, st.just("later")),
    st.builds(OverrideItem, _ITEMS, st.just("vendor")),
    st.builds(MarkNotApplicable, _ITEMS, st.just("none")),
    st.builds(ClaimItem, _ITEMS),
    st.builds(Undo),
    st.builds(Redo),
    st.builds(Retarget, st.sampled_from(["v2", "v3"]), st.sampled_from(["2" * 40, "3" * 40])),
    st.builds(ChangeRunState, st.sampled_from(["active", "held"]), st.just("so")),
    st.builds(RequestExecution, st.just("x"), st.just(plan_to()), st.just("v1")),
    st.builds(EndExecution, st.just("x"), st.sampled_from(["succeeded", "aborted"]), st.just("")),
)
_STATES: st.SearchStrategy[State] = st.sampled_from(["ok", "ok", "ok", "failed", "unknown"])
_OBSERVERS = st.sampled_from(["web1", "web2"])
_COMMITS = st.sampled_from(["2" * 40, "3" * 40])


@st.composite
def _observations(draw: st.DrawFn, now: float) -> Intent:
    data = observed(
        draw(_STATES), observer=draw(_OBSERVERS), at=now, lasts=draw(st.sampled_from([60.0, HOUR, 3 * HOUR])),
        commit=draw(_COMMITS), moved=draw(st.sampled_from(["", "", "", "docs/ has changed"])),
    )  # fmt: skip
    return RecordFact(f"item:{draw(_ITEMS)}", data)


@pytest.mark.full
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_sequence_reaches_go_by_what_is_open_unknown_stale_regressed_or_contested(data: st.DataObject) -> None:
    now = T0
    ana = flying()
    for item in ("k", "s", "c", "n", "h"):  # mostly from where the gate goes, or nearly so: there is more to break
        if data.draw(st.integers(0, 9)):
            see(ana, item, observed("ok", lasts=3 * HOUR))
            if (item != "c" and data.draw(st.booleans())) or item == "s":
                ana.act(TickItem(item))
    ben = Person(BEN, ana.texts, at=ana.at, pinned=pinned_with())
    ben.hear(ana)
    for _ in range(data.draw(st.integers(0, 12))):
        who = data.draw(st.sampled_from(["ana", "ana", "ben", "both hear", "time passes"]))
        if who == "both hear":
            ana.hear(ben)
            ben.hear(ana)
        elif who == "time passes":
            passed = data.draw(st.sampled_from([30.0, HOUR / 2, 2 * HOUR]))
            now += passed
            for person in (ana, ben):
                person.at += int(passed * 1000)
        else:
            wish = data.draw(st.one_of(_WISHES, _observations(now)))
            with contextlib.suppress(CockpitError):
                (ana if who == "ana" else ben).act(wish)
        for person in (ana, ben):
            run = person.run
            if gate_of(run, run.phases[0], (), now=now).go:
                assert run.current_execution is None
                assert {item: why for item, view in run.items.items() if (why := complaint(run, view, now))} == {}


def test_a_gate_goes_where_everything_is_seen_and_done() -> None:
    person = flying()
    for item in ("k", "c", "s", "n"):
        see(person, item, observed("ok"))
    person.act(TickItem("s"))
    assert gate_of(person.run, person.run.phases[0], (), now=T0 + 60).go
    later = gate_of(person.run, person.run.phases[0], (), now=T0 + 2 * HOUR)
    assert [reason.why for reason in later.reasons] == [
        "A killer: unknown (no news from web1: it was ok)",
        "Supported: unknown (no news from web1: it was ok)",
        "Bound to the commit: unknown (no news from web1: it was ok)",
    ]

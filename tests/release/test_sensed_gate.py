"""Whatever people wish, observers say and clocks do: no gate goes by what is not done or not known."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.errors import CockpitError
from cockpit.release.events import (
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemObserved,
    ItemOverridden,
    ItemReopened,
)
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
from cockpit.release.run import ItemView, Run
from cockpit.times import epoch
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


def _last_words(run: Run, item: str) -> list[ItemObserved]:
    """Return what each observer said last of an item, read from the records and not from the fold."""
    words: dict[str, ItemObserved] = {}
    for record in sorted(run.records, key=lambda each: each.order):
        if isinstance(record.data, ItemObserved) and record.ent == f"item:{item}":
            words[record.data.observer] = record.data
    return list(words.values())


def _complaint(run: Run, view: ItemView, now: float) -> str:
    """Return why no gate may go by this item, told from the raw words of people and observers; empty if it may."""
    heads = view.register.heads
    if len({type(head.data) for head in heads}) > 1:
        return "contested"
    killer, hand = view.item.killer, heads[0].data if heads else ItemReopened(undoes="nothing")
    if isinstance(hand, ItemNotApplicable):
        return ""
    if isinstance(hand, (ItemDeferred, ItemOverridden)):
        return "a killer was let through" if killer else ""
    done = isinstance(hand, ItemDone)
    if view.item.check is None or (view.item.id == "c" and run.state == "rolled-back"):
        return "" if done or not killer else "an open killer"
    said = _last_words(run, view.item.id)
    valid = [each for each in said if epoch(each.valid_until) > now]
    well = [each for each in valid if each.state == "ok" and not each.moved]
    if view.item.id == "c":
        well = [each for each in well if each.commit == run.commit]
    all_well = bool(well) and len(well) == len(valid)
    if done:
        return "" if not said or all_well else "done, and its check does not hold, or nobody knows"
    if not view.item.check.closes or (heads and not getattr(hand, "undoes", "")):
        if any(each.state == "failed" for each in valid):
            return "a check fails"
        return "an open killer" if killer else ""
    if all_well:
        return ""
    never_held = not any(
        isinstance(record.data, ItemObserved) and record.data.state == "ok"
        for record in run.records
        if record.ent == f"item:{view.item.id}"
    )
    open_at_most = never_held and any(each.state == "failed" for each in valid) and not killer
    return "" if open_at_most else "nobody has closed it, or its check stopped holding"


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
                assert {item: why for item, view in run.items.items() if (why := _complaint(run, view, now))} == {}


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

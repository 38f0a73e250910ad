"""The same where the run is migrated, two persons must answer, and the service is frozen: no gate goes by it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import CockpitError
from cockpit.release.checklist import Item
from cockpit.release.checks import Check, CommandCheck, check_digest
from cockpit.release.events import ItemDone
from cockpit.release.gates import debt_of, gate_of
from cockpit.release.intents import (
    AnswerItem,
    ChallengeItem,
    ClaimItem,
    DeferItem,
    Intent,
    LiftFreeze,
    MarkNotApplicable,
    MigrateRun,
    MoveLaunch,
    OverrideItem,
    RecordFact,
    Redo,
    ReopenItem,
    Retarget,
    SetFreeze,
    TickItem,
    Undo,
)
from cockpit.release.ledger import Pinned
from cockpit.release.run import ItemView, Run
from tests.release.oracle import complaint
from tests.release.sensed import CHECKED, CLOSING, HOUR, T0, State, observed, pinned_with
from tests.release.support import ANA, BEN, RUN_ID, Person, opening

TWO = Item("w", "Two persons", killer=True, two_person=True)
OTHER = Check(command=CommandCheck(run="another"), closes=True, expires="1h")


def _pinned(digest: str, *items: Item) -> Pinned:
    (phase,) = CHECKED.phases
    checklist = replace(CHECKED, phases=(replace(phase, sections=(replace(phase.sections[0], items=items),)),))
    return replace(pinned_with(), checklists=(checklist,), digest=digest)


_K, _S, _C, _N, _H = CHECKED.phases[0].sections[0].items
FIRST = _pinned("d" * 64, _K, _S, _C, _N, _H, TWO)
# Another check for the killer; what a check supported is a person's alone; one item is gone, and one is new.
SECOND = _pinned(
    "e" * 64, replace(_K, check=OTHER), replace(_S, check=None), _C, _H, TWO, Item("x", "New", killer=True)
)
THIRD = replace(SECOND, digest="f" * 64)
FILES = {pinned.digest: pinned for pinned in (FIRST, SECOND, THIRD)}


class Flyer(Person):
    """Somebody whose cockpit turns to the files that the run is migrated to."""

    @property
    def run(self) -> Run:
        pins = self.ledger.pins()
        return self.ledger.snapshot(RUN_ID, FILES[pins.digest] if pins is not None else FIRST)


def _migration(pinned: Pinned) -> MigrateRun:
    return MigrateRun(pinned.digest, {}, ("short",), "edited")


_ITEMS = st.sampled_from(["k", "s", "c", "h", "w", "x", "n"])
_WISHES: st.SearchStrategy[Intent] = st.one_of(
    st.builds(TickItem, _ITEMS),
    st.builds(TickItem, _ITEMS),
    st.builds(ChallengeItem, st.just("w"), st.just("seen")),
    st.builds(AnswerItem, st.just("w"), st.just("seen, too")),
    st.builds(ReopenItem, _ITEMS),
    st.builds(DeferItem, _ITEMS, st.just("later")),
    st.builds(OverrideItem, _ITEMS, st.just("vendor")),
    st.builds(MarkNotApplicable, _ITEMS, st.just("none")),
    st.builds(ClaimItem, _ITEMS),
    st.builds(Undo),
    st.builds(Redo),
    st.builds(SetFreeze),
    st.builds(LiftFreeze),
    st.builds(Retarget, st.sampled_from(["v2", "v3"]), st.sampled_from(["2" * 40, "3" * 40])),
    st.builds(MigrateRun, st.sampled_from(list(FILES)), st.just({}), st.just(("short",)), st.just("edited")),
    st.builds(MigrateRun, st.sampled_from(list(FILES)), st.just({}), st.just(("short",)), st.just("edited")),
)
_STATES: st.SearchStrategy[State] = st.sampled_from(["ok", "ok", "ok", "failed", "unknown"])


def _word(item: str, state: State, now: float, *, checks: str, observer: str = "web1", lasts: float = HOUR) -> Intent:
    """What a watcher writes down that flies by the files of that digest, or by nobody knows which."""
    items = {each.id: each for each in FILES.get(checks, FIRST).checklists[0].phases[0].sections[0].items}
    check = items[item].check if item in items else None
    by_check = check_digest(check) if check is not None and checks else ""
    return RecordFact(
        f"item:{item}", replace(observed(state, observer=observer, at=now, lasts=lasts), by_check=by_check)
    )


@st.composite
def _observations(draw: st.DrawFn, now: float) -> Intent:
    return _word(
        draw(_ITEMS), draw(_STATES), now, checks=draw(st.sampled_from([*FILES, ""])),
        observer=draw(st.sampled_from(["web1", "web2"])), lasts=draw(st.sampled_from([60.0, HOUR, 3 * HOUR])),
    )  # fmt: skip


def _everything(person: Flyer, digest: str, now: float) -> None:
    """Let a person bring the gate to go by the files of that digest, as far as it can be brought."""
    for view in list(person.run.items.values()):
        if view.item.check is not None:
            person.act(_word(view.id, "ok", now, checks=digest, lasts=3 * HOUR))
        if view.item.check is None or not view.item.check.closes:
            with contextlib.suppress(CockpitError):
                person.act(TickItem(view.id))


def _two_persons_complaint(run: Run, view: ItemView) -> str:
    """Return why no gate may go by the item of two persons: one alone may, and it is told as a debt."""
    said = view.register.winner.data if view.register.winner is not None else None
    if not isinstance(said, ItemDone):
        return complaint(run, view, T0)
    records = {record.id: record for record in run.records}
    first = records.get(said.answers)
    verified = first is not None and view.register.winner is not None and first.by != view.register.winner.by
    owed = any(debt.item == view.id for debt in debt_of(run))
    return "" if verified or owed else "one person alone, and nobody is told"


@pytest.mark.full
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_sequence_reaches_go_by_what_another_check_saw_or_one_person_said(data: st.DataObject) -> None:
    now = T0
    ana = Flyer(ANA, pinned=FIRST)
    ana.act(opening())
    if data.draw(st.booleans()):
        ana.act(_migration(SECOND))
    if data.draw(st.integers(0, 4)):
        pins = ana.ledger.pins()
        assert pins is not None
        _everything(ana, pins.digest, now)
    ben = Flyer(BEN, ana.texts, at=ana.at)
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
                assert run.frozen is None
                assert run.contests == ()
                told = {
                    item: why
                    for item, view in run.items.items()
                    if (why := _two_persons_complaint(run, view) if item == "w" else complaint(run, view, now))
                }
                assert told == {}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_two_who_have_heard_each_other_are_at_the_same_gate(data: st.DataObject) -> None:
    ana = Flyer(ANA, pinned=FIRST)
    ana.act(opening())
    ben = Flyer(BEN, ana.texts, at=ana.at)
    ben.hear(ana)
    for _ in range(data.draw(st.integers(0, 10))):
        person = data.draw(st.sampled_from([ana, ben]))
        with contextlib.suppress(CockpitError):
            person.act(data.draw(st.one_of(_WISHES, _observations(T0))))
    ana.hear(ben)
    ben.hear(ana)
    gates = [gate_of(person.run, person.run.phases[0], (), now=T0) for person in (ana, ben)]
    assert gates[0] == gates[1]
    assert ana.run.digest == ben.run.digest


def test_a_gate_goes_before_a_migration_and_not_by_the_same_words_after_it() -> None:
    person = Flyer(ANA, pinned=FIRST)
    person.act(opening())
    _everything(person, FIRST.digest, T0)
    assert gate_of(person.run, person.run.phases[0], (), now=T0 + 60).go
    person.act(_migration(SECOND))
    reasons = [reason.why for reason in gate_of(person.run, person.run.phases[0], (), now=T0 + 60).reasons]
    assert reasons == ["A killer: unknown (no data yet)", "New: open"]
    _everything(person, SECOND.digest, T0)
    assert gate_of(person.run, person.run.phases[0], (), now=T0 + 60).go
    assert CLOSING != OTHER


@pytest.mark.parametrize(
    ("register", "ours", "theirs"),
    [
        ("target", Retarget("v3", "3" * 40), Retarget("v4", "4" * 40)),
        ("launch", MoveLaunch("2027-01-16T08:00:00.000Z"), MoveLaunch("2027-01-17T08:00:00.000Z")),
        ("pins", _migration(SECOND), _migration(THIRD)),
    ],
)
def test_what_two_said_of_the_run_apart_holds_the_gate(register: str, ours: Intent, theirs: Intent) -> None:
    ana = Flyer(ANA, pinned=FIRST)
    ana.act(opening())
    ben = Flyer(BEN, ana.texts, at=ana.at)
    ben.hear(ana)
    ana.act(ours)
    ben.act(theirs)
    ana.hear(ben)
    pins = ana.ledger.pins()
    assert pins is not None
    _everything(ana, pins.digest, T0)
    reasons = gate_of(ana.run, ana.run.phases[0], (), now=T0).reasons
    assert f"run:{register}" in [reason.item for reason in reasons]
    ana.act(ours)  # one of them decides
    assert f"run:{register}" not in [reason.item for reason in gate_of(ana.run, ana.run.phases[0], (), now=T0).reasons]

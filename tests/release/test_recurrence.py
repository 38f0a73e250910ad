"""What recurs: due by the calendar of the service's zone, done by people, the same on every replica."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import CockpitError, NotFoundError, RefusedError
from cockpit.release.decisions.undoing import last_undoable
from cockpit.release.gates import gate_of
from cockpit.release.instances import instance_view, is_instance
from cockpit.release.intents import (
    AddNote,
    AttachEvidence,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    Intent,
    MarkNotApplicable,
    OverrideItem,
    Redo,
    ReopenItem,
    TickItem,
    UnclaimItem,
    Undo,
)
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.narrative import sentence
from cockpit.release.periods import CADENCES, parse_instance
from cockpit.release.recurrence import Almanac, Occurrence, occurrences
from cockpit.release.run import Run
from tests.release.recurring import CARE, CHECKLIST, RUN_ID, at, carer, colleague, without_a_run
from tests.release.support import ANA, BEN, Person

BERLIN = ZoneInfo("Europe/Berlin")
NOW = at("2026-11-26T11:00:00+01:00")  # a Thursday of week 48
DISK = "weekly/2026-W48/disk"


def listed(run: Run, now: float = NOW, *, everything: bool = False) -> dict[str, Occurrence]:
    return {one.id: one for one in occurrences(run, now, BERLIN, everything=everything)}


def states(run: Run, item: str, now: float = NOW, *, everything: bool = False) -> dict[str, str]:
    """The states of one item's instances by period."""
    found = listed(run, now, everything=everything)
    return {one.period.label: one.state for one in found.values() if one.id.endswith(f"/{item}")}


def ticked(person: Person, instance: str, when: str) -> None:
    """Tick it at a time."""
    person.at = round(at(when) * 1000)
    person.act(TickItem(instance))


def test_the_present_period_is_due_the_next_is_upcoming_and_the_last_undone_one_is_overdue() -> None:
    run = carer().run
    assert states(run, "disk") == {"2026-W47": "overdue", "2026-W48": "due", "2026-W49": "upcoming"}
    found = listed(run)
    late = found["weekly/2026-W47/disk"]
    assert late.due_at == at("2026-11-23T00:00:00+01:00")
    assert late.overdue_by == NOW - late.due_at
    assert late.missed == 1, "week 46 was left undone, too; week 45 had begun before the service"
    assert found[DISK].due_at == at("2026-11-30T00:00:00+01:00")
    assert found[DISK].overdue_by == 0.0
    assert states(run, "disk", everything=True)["2026-W46"] == "missed"
    assert "2026-W45" not in states(run, "disk", everything=True)


def test_every_cadence_has_its_instance() -> None:
    found = listed(carer().run)
    due = {one.id for one in found.values() if one.state == "due"}
    assert due == {DISK, "weekly/2026-W48/dumps", "monthly/2026-11/deps", "quarterly/2026-Q4/audit",
                   "annually/2026/drill"}  # fmt: skip
    assert {one.id for one in found.values() if one.state == "upcoming"} == {
        "weekly/2026-W49/disk", "weekly/2026-W49/dumps", "monthly/2026-12/deps", "quarterly/2027-Q1/audit",
        "annually/2027/drill",
    }  # fmt: skip


def test_overdue_comes_first_then_due_then_what_was_done() -> None:
    person = carer()
    person.act(TickItem(DISK))
    order = [one.state for one in occurrences(person.run, NOW, BERLIN)]
    assert order == sorted(order, key=["overdue", "due", "done", "upcoming"].index)


def test_ticking_one_instance_ticks_no_other_and_makes_good_for_what_was_missed() -> None:
    person = carer()
    person.act(TickItem(DISK, "61 % used"))
    assert states(person.run, "disk") == {"2026-W48": "done", "2026-W49": "upcoming"}
    assert states(person.run, "disk", everything=True)["2026-W47"] == "missed"
    assert states(person.run, "dumps")["2026-W48"] == "due"
    view = listed(person.run)[DISK].view
    assert (view.by, view.detail, view.period) == (ANA, "61 % used", "2026-W48")
    assert states(person.run, "disk", at("2026-11-30T00:00:00+01:00")) == {"2026-W49": "due", "2026-W50": "upcoming"}


def test_what_is_done_late_still_shows_in_the_period_in_which_it_was_done() -> None:
    person = carer()
    ticked(person, "weekly/2026-W47/disk", "2026-11-26T10:00:00+01:00")
    assert states(person.run, "disk") == {"2026-W47": "done", "2026-W48": "due", "2026-W49": "upcoming"}


def test_midnight_is_that_of_the_service_also_where_the_clocks_change() -> None:
    person = carer(since="2026-10-12T00:00:00+02:00")
    sunday = at("2026-10-25T23:59:59+01:00")  # the clocks went back in the night before: the day had 25 hours
    assert states(person.run, "disk", sunday)["2026-W43"] == "due"
    assert states(person.run, "disk", sunday + 1)["2026-W43"] == "overdue"


def test_what_is_daily_for_a_while_lasts_as_many_days_of_the_calendar_from_the_launch() -> None:
    launch = "2026-10-20T23:30:00+02:00"  # with a change of the clocks within the fortnight
    person = carer(since="2026-10-20T09:00:00+02:00", launch="2026-10-20T21:30:00.000Z")
    assert states(person.run, "logs", at("2026-10-19T12:00:00+02:00")) == {"2026-10-20": "upcoming"}
    assert states(person.run, "logs", at(launch)) == {"2026-10-20": "due", "2026-10-21": "upcoming"}
    assert states(person.run, "logs", at("2026-11-03T12:00:00+01:00"))["2026-11-03"] == "due", "T+14d"
    after = states(person.run, "logs", at("2026-11-04T12:00:00+01:00"), everything=True)
    assert after["2026-11-03"] == "overdue"
    assert sum(state == "missed" for state in after.values()) == 14
    assert "2026-11-04" not in after
    assert "2026-10-19" not in after


def test_a_window_with_a_day_of_23_hours_ends_on_the_same_day_of_the_calendar() -> None:
    person = carer(since="2026-03-20T09:00:00+01:00", launch="2026-03-20T22:30:00.000Z")  # half past 23 in Berlin
    known = states(person.run, "logs", at("2026-04-05T12:00:00+02:00"), everything=True)
    assert max(known) == "2026-04-03"


def test_without_a_launch_nothing_is_watched_daily() -> None:
    assert states(carer().run, "logs") == {}


def test_after_completion_the_next_one_counts_from_when_it_was_done() -> None:
    person = carer()
    assert states(person.run, "keys") == {"2026-W46": "overdue"}, "one, however long it is left"
    ticked(person, "weekly/2026-W46/keys", "2026-11-25T16:00:00+01:00")  # a Wednesday
    assert states(person.run, "keys") == {"2026-W46": "done", "2026-W49": "upcoming"}
    following = listed(person.run)["weekly/2026-W49/keys"]
    assert following.opens_at == at("2026-12-02T00:00:00+01:00")
    assert following.due_at == at("2026-12-03T00:00:00+01:00")
    assert states(person.run, "keys", at("2026-12-02T08:00:00+01:00"))["2026-W49"] == "due"
    assert states(person.run, "keys", at("2026-12-20T08:00:00+01:00"))["2026-W49"] == "overdue"


def test_after_completion_done_ahead_is_not_asked_for_again_in_the_same_period() -> None:
    person = carer()
    ticked(person, "weekly/2026-W46/keys", "2026-11-11T16:00:00+01:00")
    ticked(person, "weekly/2026-W47/keys", "2026-11-12T16:00:00+01:00")
    found = listed(person.run, at("2026-11-13T12:00:00+01:00"))
    assert [
        (one.period.label, one.state) for one in found.values() if one.id.endswith("keys") and one.state != "done"
    ] == [("2026-W48", "upcoming")]
    assert found["weekly/2026-W48/keys"].due_at == at("2026-11-30T00:00:00+01:00")


@pytest.mark.parametrize(
    ("intent", "word"),
    [
        (DeferItem(DISK, "the vendor"), "deferred"),
        (MarkNotApplicable(DISK, "moved house"), "na"),
        (OverrideItem(DISK, "seen by the host"), "overridden"),
    ],
)
def test_what_is_put_off_is_said_and_asks_for_nothing_more_in_its_period(intent: Intent, word: str) -> None:
    person = carer()
    person.act(intent)
    assert states(person.run, "disk") == {"2026-W48": word, "2026-W49": "upcoming"}


def test_everything_done_to_it_stands_in_the_services_stream_and_outlives_the_run() -> None:
    person = carer()
    written = [
        *person.act(ClaimItem(DISK)),
        *person.act(AddNote("look at /var", DISK)),
        *person.act(AttachEvidence(DISK, "df.txt", b"61 %")),
        *person.act(TickItem(DISK)),
    ]
    assert {record.stream for record in written} == {"shop/live/_service"}
    alone = without_a_run(person.run.records, person)
    assert states(alone, "disk")["2026-W48"] == "done"
    assert alone.instances[DISK].evidence_count == 2
    assert "Disk space (2026-W48)" in sentence(written[-1], person.run)


def test_it_needs_no_open_run() -> None:
    person = carer(run=False)
    person.act(TickItem(DISK))
    person.act(AddNote("61 %", DISK))
    assert states(person.run, "disk")["2026-W48"] == "done"
    person.act(Undo(DISK))
    person.act(Undo(DISK))
    assert states(person.run, "disk")["2026-W48"] == "due"
    with pytest.raises(RefusedError, match="no release run"):
        person.act(TickItem("once"))


def test_a_run_that_is_over_holds_nothing_up() -> None:
    person = carer()
    person.act(ChangeRunState("closed"))
    person.act(TickItem(DISK))
    record = last_undoable(person.run, person.actor)
    assert record is not None
    person.act(Undo(record=record.id))
    person.act(Redo())
    assert states(person.run, "disk")["2026-W48"] == "done"


def test_the_item_itself_is_never_ticked_for_that_would_be_for_good() -> None:
    with pytest.raises(RefusedError) as refusal:
        carer().act(TickItem("disk"))
    assert refusal.value.code == "recurs"


@pytest.mark.parametrize(
    "instance", ["weekly/2026-W48/nothing", "monthly/2026-11/disk", "weekly/2026-W60/disk", "weekly/2026-W48/once"]
)
def test_what_does_not_exist_is_refused(instance: str) -> None:
    person = carer()
    assert not is_instance(person.run, instance)
    with pytest.raises(NotFoundError):
        person.act(TickItem(instance))


def test_the_next_one_may_be_done_ahead_and_no_later_one() -> None:
    person = carer(run=False)
    person.act(TickItem("annually/2027/drill"))  # these people act in January 2027
    person.act(TickItem("annually/2028/drill"))
    with pytest.raises(RefusedError, match="too far ahead"):
        person.act(TickItem("annually/2029/drill"))


def test_evidence_that_the_item_asks_for_is_asked_for_in_each_period() -> None:
    person = carer()
    with pytest.raises(RefusedError, match="evidence"):
        person.act(TickItem("monthly/2026-11/deps"))
    person.act(TickItem("monthly/2026-11/deps", "none outdated"))
    with pytest.raises(RefusedError, match="evidence"):
        person.act(TickItem("monthly/2026-12/deps"))


def test_a_phase_is_counted_without_what_recurs() -> None:
    person = carer()
    after, care = person.run.phases
    assert (after.done, after.total, after.state) == (0, 1, "open")
    assert (care.done, care.total, care.state, care.recurs) == (0, 0, "open", True)
    person.act(TickItem("once"))
    person.act(TickItem(DISK))
    after, care = person.run.phases
    assert (after.done, after.total, after.state) == (1, 1, "done")
    assert care.state == "open"
    assert person.run.current_phase == after, "maintenance never ends, so it is never the phase in progress"


def test_two_people_who_tick_the_same_instance_apart_have_one_instance_and_are_shown_both() -> None:
    ana = carer()
    ben = colleague(ana, BEN)
    ana.act(TickItem(DISK))
    ben.act(DeferItem(DISK, "Monday"))
    ana.hear(ben)
    ben.hear(ana)
    assert list(ana.run.instances) == [DISK]
    assert ana.run.instances[DISK].state == "contested"
    assert states(ana.run, "disk")["2026-W48"] == "due", "a contest is not done"
    assert state_digest(ana.run) == state_digest(ben.run)


_INSTANCES = st.sampled_from([DISK, "weekly/2026-W47/disk", "weekly/2026-W48/keys", "quarterly/2026-Q4/audit"])
_WISHES = st.one_of(
    st.builds(TickItem, _INSTANCES),
    st.builds(ReopenItem, _INSTANCES),
    st.builds(DeferItem, _INSTANCES, st.just("later")),
    st.builds(MarkNotApplicable, _INSTANCES, st.just("none")),
    st.builds(ClaimItem, _INSTANCES),
    st.builds(UnclaimItem, _INSTANCES),
    st.builds(AddNote, st.just("seen"), _INSTANCES),
    st.builds(Undo, _INSTANCES),
    st.builds(Redo, _INSTANCES),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _WISHES), max_size=12), st.data())
def test_replicas_that_hold_the_same_events_list_the_same(
    wishes: list[tuple[bool, Intent]], data: st.DataObject
) -> None:
    ana = carer()
    ben = colleague(ana, BEN)
    for by_ben, wish in wishes:
        try:
            (ben if by_ben else ana).act(wish)
        except CockpitError:
            continue
        if data.draw(st.booleans()):
            ana.hear(ben)
    ana.hear(ben)
    ben.hear(ana)
    shuffled = Ledger(ana.texts.get)
    for record in data.draw(st.permutations(ana.run.records)):
        shuffled.add([record])
        shuffled.snapshot(RUN_ID, CARE)
    third = shuffled.snapshot(RUN_ID, CARE)
    now = NOW + data.draw(st.integers(0, 90)) * 86400
    told = [
        [(one.id, one.state, one.view.state, one.due_at, one.view.notes) for one in occurrences(run, now, BERLIN)]
        for run in (ana.run, ben.run, third)
    ]
    assert told[0] == told[1] == told[2]
    assert state_digest(ana.run) == state_digest(ben.run) == state_digest(third)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 800), st.integers(0, 86_399), st.sampled_from(CADENCES[1:]))
def test_at_any_time_each_item_asks_for_the_present_period_and_at_most_one_before(
    days: int, seconds: int, cadence: str
) -> None:
    run = carer().run
    now = at("2026-11-03T00:00:00+01:00") + days * 86400 + seconds
    almanac = Almanac(run, now, BERLIN)
    item = {"weekly": "disk", "monthly": "deps", "quarterly": "audit", "annually": "drill"}[cadence]
    known = almanac.of(run.items[item])
    waiting = [one for one in known if one.waits]
    assert [one.period for one in waiting if one.state == "due"] == [
        almanac.present(one.period.cadence) for one in waiting[-1:]
    ]
    assert len(waiting) <= 2
    assert len({one.id for one in known}) == len(known)
    meant = almanac.current(run.items[item])
    assert meant is not None
    assert meant.state == "due"
    assert parse_instance(meant.id) == (meant.period, item)
    assert instance_view(run, meant.id) == meant.view


def test_a_killer_item_that_recurs_holds_no_gate_for_it_is_never_done_for_good() -> None:
    (section,) = CHECKLIST.phases[0].sections
    daily = replace(section.items[0], killer=True)
    phase = replace(CHECKLIST.phases[0], pause_point=True, sections=(replace(section, items=(daily,)),))
    pinned = replace(CARE, checklists=(replace(CHECKLIST, phases=(phase,)),))
    ledger = Ledger(lambda _: None)
    ledger.add(carer().run.records)
    run = ledger.snapshot(RUN_ID, pinned)
    assert gate_of(run, run.phases[0], (), now=NOW).go

"""Due dates: a day of the service's calendar, or so long before or after the launch."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cockpit.release.due import Due, DueCount, PhaseDues, due_at, due_of, dues_in
from cockpit.release.intents import DeferItem, TickItem
from cockpit.times import epoch, zone
from tests.release.support import opened

BERLIN = zone("Europe/Berlin")
LAUNCH = "2026-03-30T08:30:00Z"  # 10:30 in Berlin, the day after clocks went forward


@pytest.mark.parametrize(
    ("relative", "until"),
    [
        ("T-1d", "2026-03-29T22:00:00Z"),  # the Sunday of 23 hours, to its end
        ("T+0d", "2026-03-30T22:00:00Z"),  # all of the day itself
        ("T-1w", "2026-03-23T23:00:00Z"),
        ("T-2h", "2026-03-30T06:30:00Z"),
        ("T-24h", "2026-03-29T08:30:00Z"),
        ("T+1d12h", "2026-03-31T20:30:00Z"),
    ],
)
def test_days_are_the_calendars_and_hours_the_clocks(relative: str, until: str) -> None:
    assert due_at(relative, LAUNCH, BERLIN) == epoch(until)


@pytest.mark.parametrize("zone_name", ["Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("launch", [LAUNCH, "2026-10-25T01:30:00Z", "2026-03-29T01:30:00Z", "2026-04-04T15:10:00Z"])
@pytest.mark.parametrize(("relative", "seconds"), [("T+10m", 600), ("T-2h", -7200), ("T-36h", -129600)])
def test_hours_are_as_the_countdown_counts_them_where_clocks_change(
    zone_name: str, launch: str, relative: str, seconds: int
) -> None:
    assert due_at(relative, launch, zone(zone_name)) == epoch(launch) + seconds


def test_without_a_launch_nothing_is_late() -> None:
    assert Due("T-7d", due_at("T-7d", "", BERLIN), waits=True).state(4e9) == "no launch"


def test_it_is_late_from_its_end_on_and_only_while_it_waits() -> None:
    due = Due("T-7d", 1000.0, waits=True)
    assert [due.state(now) for now in (999.9, 1000.0)] == ["upcoming", "overdue"]
    assert (due.late(999.9), due.late(1060.0)) == (0.0, 60.0)
    settled = replace(due, waits=False)
    assert (settled.state(2000.0), settled.late(2000.0)) == ("settled", 0.0)


def test_a_phase_counts_what_waits_from_the_very_second_on() -> None:
    deadlines = ((1000.0, "a"), (1000.0, "z"), (3000.0, "b"))
    dues = PhaseDues({}, deadlines)
    assert [dues.count(now) for now in (999.0, 1000.0, 3000.5)] == [DueCount(0, 3), DueCount(2, 1), DueCount(3, 0)]


def test_the_phases_of_a_run_count_their_own() -> None:
    person = opened()
    (before,) = dues_in(person.run, BERLIN)
    assert (before.by_item, before.count(4e9)) == ({}, DueCount())


def test_what_was_let_through_or_done_waits_no_more_but_one_of_two_does() -> None:
    person = opened()

    def waits(item: str) -> bool:
        run = person.run
        view = run.items[item]
        due = due_of(replace(view, item=replace(view.item, due="T-7d")), run, BERLIN)
        assert due is not None
        return due.waits

    assert due_of(person.run.items["k"], person.run, BERLIN) is None, "it has no due date"
    assert waits("k")
    person.act(TickItem("k"))
    person.act(DeferItem("n", "later"))
    person.act(TickItem("two"))
    assert [waits(item) for item in ("k", "n", "two")] == [False, False, True]

"""Periods tile time without gap or overlap, in every zone and over every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.release.checklist import Cadence
from cockpit.release.periods import (
    CADENCES,
    Period,
    instance_id,
    later_by_one,
    parse_instance,
    parse_period,
    period_at,
    period_of,
    periods_of_year,
    start_of_day,
)

# Midnight skipped (Beirut, Cairo, Havana), doubled (Havana), crossed backwards (St John's at 00:01 until 2011), a
# whole day left out (Apia 2011-12-30), half an hour (Lord Howe), 14 hours ahead and 11 behind.
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Havana", "Asia/Beirut", "Africa/Cairo",
    "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago",
    "Asia/Kolkata",
]  # fmt: skip
ANY_ZONE = st.sampled_from(ZONES).map(ZoneInfo)
ANY_CADENCE = st.sampled_from(CADENCES)
ANY_INSTANT = st.integers(0, 4_102_444_800).map(float)  # to 2100


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@settings(max_examples=400, deadline=None)
@given(ANY_INSTANT, ANY_CADENCE, ANY_ZONE)
@example(at("2010-11-07T02:45:00+00:00"), "daily", ZoneInfo("America/St_Johns"))
@example(at("2011-12-30T10:00:00+00:00"), "daily", ZoneInfo("Pacific/Apia"))
@example(at("2026-03-29T01:00:00+00:00"), "weekly", ZoneInfo("Europe/Berlin"))
def test_every_instant_lies_in_exactly_one_period(instant: float, cadence: Cadence, zone: ZoneInfo) -> None:
    period = period_at(instant, cadence, zone)
    assert period.start(zone) <= instant < period.end(zone)
    assert period_at(period.start(zone), cadence, zone) == period
    following = period_at(period.end(zone), cadence, zone)
    assert following > period
    assert following.start(zone) == period.end(zone)


@settings(max_examples=300, deadline=None)
@given(st.dates(date(1971, 1, 1), date(2400, 1, 1)), ANY_CADENCE, st.integers(-60, 60))
def test_labels_read_back_and_steps_are_reversible(day: date, cadence: Cadence, steps: int) -> None:
    period = period_of(day, cadence)
    assert parse_period(cadence, period.label) == period
    assert period.after(steps).after(-steps) == period
    assert period.first <= day < period.after().first
    assert parse_instance(instance_id(period, "a/b/c")) == (period, "a/b/c")


@settings(max_examples=200, deadline=None)
@given(st.integers(1971, 2400), ANY_CADENCE)
def test_a_years_periods_follow_each_other_and_belong_to_it(year: int, cadence: Cadence) -> None:
    periods = periods_of_year(year, cadence)
    assert all(one.after() == other for one, other in pairwise(periods))
    assert {period.year for period in periods} == {year}
    assert periods[0].after(-1).year < year < periods[-1].after().year
    expected = {"daily": {365, 366}, "weekly": {52, 53}, "monthly": {12}, "quarterly": {4}, "annually": {1}}
    assert len(periods) in expected[cadence]


def test_iso_weeks_belong_to_the_year_of_their_thursday() -> None:
    assert period_of(date(2027, 1, 3), "weekly").label == "2026-W53"
    assert period_of(date(2025, 12, 29), "weekly").label == "2026-W01"
    assert len(periods_of_year(2026, "weekly")) == 53
    assert len(periods_of_year(2027, "weekly")) == 52
    assert parse_period("weekly", "2027-W53") is None


def test_leap_days_are_days_and_months_end_where_they_end() -> None:
    assert len(periods_of_year(2028, "daily")) == 366
    assert later_by_one("annually", date(2028, 2, 29)) == date(2029, 2, 28)
    assert later_by_one("monthly", date(2027, 1, 31)) == date(2027, 2, 28)
    assert later_by_one("quarterly", date(2027, 11, 30)) == date(2028, 2, 29)
    assert later_by_one("weekly", date(2028, 2, 26)) == date(2028, 3, 4)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clock_says(day: str, hours: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    period = parse_period("daily", day)
    assert period is not None
    assert period.end(berlin) - period.start(berlin) == hours * 3600


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_change() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    begins = start_of_day(date(2026, 3, 29), beirut)
    assert datetime.fromtimestamp(begins, UTC).isoformat() == "2026-03-28T22:00:00+00:00"
    assert datetime.fromtimestamp(begins, beirut).hour == 1


@pytest.mark.parametrize(
    "identity",
    [
        "", "weekly", "weekly/2026-W48", "weekly/2026-W48/", "weekly/2026-W5/a", "weekly/2026-W00/a",
        "weekly/2026-48/a",
        "daily/2026-02-29/a", "monthly/2026-13/a", "quarterly/2026-Q5/a", "annually/26/a", "annually/1969/a",
        "hourly/2026/a", "annually/२०२६/a", "annually/9999/a", "Weekly/2026-W48/a",
    ],
)  # fmt: skip
def test_what_is_no_instance_is_none(identity: str) -> None:
    assert parse_instance(identity) is None


@pytest.mark.parametrize("instant", [-1e12, 0.0, 1e15])
@pytest.mark.parametrize("cadence", CADENCES)
def test_absurd_times_break_nothing(instant: float, cadence: Cadence) -> None:
    for zone in map(ZoneInfo, ZONES):
        assert isinstance(period_at(instant, cadence, zone), Period)

"""Times: stored as RFC 3339 UTC, shown in a zone, and never a crash over what another machine wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import UsageError
from cockpit.times import clock_time, date_time, epoch, parse_time, rfc3339, zone_label

NOON = 1_772_366_400.25  # 2026-03-01T12:00:00.250Z


def test_seconds_become_text_and_seconds_again() -> None:
    assert rfc3339(NOON) == "2026-03-01T12:00:00.250Z"
    assert epoch("2026-03-01T12:00:00.250Z") == NOON
    assert epoch("2026-03-01T13:00:00.25+01:00") == NOON


@given(st.floats(0, 253_000_000_000), st.floats(0, 253_000_000_000))
def test_texts_sort_as_the_times_do(first: float, second: float) -> None:
    if first <= second:
        assert rfc3339(first) <= rfc3339(second)
    assert abs(epoch(rfc3339(first)) - first) < 0.002


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-03-01T12:00:00",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1960-01-01T00:00:00Z",
    ],
)
def test_what_is_no_time_of_a_release_is_zero(text: str) -> None:
    assert epoch(text) == 0.0


@given(st.one_of(st.text(), st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())))
def test_whatever_another_machine_wrote_can_be_shown_in_every_zone(text: str) -> None:
    seconds = epoch(text)
    for zone in ("UTC", "Pacific/Kiritimati", "America/Anchorage"):
        assert len(clock_time(seconds, zone)) == 5
        assert len(date_time(seconds, zone)) == 16
        assert zone_label(seconds, zone)
    assert rfc3339(seconds).endswith("Z")


@pytest.mark.parametrize("seconds", [-1e300, -1.0, 1e12, 1e300])
def test_a_clock_far_off_does_not_break_a_screen(seconds: float) -> None:
    assert clock_time(seconds, "Asia/Kolkata")
    assert date_time(seconds, "America/Anchorage")


def test_times_are_shown_in_the_zone_of_that_day() -> None:
    summer = datetime(2026, 7, 1, 12, 0, 5, tzinfo=UTC).timestamp()
    assert (clock_time(NOON, "Europe/Berlin"), zone_label(NOON, "Europe/Berlin")) == ("13:00", "CET")
    assert (clock_time(summer, "Europe/Berlin", with_seconds=True), zone_label(summer, "Europe/Berlin")) == (
        "14:00:05", "CEST",
    )  # fmt: skip
    assert date_time(NOON, "Pacific/Kiritimati") == "2026-03-02 02:00"
    assert zone_label(NOON, "UTC") == "UTC"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-03-01T14:00:00+01:00", "2026-03-01T13:00:00.000Z"),
        (" 2026-03-01T13:00Z ", "2026-03-01T13:00:00.000Z"),
        ("2026-03-01 00:00:00-08:00", "2026-03-01T08:00:00.000Z"),
    ],
)
def test_a_typed_time_is_stored_in_utc(typed: str, stored: str) -> None:
    assert parse_time(typed) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("tomorrow", "is not a time"),
        ("2026-03-01T14:00:00", "has no offset"),
        ("2026-03-01", "has no offset"),
        ("0001-01-01T00:00:00+14:00", "no time that a release could have"),
        ("9999-12-31T23:59:59-14:00", "no time that a release could have"),
    ],
)
def test_what_could_be_misunderstood_is_refused_with_the_right_form(typed: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        parse_time(typed)
    assert caught.value.fix

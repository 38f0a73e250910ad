from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.sieve import read_moment

BERLIN = ZoneInfo("Europe/Berlin")  # 03:00 is 02:00 again on 25 October 2026, at 01:00 UTC
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # 02:00 is 01:30 again on 5 April 2026, at 15:00 UTC of the day before


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("zone", "now", "word", "meant"),
    [
        (BERLIN, "2026-10-25T01:10", "02:40", "2026-10-25T00:40"),
        (BERLIN, "2026-10-25T01:10", "02:10", "2026-10-25T01:10"),
        (BERLIN, "2026-10-25T01:10", "02:05", "2026-10-25T01:05"),
        (BERLIN, "2026-10-25T02:10", "02:50", "2026-10-25T01:50"),
        (BERLIN, "2026-10-25T00:30", "02:40", "2026-10-24T00:40"),
        (BERLIN, "2026-10-25T00:30", "02:20", "2026-10-25T00:20"),
        (BERLIN, "2026-10-26T00:10", "02:30", "2026-10-25T01:30"),
        (LORD_HOWE, "2026-04-04T15:05", "01:50", "2026-04-04T14:50"),
        (LORD_HOWE, "2026-04-04T15:25", "01:50", "2026-04-04T15:20"),
        (BERLIN, "2026-10-25T01:10", "2026-10-25T02:40", "2026-10-25T00:40"),
        (BERLIN, "2026-10-25T09:00", "2026-10-25T02:40", "2026-10-25T01:40"),
        (BERLIN, "2026-10-25T09:00", "2026-10-25T02:40+02:00", "2026-10-25T00:40"),
        (BERLIN, "2026-10-24T09:00", "2026-10-25T02:40", "2026-10-25T00:40"),
    ],
)
def test_a_time_of_the_clock_is_the_last_time_it_was_shown(zone: ZoneInfo, now: str, word: str, meant: str) -> None:
    assert read_moment(word, now=utc(now), zone=zone) == utc(meant)


@given(
    zone=st.sampled_from([(BERLIN, utc("2026-10-25T01:00")), (LORD_HOWE, utc("2026-04-04T15:00"))]),
    now=st.integers(-180, 180),
    ago=st.integers(0, 23 * 60),
)
def test_what_the_clock_showed_less_than_a_day_ago_is_never_read_as_earlier(
    zone: tuple[ZoneInfo, float], now: int, ago: int
) -> None:
    at = zone[1] + now * 60
    shown = datetime.fromtimestamp(at - ago * 60, zone[0])
    found = read_moment(f"{shown:%H:%M}", now=at, zone=zone[0])
    assert found is not None
    assert at - ago * 60 <= found <= at
    assert datetime.fromtimestamp(found, zone[0]).time() == shown.time()

"""The axis of a chart names midnights and full hours, also where clocks change."""

from __future__ import annotations

import re

import pytest

from cockpit.release.progress import Progress
from cockpit.reports.charts import progress_chart
from cockpit.times import epoch


def named(start: str, end: str, timezone: str) -> list[str]:
    drawn = progress_chart([Progress(epoch(start), 0, 3), Progress(epoch(end), 1, 3)], timezone)
    return re.findall(r'class="tick"[^>]*>([^<]*)<', drawn)


@pytest.mark.parametrize(
    ("start", "end", "timezone", "expected"),
    [
        ("2026-10-21T23:00:00Z", "2026-10-28T10:00:00Z", "Europe/Berlin", "10-23 10-24 10-25 10-26 10-27 10-28"),
        ("2026-04-02T00:00:00Z", "2026-04-08T10:00:00Z", "Australia/Lord_Howe", "04-03 04-04 04-05 04-06 04-07 04-08"),
        ("2026-10-24T20:30:00Z", "2026-10-25T10:30:00Z", "Europe/Berlin", "00:00 02:00 04:00 06:00 08:00 10:00"),
        ("2026-03-28T23:30:00Z", "2026-03-29T04:30:00Z", "Europe/Berlin", "01:00 03:00 04:00 05:00 06:00"),
        ("2026-07-01T10:00:30Z", "2026-07-01T10:05:30Z", "UTC", "10:01 10:02 10:03 10:04 10:05"),
    ],
)
def test_each_day_and_hour_is_named_once_and_where_it_begins(
    start: str, end: str, timezone: str, expected: str
) -> None:
    assert named(start, end, timezone) == expected.split()

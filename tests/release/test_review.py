"""The review's pure parts: days across changes of the clock, where a review begins, and what is told in words."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import RefusedError
from cockpit.release.days import days_of
from cockpit.release.health import ProbeState
from cockpit.release.intents import AddNote, CompleteReview
from cockpit.release.review import Review, review_of
from cockpit.release.review_data import LogData, LogDay, ProbeData, ReviewData
from cockpit.release.review_marks import arrived_late, begins_at, last_review
from cockpit.release.review_support import percent
from cockpit.release.review_told import sections_of, span_of, title_of
from cockpit.release.review_words import hours
from cockpit.release.rollup import Rollup
from cockpit.release.stretches import Stretch, gaps, total, united
from cockpit.times import rfc3339
from tests.release.support import BEN, NOW, NOW_TEXT, joined, opened

AT = NOW / 1000
ZONES = ("Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")


@given(st.sampled_from(ZONES), st.integers(1_200_000_000, 1_900_000_000), st.integers(1, 40 * 86400))
def test_days_cover_a_span_without_gap_or_overlap_in_every_zone(name: str, since: int, seconds: int) -> None:
    zone = ZoneInfo(name)
    days = days_of(float(since), float(since + seconds), zone)
    assert (days[0].start, days[-1].end) == (since, since + seconds)
    assert all(one.end == other.start for one, other in pairwise(days))
    assert all(datetime.fromtimestamp(day.start, zone).date().isoformat() == day.label for day in days)


def test_the_days_on_which_clocks_change_have_their_own_length() -> None:
    zone = ZoneInfo("Europe/Berlin")
    for day, length in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone).timestamp()
        (found,) = days_of(noon, noon + 60, zone)
        assert (found.label, found.whole, found.seconds) == (day, length * 3600, 60)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(SPANS)
def test_spans_and_gaps_share_every_second_between_them(spans: list[tuple[int, int]]) -> None:
    inside = {second for start, end in spans for second in range(start, end)}
    assert total([(float(start), float(end)) for start, end in spans]) == len(inside)
    missing = gaps([(float(start), float(end)) for start, end in spans if end > start], 0.0, 60.0)
    assert {second for start, end in missing for second in range(int(start), int(end))} == set(range(60)) - inside
    once = united([(float(start), float(end)) for start, end in spans])
    assert united(once) == once


def test_a_review_begins_where_the_last_one_ended_whoever_completed_it() -> None:
    ana = opened(at=NOW - 3_600_000)
    assert begins_at(ana.run, AT)[1] == "the run was opened"
    ana.act(CompleteReview(rfc3339(AT - 1800), rfc3339(AT - 60)))
    ben = joined(ana, BEN)
    mark = last_review(ben.run)
    assert mark is not None
    assert (mark.until, mark.by) == (AT - 60, "Ana")
    assert begins_at(ben.run, AT) == (AT - 60, "the last review, by Ana")
    with pytest.raises(RefusedError, match="Ana has completed a review up to"):
        ben.act(CompleteReview(rfc3339(AT - 1800), rfc3339(AT - 60)))
    with pytest.raises(RefusedError, match="future"):
        ben.act(CompleteReview(rfc3339(AT), rfc3339(AT + 3600)))
    with pytest.raises(RefusedError, match="nothing between"):
        ben.act(CompleteReview(rfc3339(AT), rfc3339(AT)))


def test_two_who_complete_at_the_same_time_leave_the_mark_that_reaches_further() -> None:
    ana = opened(at=NOW - 3_600_000)
    ben = joined(ana, BEN)
    ana.act(CompleteReview(rfc3339(AT - 1800), rfc3339(AT - 60)))
    ben.act(CompleteReview(rfc3339(AT - 1800), rfc3339(AT - 50)))
    ana.hear(ben)
    ben.hear(ana)
    assert begins_at(ana.run, AT) == begins_at(ben.run, AT) == (AT - 50, "the last review, by Ben")


def test_what_comes_in_late_of_before_the_last_review_is_told() -> None:
    ana = opened(at=NOW - 3_600_000)
    ben = joined(ana, BEN)
    ben.act(AddNote("offline, in the train"))
    ana.at = NOW
    ana.act(CompleteReview(rfc3339(AT - 1800), rfc3339(AT - 60)))
    assert arrived_late(ana.run) == 0
    ana.hear(ben)
    assert arrived_late(ana.run) == 1


_SEEN = {"xss": 3}


def reviewed(*, hours_seen: float = 21.0 + 40 / 60, seen: dict[str, int] = _SEEN) -> Review:
    since, until = AT - 86400, AT
    rollup = Rollup(latencies={90: 10}, ok=9_999, down=1, highest_ms=100.0)
    stretches = (
        Stretch(since, since + 3600, ProbeState.OK, 3600, "up"),
        Stretch(since + 3600, since + 3660, ProbeState.DOWN, 60, "refused"),
        Stretch(since + 3660, since + 7200, ProbeState.OK, 10, "up"),
        Stretch(since + 7200, since + 7210, ProbeState.DOWN, 2, "refused"),
        Stretch(since + 7210, since + hours_seen * 3600, ProbeState.OK, 10, "up"),
    )
    days = days_of(since, until, ZoneInfo("UTC"))
    data = ReviewData(
        since, until, "a day ago", "bridge", days, ((since, since + hours_seen * 3600),),
        (ProbeData("api", "Shop API", 5.0, stretches, (rollup,) * len(days)),),
        logs=(LogData("app", (LogDay(10, 100, 1, 0, 100, 0, seen),) * 2), LogData("worker", (LogDay(),) * 2)),
    )  # fmt: skip
    return review_of(opened(at=NOW - 3_600_000).run, data, ZoneInfo("UTC"))


def test_coverage_is_told_in_hours_below_the_summary() -> None:
    review = reviewed()
    assert title_of(review) == "Review of shop PRODUCTION spring"
    assert span_of(review) == "2027-01-14 08:00 to 2027-01-15 08:00 UTC, since a day ago"
    summary, first = sections_of(review)[:2]
    assert summary.id == "summary"
    assert first.told == "watched 21 h 40 m of 24 h by bridge"
    assert first.grave
    assert first.rows[0].cells == ("nobody watched 01-15 05:40:00 to 01-15 08:00:00", "2 h 20 m")


def test_every_section_says_what_is_known_and_by_whom() -> None:
    told = {section.id: section for section in sections_of(reviewed())}
    assert told["outages"].rows[0].cells == ("api", "01-14 09:00:00 to 09:01:00", "1 m", "refused", "bridge")
    assert told["outages"].told == "1, and 1 shorter than a probe takes for being down"
    assert told["uptime"].rows[0].cells[:3] == ("Shop API", "all", "99.99 %")
    assert told["security"].rows[0].cells == ("xss", "6", "app", "3 3")
    assert told["logs"].rows[1].cells[2] == "no watcher followed it in this time"
    assert told["errors"].told == "none seen by bridge"
    assert told["payments"].told == "no payments seen by bridge"
    assert all("bridge" in told[name].told for name in ("coverage", "uptime", "security", "logs"))


@pytest.mark.parametrize(
    ("seen", "row"),
    [
        ({"payment-success": 3, "payment-failure": 1}, ("app", "75 %", "6 succeeded, 2 failed")),
        ({"payment-failure": 2}, ("app", "-", "no success seen, 4 failed")),
    ],
)
def test_no_share_is_made_of_payments_of_which_none_was_seen_to_succeed(
    seen: dict[str, int], row: tuple[str, ...]
) -> None:
    told = {section.id: section for section in sections_of(reviewed(seen=seen))}
    assert told["payments"].rows[0].cells == row
    assert told["payments"].rows[0].grave


@pytest.mark.parametrize(
    ("share", "words"), [(1.0, "100 %"), (0.9999999, "99.999 %"), (0.29, "29 %"), (0.999, "99.9 %"), (0.0, "0 %")]
)
def test_a_share_is_never_rounded_up(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(78000, "21 h 40 m"), (86400, "24 h"), (2400, "40 m"), (12, "12 s"), (1_209_600, "336 h")]
)
def test_spans_are_told_in_hours_so_that_they_compare(seconds: float, words: str) -> None:
    assert hours(seconds) == words


assert rfc3339(AT) == NOW_TEXT  # the time at which people decide in these tests

"""Fourteen days of a service, reviewed every morning: each number against one that is reckoned here from the looks.

The days are those of Berlin around the end of March, one of them of 23 hours. The watcher is down at times.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct

from cockpit.errors import RefusedError, UsageError
from cockpit.git.command import Git
from cockpit.live_source import heartbeat_key
from cockpit.logs.classify import Classifier
from cockpit.logs.digest import LineDigest
from cockpit.measuring import sample_key
from cockpit.release.day_sums import sums_in
from cockpit.release.events import ProbeChanged
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.intents import AddNote, CloseIncident, OpenIncident, RecordFact, TickItem
from cockpit.release.narrative import sentence
from cockpit.release.review import Review
from cockpit.release.review_told import sections_of
from cockpit.reviewing import completion, gather_review, parse_since, review_document
from cockpit.samples.writer import SampleWriter
from cockpit.times import rfc3339
from cockpit.trust import TrustStore
from cockpit.watch.days import DayWatch
from cockpit.watching.days import AroundDays
from cockpit.workspace import Workspace
from tests.shop import Moments, make_shop, pinned_in, start_session

pytestmark = pytest.mark.full

BERLIN = ZoneInfo("Europe/Berlin")
LAUNCH = datetime(2026, 3, 20, 9, 0, tzinfo=BERLIN)
DAYS = 14
INTERVAL = 120
OK, DOWN, UNKNOWN = ProbeState.OK, ProbeState.DOWN, ProbeState.UNKNOWN
CONFIGURATION = """\
service: shop
environment: {name: live, production: true}
timezone: Europe/Berlin
checklists: [production-deployment]
probes:
  api: {title: Shop API, http: "http://shop.example/", interval: 2m}
logs:
  app: {file: app.log}
  worker: {command: journalctl -u worker}
targets:
  api-response-time: {probe: api}
  uptime: {probe: api}
"""
POST = "post-deployment"
ITEM = f"daily/2026-03-24/{POST}/monitoring/review-server-logs-daily"


class Look(Struct, frozen=True):
    at: float
    state: ProbeState
    ms: float | None


class Line(Struct, frozen=True):
    at: float
    text: str


class World:
    """What happened, as the test knows it, and a clone whose watcher has kept it."""

    def __init__(self, home: Path) -> None:
        self.clock = Moments(LAUNCH.timestamp())
        repo = make_shop(home / "shop", CONFIGURATION)
        session = start_session(repo, clock=self.clock)
        session.focus("", pinned_in(repo))
        self.workspace = Workspace(
            root=repo, git=Git(repo), store=session.store, session=session, trust=TrustStore(home / "state"), runs={}
        )
        self.workspace.host = "bridge"
        self.workspace.open_run("v1", tag="", launch_at=rfc3339(LAUNCH.timestamp()))
        self.looks: list[Look] = []
        self.lines: list[Line] = []
        self.up: list[tuple[float, float]] = []  # when the watcher lived
        self.beats = 0.0
        self.dice = random.Random(11)

    def close(self) -> None:
        self.workspace.store.close()

    def watched(self, start: float, end: float) -> None:
        """Let the watcher live from start to end, look every two minutes, and read what the log brings."""
        run = self.workspace.run
        key, beat = sample_key(run, "api"), heartbeat_key(run, "bridge")
        classifier = Classifier("app.log")
        digest = LineDigest({}, clock=lambda: at)
        self.up.append((start, end))
        with SampleWriter(self.workspace.store.location.root) as writer:
            at = start
            while at <= end:
                writer.beat(beat, 1, at)
                if at % INTERVAL == 0:
                    look = self._look(at)
                    self.looks.append(look)
                    found = ProbeResult(key, look.state, look.ms, "refused" if look.state is DOWN else "seen", at)
                    writer.record(found, Debounced(look.state, at, look.state), interval=INTERVAL)
                if at % 60 == 0:
                    texts = list(self._texts(at))
                    self.lines += [Line(at, text) for text in texts]
                    lines = [classifier.classify(text) for text in texts]
                    digest.add(lines)
                    writer.count(sample_key(run, "app"), int(at), lines=len(lines),
                                 errors=sum(line.is_error for line in lines), warnings=0)  # fmt: skip
                    writer.digest(sample_key(run, "app"), at, digest.take())
                writer.flush()
                at += 30
            writer.leave(beat)

    def _look(self, at: float) -> Look:
        day = datetime.fromtimestamp(at, BERLIN)
        if (day.day, day.hour) == (23, 14) and 6 <= day.minute < 20:
            return Look(at, DOWN, None)
        if day.day == 29 and day.hour == 3:
            return Look(at, DOWN, None)  # the first hour after clocks were put forward
        if (day.day, day.hour, day.minute // 10) == (25, 7, 2):
            return Look(at, UNKNOWN, None)
        slow = 900.0 if day.day == 27 and 10 <= day.hour < 14 else 0.0
        return Look(at, OK, self.dice.lognormvariate(4, 0.5) + slow)

    def _texts(self, at: float) -> Iterator[str]:
        day = datetime.fromtimestamp(at, BERLIN)
        stamp = rfc3339(at)
        if day.minute % 10 == 0:
            ok = self.dice.random() > 0.1
            yield f"{stamp} {'INFO payment' if ok else 'ERROR payment'} {day.minute} {'accepted' if ok else 'failed'}"
        if day.hour == 12:
            yield f'{stamp} INFO "GET /orders/{day.minute} HTTP/1.1" 200 12 {self.dice.uniform(0.1, 0.4):.3f}'
            yield f'{stamp} INFO "GET /orders/7 HTTP/1.1" 200 12 9.000 "release-cockpit/1"'
        if day.day >= 26 and day.hour == 15 and day.minute == 30:
            yield f"{stamp} ERROR cannot reach tax service at 10.0.0.{day.day}"
        if day.hour == 2 and day.minute < 5:
            yield f"{stamp} WARN login failed for user admin"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    start = LAUNCH.timestamp()
    # On the second night the host was off from 23:00:30 to 05:40; on the sixth day the watcher died for an hour.
    off, on = (datetime(2026, 3, 21, 23, 0, 30, tzinfo=BERLIN), datetime(2026, 3, 22, 5, 40, tzinfo=BERLIN))
    died, again = (datetime(2026, 3, 25, 12, 0, tzinfo=BERLIN), datetime(2026, 3, 25, 13, 0, tzinfo=BERLIN))
    end = (LAUNCH + timedelta(days=DAYS)).timestamp()
    for begin, until in ((start, off), (on, died), (again, end)):
        world.watched(*(each if isinstance(each, float) else each.timestamp() for each in (begin, until)))
    yield world
    world.close()


@pytest.fixture(scope="module")
def reviews(world: World) -> list[Review]:
    """Review every morning at nine, by turns, and complete it."""
    found = []
    for day in range(1, DAYS + 1):
        world.clock.at = (LAUNCH + timedelta(days=day)).timestamp() - 600
        _something_happens(world, day)
        world.clock.at = (LAUNCH + timedelta(days=day)).timestamp()
        found.append(gather_review(world.workspace, until=world.clock.at))
        world.workspace.session.act(completion(found[-1]))
    return found


def _something_happens(world: World, day: int) -> None:
    act = world.workspace.session.act
    act(AddNote(f"day {day}"))
    if day == 4:
        act(OpenIncident("1nc1den7", "Shop is down", "critical", "api"))
        act(TickItem(ITEM))
    if day == 5:
        act(CloseIncident("a cable"))
        act(RecordFact("probe:api", ProbeChanged("down", "ok", "no answer", "laptop")))
        world.clock.at += 120
        act(RecordFact("probe:api", ProbeChanged("ok", "down", "200", "laptop")))


def _between(world: World, since: float, until: float) -> list[Look]:
    return [look for look in world.looks if since <= look.at < until]


def test_the_reviews_follow_on_each_other_and_each_thing_is_told_once(world: World, reviews: list[Review]) -> None:
    assert [review.since for review in reviews] == [
        (LAUNCH + timedelta(days=day)).timestamp() for day in range(DAYS)
    ], "by the clock on the wall, also over the night in which it is put forward"
    assert reviews[0].begins == "the launch"
    assert reviews[1].begins == "the last review, by Ana"
    told = Counter(change.text for review in reviews for who in review.changes for change in who.changes)
    assert {text: count for text, count in told.items() if text.startswith("noted")} == {
        f"noted: day {day}": 1 for day in range(1, DAYS + 1)
    }
    assert [one.title for one in reviews[3].incidents] == ["Shop is down"]
    assert [one.until is None for one in reviews[3].incidents] == [True]
    assert [one.ended for one in reviews[4].incidents] == ["a cable"]
    assert reviews[5].incidents == ()


def test_uptime_and_latency_by_day_are_those_of_the_looks(world: World, reviews: list[Review]) -> None:
    whole = gather_review(world.workspace, since="launch", until=world.clock.at)
    (probe,) = whole.probes
    assert tuple(day.day for day in probe.days) == whole.days == (
        *(f"2026-03-{n}" for n in range(20, 32)),
        "2026-04-01", "2026-04-02", "2026-04-03",
    )  # fmt: skip
    for day in probe.days:
        first = datetime.fromisoformat(day.day).replace(tzinfo=BERLIN)
        start = max(first.timestamp(), whole.since)
        end = min((first + timedelta(days=1)).timestamp(), whole.until)
        seen = [look for look in _between(world, start, end) if look.state is not UNKNOWN]
        assert day.looks == len(seen), day.day
        assert day.uptime == sum(look.state is OK for look in seen) / len(seen), day.day
        ordered = sorted(look.ms for look in seen if look.ms is not None)
        exact = ordered[math.ceil(0.95 * len(ordered)) - 1]
        assert day.p95 is not None
        assert abs(day.p95 - exact) / exact < 0.026, day.day
    for review in reviews:
        looks = [look for look in _between(world, review.since, review.until) if look.state is not UNKNOWN]
        assert review.probes[0].whole.looks == len(looks)
    spring = whole.days.index("2026-03-29")
    assert whole.whole_days[spring] == 23 * 3600
    assert probe.days[spring].uptime == 1 - 30 / (23 * 30), "an hour of the 23 that this day had"
    states = {one.id: {day.day: day.state for day in one.days} for one in whole.targets}
    assert states["uptime"]["2026-03-29"] == "missed"
    assert states["uptime"]["2026-03-28"] == "met"
    slow = {day for day, state in states["api-response-time"].items() if state == "missed"}
    assert slow == {"2026-03-27"}, "four hours of 900 ms are more than 5 %; an outage of one hour is not"


def test_gaps_are_no_uptime_and_their_bounds_are_exact(world: World, reviews: list[Review]) -> None:
    night, noon = reviews[1], reviews[5]
    assert [(gap.since, gap.until) for gap in night.coverage.gaps] == [(world.up[0][1], world.up[1][0])]
    assert night.coverage.watched == 24 * 3600 - (world.up[1][0] - world.up[0][1])
    assert [(gap.since, gap.until) for gap in noon.coverage.gaps] == [(world.up[1][1], world.up[2][0])]
    assert all(not review.coverage.gaps for n, review in enumerate(reviews) if n not in {1, 5})
    assert {review.coverage.observer for review in reviews} == {"bridge"}
    # The probe itself is known between looks that follow on each other, and never over a gap or what it could not see.
    for review in reviews:
        known = 0.0
        looks = [look for look in world.looks if review.since - INTERVAL <= look.at <= review.until + INTERVAL]
        for one, other in pairwise(looks):
            if one.state is not UNKNOWN and other.at - one.at <= 3 * INTERVAL:
                known += max(min(other.at, review.until) - max(one.at, review.since), 0.0)
        assert review.probes[0].whole.known == pytest.approx(known, abs=0.01)


def test_outages_have_the_bounds_of_the_looks_around_them(world: World, reviews: list[Review]) -> None:
    def berlin(month: int, day: int, hour: int, minute: int = 0) -> float:
        return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp()

    whole = gather_review(world.workspace, since="launch", until=world.clock.at)
    ours = [one for one in whole.outages if one.observer == "bridge"]
    assert [(one.at, one.until, one.began, one.ended, one.looks) for one in ours] == [
        (berlin(3, 23, 14, 6), berlin(3, 23, 14, 20), "seen", "seen", 7),
        (berlin(3, 29, 3), berlin(3, 29, 4), "seen", "seen", 30),
    ]
    assert [one.probe for one in reviews[3].outages] == ["api"]
    other = [one for one in whole.outages if one.observer == "laptop"]
    assert [(one.seconds, one.lasting) for one in other] == [(120.0, True)]


def test_logs_are_counted_as_they_were_written_without_our_own_traffic(world: World, reviews: list[Review]) -> None:
    for review in reviews:
        texts = [line.text for line in world.lines if review.since <= line.at < review.until]
        paid, failed = (sum(f" {word}" in text for text in texts if " payment " in text)
                        for word in ("accepted", "failed"))  # fmt: skip
        assert [(one.succeeded, one.failed, one.rate) for one in review.payments] == [
            (paid, failed, paid / (paid + failed))
        ]
        logins = sum("login failed" in text for text in texts)
        assert sum(one.count for one in review.patterns if one.pattern == "failed-login") == logins
        assert sum(one.count for one in review.errors) == sum(" ERROR " in text for text in texts)
        spent = sorted(float(text.split()[-1]) * 1000 for text in texts if "/orders/" in text and OWN not in text)
        (slow,) = review.endpoints
        exact = spent[math.ceil(0.95 * len(spent)) - 1]
        assert (slow.endpoint, slow.count) == ("GET /orders/:id", len(spent))
        assert slow.p95 is not None
        assert abs(slow.p95 - exact) / exact < 0.026
        kept = {log.name: log for log in review.logs}
        assert kept["app"].lines == len(texts)
        assert kept["app"].own == sum(OWN in text for text in texts)
        assert kept["worker"].why == "its command is not trusted on this host"
        assert kept["worker"].followed == 0.0


OWN = "release-cockpit/"


def test_an_error_is_new_in_the_one_review_in_which_it_first_came(reviews: list[Review]) -> None:
    new = [(n, one.template) for n, review in enumerate(reviews, 1) for one in review.errors if one.new]
    assert [n for n, template in new if "tax" in template] == [7]
    first = reviews[6].errors[0]
    assert (first.new, first.count) == (True, 1), "it comes before what is more frequent and known"
    assert len([template for _, template in new if "payment" in template]) == 1


def test_items_are_told_what_the_data_say_and_none_is_ticked(world: World, reviews: list[Review]) -> None:
    told = {one.item.rpartition("/")[2]: one for one in reviews[-1].support}
    assert "succeeded" in told["monitor-payment-success-rate"].told
    assert "(by bridge)" in told["monitor-payment-success-rate"].told
    assert "failed-login" in told["check-for-suspicious-login-attempts"].told
    assert told["plan-for-hotfixes"].told == ""
    assert {one.state for one in reviews[-1].support} == {"open"}


def test_what_is_due_tomorrow_is_not_what_is_overdue(reviews: list[Review]) -> None:
    daily = "Review server logs daily"
    for n, review in enumerate(reviews[:-1], 1):
        assert daily in [one.text for one in review.tomorrow], n
        assert (daily in [one.text for one in review.due]) is (n != 4), "on the fourth day it was ticked"
    due = [one.text for one in reviews[-2].tomorrow]
    assert "Monitor error rates" in due, "T+14d is tomorrow on the thirteenth day"


def test_a_second_completion_of_the_same_span_is_refused(world: World, reviews: list[Review]) -> None:
    with pytest.raises(RefusedError, match="Ana has completed a review"):
        world.workspace.session.act(completion(reviews[-1]))


def test_where_a_review_begins_can_be_said_in_words(world: World, reviews: list[Review]) -> None:
    run, now = world.workspace.run, world.clock.at + 60
    assert parse_since("", run, now) == (reviews[-1].until, "the last review, by Ana")
    assert parse_since("36h", run, now)[0] == now - 36 * 3600
    assert parse_since("launch", run, now)[0] == LAUNCH.timestamp()
    assert parse_since("yesterday", run, now)[0] == datetime(2026, 4, 2, tzinfo=BERLIN).timestamp()
    assert parse_since("2026-04-01T00:00Z", run, now)[0] == datetime.fromisoformat("2026-04-01T00:00Z").timestamp()
    for wrong in ("tomorrow", "2026-04-01T00:00", "2027-01-01T00:00Z", "800000d", "9" * 400 + "d"):
        with pytest.raises(UsageError):
            parse_since(wrong, run, now)


def test_in_a_document_moments_are_rfc_3339(reviews: list[Review]) -> None:
    document = review_document(reviews[3])
    assert document["since"] == "2026-03-23T08:00:00.000Z"
    assert document["outages"][0]["at"] == "2026-03-23T13:06:00.000Z"
    assert document["coverage"]["watched"] == 86400.0


def test_days_that_are_over_are_summed_up_once_for_whoever_has_no_samples(world: World, reviews: list[Review]) -> None:
    assert reviews
    said: list[str] = []
    watch = DayWatch(AroundDays(world.workspace, now=world.clock), say=said.append)
    watch.look()
    sums = sums_in(world.workspace.run.records)
    assert [day for day, _ in sums] == [f"2026-03-{n}" for n in range(27, 32)] + ["2026-04-01", "2026-04-02"]
    spring = sums["2026-03-29", "bridge"]
    assert spring.seconds == 23 * 3600
    assert abs(spring.watched - spring.seconds) < 60
    api = spring.probes["api"]
    assert (api.down, api.uptime) == (30, 1 - 30 / (23 * 30))
    watch.look()
    assert sums_in(world.workspace.run.records) == sums
    assert said == []
    told = [record for record in world.workspace.run.records if record.kind == "day.summed"]
    assert len(told) == 7
    assert sentence(told[2], world.workspace.run) == "summed up 2026-03-29, of which it watched 23.0 h: api 95.7% up"

    world.workspace.host = "laptop"  # it has watched nothing itself
    try:
        elsewhere = gather_review(world.workspace, since="launch", until=world.clock.at)
    finally:
        world.workspace.host = "bridge"
    assert [one.day for one in elsewhere.told] == [day for day, _ in sums]
    page = "\n".join(f"{part.title}\n{part.rows}" for part in sections_of(elsewhere))
    assert "As other watchers saw it" in page
    own = gather_review(world.workspace, since="launch", until=world.clock.at)
    assert own.told == ()

"""Logs written while the clock goes back: every line has its own time, however it is come by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from threading import Condition, Event
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.feeds import MergedFeed
from cockpit.logs.history import History
from cockpit.logs.line import Level
from cockpit.logs.query import LogQuery, select
from cockpit.logs.reader import LogReader
from cockpit.logs.seek import Seeker
from cockpit.logs.sieve import read_moment, read_sieve
from cockpit.logs.tagged import TaggedClassifier
from cockpit.logs.tally import Counted
from cockpit.logs.volumes import place_of
from cockpit.logs.window import window_of


class Night(NamedTuple):
    """A zone, when its clock goes back (epoch seconds), and by how many minutes."""

    zone: ZoneInfo
    at: float
    minutes: int


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NIGHTS = [
    Night(ZoneInfo("Europe/Berlin"), utc("2026-10-25T01:00"), 60),
    Night(ZoneInfo("Australia/Lord_Howe"), utc("2026-04-04T15:00"), 30),
    Night(ZoneInfo("America/Havana"), utc("2026-11-01T05:00"), 60),  # at 01:00, to midnight
]
Write = Callable[[datetime], str]
WAYS: dict[str, Write] = {
    "iso": lambda at: f"{at:%Y-%m-%d %H:%M:%S} ERROR pay: refused",
    "fraction": lambda at: f"{at:%Y-%m-%d %H:%M:%S},337 ERROR pay: refused",
    "syslog": lambda at: f"{at:%b} {at.day:2} {at:%H:%M:%S} host pay[7]: error: refused",
    "json": lambda at: f'{{"time": "{at:%Y-%m-%dT%H:%M:%S}", "level": "error", "msg": "refused"}}',
    "nginx": lambda at: f"{at:%Y/%m/%d %H:%M:%S} [error] 7#7: refused",
    "zoned": lambda at: f"{at.isoformat()} ERROR pay: refused",
    "named": lambda at: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC ERROR pay: refused",
}
night = pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.zone.key.partition("/")[2])
way = pytest.mark.parametrize("way", WAYS)


def written(night: Night, times: list[float], way: str = "iso") -> list[str]:
    return [WAYS[way](datetime.fromtimestamp(at, night.zone)) for at in times]


def every_minute(night: Night, before: int = 120, after: int = 120) -> list[float]:
    return [night.at + 60 * minute for minute in range(-before, after)]


def classifier(night: Night, now: float) -> Classifier:
    return Classifier("app", zone=night.zone, clock=lambda: now)


def read(night: Night, lines: list[str], now: float) -> list[float]:
    reading = classifier(night, now)
    found = [reading.classify(line).at for line in lines]
    return [round(at) for at in found if at is not None]


@night
@way
def test_every_line_has_its_own_time_where_the_clock_goes_back(night: Night, way: str) -> None:
    times = every_minute(night)
    assert read(night, written(night, times, way), night.at + 86400) == times


@night
@way
def test_the_newest_lines_are_read_as_such_where_none_before_are_known(night: Night, way: str) -> None:
    for now in range(-night.minutes, night.minutes):
        times = every_minute(night, before=-max(now - 7, -night.minutes), after=now + 1)
        assert read(night, written(night, times[:1], way), times[0]) == times[:1]
        assert read(night, written(night, times[-1:], way), times[-1]) == times[-1:]


@night
def test_the_errors_of_the_last_minutes_are_chosen(night: Night) -> None:
    times = every_minute(night, before=120, after=17)
    now = times[-1]
    sieve = read_sieve("since:15m", now=now, zone=night.zone)
    assert sieve is not None
    reading = classifier(night, now)
    lines = [reading.classify(line) for line in written(night, times)]
    assert [sieve.wants(line) for line in lines] == [at >= now - 900 for at in times]


@given(
    night=st.sampled_from(NIGHTS),
    steps=st.lists(st.integers(0, 20 * 60), min_size=20, max_size=200),
    late=st.lists(st.integers(0, 200), min_size=200, max_size=200),
    way=st.sampled_from(sorted(WAYS)),
)
def test_lines_a_little_out_of_order_have_their_own_times(
    night: Night, steps: list[int], late: list[int], way: str
) -> None:
    times, at = [], night.at - 3 * 3600
    for step, back in zip(steps, late, strict=False):
        at += step
        times.append(at - back)
    assert read(night, written(night, times, way), at + 3600) == times


@night
@way
def test_a_count_of_a_file_tells_the_same_times(night: Night, way: str) -> None:
    for first, last in ((-130, night.minutes // 2), (night.minutes // 2, 130), (-130, 130)):
        times = [night.at + 60 * minute for minute in range(first, last)]
        now = times[-1]
        data = "".join(f"{line}\n" for line in written(night, times, way)).encode()
        tally = Counted(classifier(night, now), night.zone, now).count(BytesIO(data))
        assert tally.first_at is not None
        assert tally.last_at is not None
        assert [round(tally.first_at), round(tally.last_at)] == [times[0], times[-1]]


@pytest.mark.parametrize("zone_name", ["Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "UTC"])
@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "1970-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59:59Z"])
def test_a_time_at_an_end_of_the_calendar_is_no_fault(tmp_path: Path, typed: str, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    (tmp_path / "app.log").write_text("9999-12-31 23:59:59 ERROR x\n")
    seeker = Seeker(History(tmp_path / "app.log"), lambda: Classifier("app", zone=zone))
    moment = read_moment(typed, now=1.8e9, zone=zone)
    if moment is not None:
        assert seeker.find_time(moment, Event(), lambda _: None) in {None, place_of(0, 0)}


def test_a_zones_name_tells_which_time_is_meant() -> None:
    # Of these names none says an offset by itself.
    sydney = Classifier("app", zone=ZoneInfo("Australia/Sydney"))
    lines = [
        sydney.classify(f"2026-04-05 02:{text} ERROR refused") for text in ("30:00 AEDT", "10:00 AEST", "40:00 AEDT")
    ]
    assert [line.at for line in lines] == [utc(f"2026-04-04T{clock}") for clock in ("15:30", "16:10", "15:40")]


NEVER = Event()


def nothing(part: float) -> None:
    pass


def history_of(folder: Path, lines: list[str], *volumes: int) -> History:
    """A log whose lines up to each of these are in an archive."""
    cuts = [0, *volumes, len(lines)]
    names = [f"app.log.{number}" for number in range(len(volumes), 0, -1)] + ["app.log"]
    for name, (start, end) in zip(names, pairwise(cuts), strict=True):
        (folder / name).write_text("".join(f"{line}\n" for line in lines[start:end]))
    return History(folder / "app.log")


def places_of(history: History) -> list[int]:
    place, found = place_of(history.volumes()[0], 0), []
    while (stretch := history.after(place, NEVER)) is not None:
        found += stretch.places(stretch.lines())
        place = stretch.end
    return found


@pytest.mark.parametrize("volumes", [(), (100, 140, 150, 170)], ids=len)
@night
@pytest.mark.parametrize("way", ["iso", "syslog", "zoned"])
def test_a_time_is_found_where_the_clock_goes_back(tmp_path: Path, night: Night, way: str, volumes: list[int]) -> None:
    times = [night.at + 30 * number for number in range(-130, 130)]
    history = history_of(tmp_path, written(night, times, way), *volumes)
    places = places_of(history)
    for now in (times[-1], times[-1] + 86400):
        seeker = Seeker(history, lambda: classifier(night, now))  # noqa: B023
        for number in range(0, len(times), 7):
            assert seeker.find_time(times[number], NEVER, nothing) == places[number]
            assert seeker.find_time(times[number] - 10, NEVER, nothing) == places[number]
        assert seeker.find_time(times[-1] + 1, NEVER, nothing) is None
    history.close()


@pytest.mark.parametrize("volumes", [(), (700,), (240, 400, 600, 640)], ids=len)
@night
def test_what_is_read_back_has_the_same_times_as_what_is_read_on(
    tmp_path: Path, night: Night, volumes: list[int]
) -> None:
    times = [night.at + 10 * number for number in range(-800, 800)]
    history = history_of(tmp_path, written(night, times), *volumes)
    for size in (1_500, 100_000):
        for way_on in (False, True):
            seeker = Seeker(history, lambda: classifier(night, times[-1]))
            place = place_of(history.volumes()[0], 0) if way_on else history.end()
            found: list[float | None] = []
            while (stretch := (history.after if way_on else history.before)(place, NEVER, size)) is not None:
                lines, _ = seeker.classified(stretch, NEVER)
                part = [line.at for line in lines]
                found = found + part if way_on else part + found
                place = stretch.end if way_on else stretch.start
            assert found == times
    history.close()


@night
@pytest.mark.parametrize("begins", [-20, 10], ids=["first", "second"])
def test_a_log_that_begins_in_these_hours_is_read_by_what_comes(tmp_path: Path, night: Night, begins: int) -> None:
    times = [night.at + 60 * minute for minute in range(begins, 25)]
    history = history_of(tmp_path, written(night, times))
    seeker = Seeker(history, lambda: classifier(night, times[-1] + 86400))
    for at, place in zip(times, places_of(history), strict=True):
        assert seeker.find_time(at, NEVER, nothing) == place
        stretch = history.after(place, NEVER)
        assert stretch is not None
        lines, _ = seeker.classified(stretch, NEVER)
        assert lines[0].at == at
    history.close()


@night
def test_lines_of_several_logs_in_one_have_their_own_times(tmp_path: Path, night: Night) -> None:
    times = [night.at + 60 * minute for minute in range(-130, 130)]
    lines = [f"{'pay' if number % 2 else 'mail'} | {line}" for number, line in enumerate(written(night, times))]
    history = history_of(tmp_path, lines)
    seeker = Seeker(history, lambda: TaggedClassifier(zone=night.zone, clock=lambda: times[-1]))
    for at, place in zip(times, places_of(history), strict=True):
        assert seeker.find_time(at, NEVER, nothing) == place
        stretch = history.after(place, NEVER, 300)
        assert stretch is not None
        found, _ = seeker.classified(stretch, NEVER)
        assert [line.at for line in found] == times[times.index(at) :][: len(found)]
    history.close()


class Followed:
    """A log that is read as it is written, at a time of ours."""

    def __init__(self, path: Path, night: Night, now: float) -> None:
        self.now = now
        self.buffer = LogBuffer()
        self._news = Condition()
        self.reader = LogReader(
            "app", path, buffer=self.buffer, on_news=self._note, zone=night.zone, clock=lambda: self.now,
            tail=40, first=10, poll_seconds=0.005,
        )  # fmt: skip
        self.reader.start()

    def _note(self) -> None:
        with self._news:
            self._news.notify_all()

    def times(self, count: int) -> list[float | None]:
        """Those of the lines shown, once they are so many."""
        with self._news:
            assert self._news.wait_for(lambda: self.buffer.extent.end - self.buffer.extent.first == count, timeout=10)
        extent = self.buffer.extent
        return [line.at for line in self.buffer.lines_between(extent.first, extent.end)]

    def rejoin(self) -> None:
        """Have the newest lines read again."""
        asked = Event()

        def note() -> bool:
            asked.set()
            return True

        self.reader.rejoin(note)
        assert asked.wait(10)

    def stop(self) -> None:
        self.reader.stop()
        self.reader.join(10)


@night
@pytest.mark.parametrize("newest", [-45, -12, -1, 0, 5, 18, 29, 50])
def test_a_log_that_is_followed_has_its_own_times_from_the_start(tmp_path: Path, night: Night, newest: int) -> None:
    times = [night.at + 60 * newest - 40 * number for number in range(200)][::-1]
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line}\n" for line in written(night, times)))
    followed = Followed(path, night, times[-1] + 20)
    try:
        assert followed.times(10) == times[-10:]
        followed.reader.go_on()
        assert followed.times(40) == times[-40:]
        followed.rejoin()
        assert followed.times(40) == times[-40:]
    finally:
        followed.stop()


@night
def test_a_line_that_comes_now_is_of_now_however_long_none_came(tmp_path: Path, night: Night) -> None:
    path = tmp_path / "errors.log"
    times = [night.at - 60 * (night.minutes - 2)]
    path.write_text(f"{written(night, times)[0]}\n")
    followed = Followed(path, night, times[0])
    try:
        for at in (night.at - 600, night.at + 60 * (night.minutes - 5), night.at + 60 * (night.minutes - 1)):
            assert followed.times(len(times)) == times
            times.append(at)
            followed.now = at + 2
            with path.open("a") as file:
                file.write(f"{written(night, times)[-1]}\n")
        assert followed.times(len(times)) == times
    finally:
        followed.stop()


@night
def test_several_files_are_put_in_the_order_of_their_times(tmp_path: Path, night: Night) -> None:
    now = night.at + 20 * night.minutes
    times = [now - number * night.minutes * 0.3 for number in range(250)][::-1]
    for number, name in enumerate(("mail", "pay")):
        lines = written(night, times[number::2])
        (tmp_path / f"{name}.log").write_text("".join(f"{line}\n" for line in lines))
    paths = [(name, str(tmp_path / f"{name}.log")) for name in ("mail", "pay")]
    feed = MergedFeed("all", paths, zone=night.zone, clock=lambda: now)
    feed.start()
    try:
        assert feed.ready.wait(10)
        found = [line.partition(" | ")[2] for line in feed.path.read_text().splitlines()]
        assert found == written(night, times)
    finally:
        feed.stop()
        feed.join(10)


@night
@pytest.mark.parametrize(
    "query", [LogQuery(), LogQuery(last=40), LogQuery(minimum=Level.ERROR)], ids=["all", "last", "errors"]
)
def test_the_lines_that_a_file_begins_with_have_their_own_times(tmp_path: Path, night: Night, query: LogQuery) -> None:
    path = tmp_path / "app.log"
    times = [night.at + 60 * minute for minute in range(-20, 25)]
    path.write_text("".join(f"{line}\n" for line in written(night, times)))
    for now in (times[-1], times[-1] + 86400):
        found = [line.at for line in select(path, query, zone=night.zone, clock=lambda: now)]  # noqa: B023
        assert found == times[-(query.last or 0) :]


@night
@pytest.mark.parametrize("newest", [-20, -1, 3, 16, 29, 100])
def test_a_window_of_the_last_minutes_counts_their_lines(tmp_path: Path, night: Night, newest: int) -> None:
    # So many lines that it begins to read in their midst.
    times = [night.at + 60 * newest - number for number in range(20_000)][::-1]
    path = tmp_path / "app.log"
    path.write_text("".join(f"{line} {'x' * 60}\n" for line in written(night, times)))
    window = window_of(path, since=times[-1] - 899, now=times[-1], zone=night.zone)
    assert (window.lines, window.last_at) == (900, times[-1])

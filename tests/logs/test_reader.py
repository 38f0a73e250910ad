from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.follow import FollowState
from cockpit.logs.match import TextFilter
from cockpit.logs.reader import LogReader
from cockpit.logs.sieve import read_sieve


class Reading:
    """A reader at work, and a way to wait for what it does."""

    def __init__(self, path: Path) -> None:
        self.buffer = LogBuffer()
        self.news = threading.Condition()
        self.reader = LogReader("app", path, buffer=self.buffer, on_news=self._note, clock=lambda: 1_000_000.0, tail=2)
        self.reader.start()

    def _note(self) -> None:
        with self.news:
            self.news.notify_all()

    def wait_for(self, holds: Callable[[], bool]) -> None:
        with self.news:
            assert self.news.wait_for(holds, timeout=10)

    def texts(self) -> list[str]:
        extent = self.buffer.extent
        found = [self.buffer.line_at(row) for row in range(extent.first, extent.end)]
        return [line.text for _, line in filter(None, found)]


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[Reading]:
    path = tmp_path / "app.log"
    path.write_text("INFO 0\nERROR 1\nINFO 2\n")
    at_work = Reading(path)
    yield at_work
    at_work.reader.stop()
    at_work.reader.join(10)


def test_it_follows_into_the_buffer_and_counts(reading: Reading, tmp_path: Path) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    assert reading.texts() == ["ERROR 1", "INFO 2"]
    assert reading.reader.status.counts.levels["error"] == 1
    assert reading.reader.status.counts.errors_per_minute == 0  # it was there before
    with (tmp_path / "app.log").open("a") as file:
        file.write("FATAL 3\n")
    reading.wait_for(lambda: len(reading.texts()) == 3)
    reading.wait_for(lambda: reading.reader.status.counts.errors_per_minute == 1)
    assert reading.reader.status.counts.lines == 3


def test_it_says_what_happened_to_the_file(reading: Reading, tmp_path: Path) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    (tmp_path / "app.log").unlink()
    reading.wait_for(lambda: reading.reader.status.state is FollowState.WAITING)
    assert reading.reader.status.reason == "is gone, and will be read when it comes back"


def test_its_thread_ends(reading: Reading) -> None:
    reading.reader.stop()
    reading.reader.join(10)
    assert not any(thread.name == "log app" for thread in threading.enumerate())


def test_where_nobody_waits_for_each_line_it_looks_less_often_and_takes_more_at_once(
    reading: Reading, tmp_path: Path
) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    asked, looked = list[float](), threading.Condition()

    def may_rest() -> bool:
        with looked:
            asked.append(time.monotonic())
            looked.notify_all()
        return True

    reading.reader.may_rest = may_rest
    with looked:
        assert looked.wait_for(lambda: len(asked) == 4, timeout=10)
    assert asked[3] - asked[1] > 0.4  # instead of 0.1 seconds
    with (tmp_path / "app.log").open("a") as file:
        file.write("".join(f"INFO {number}\n" for number in range(3, 803)))
    reading.wait_for(lambda: reading.reader.status.counts.lines == 802)
    assert reading.reader.status.skipped == 0
    assert reading.texts()[-800:] == [f"INFO {number}" for number in range(3, 803)]


def pour(path: Path, texts: list[str]) -> None:
    """Write so many lines at once that they are a flood."""
    assert len(texts) > 2000
    with path.open("ab", buffering=0) as file:
        file.write("".join(text + "\n" for text in texts).encode())


def test_a_flood_in_which_a_filter_chooses_nothing_leaves_no_gap_that_is_not_known(
    reading: Reading, tmp_path: Path
) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    wanted = TextFilter.lenient("needle")
    reading.buffer.set_filter(wanted)
    pour(tmp_path / "app.log", [f"INFO {number}" for number in range(3, 3000)])
    reading.wait_for(lambda: reading.reader.status.counts.lines == 2999)
    assert not reading.texts()
    assert reading.reader.status.skipped == 0
    assert reading.buffer.has_all_for(wanted)
    assert not reading.buffer.has_all_for(None)


def test_in_a_flood_the_filter_that_came_meanwhile_chooses(reading: Reading, tmp_path: Path) -> None:
    class Overtaken(TextFilter):
        def matches(self, text: str) -> bool:
            if text == "INFO 100":
                reading.buffer.set_filter(other)
            return super().matches(text)

    other = TextFilter.lenient(" 5.$")
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    reading.buffer.set_filter(Overtaken.lenient(" 7.$"))
    pour(tmp_path / "app.log", [f"INFO {number}" for number in range(3, 3000)])
    reading.wait_for(lambda: reading.reader.status.counts.lines == 2999)
    assert reading.buffer.filter is other
    assert reading.texts() == [f"INFO {number}" for number in range(50, 60)]
    assert reading.buffer.has_all_for(other)


def test_a_filter_that_is_too_slow_for_a_flood_is_taken_off_and_the_log_is_read_on(
    reading: Reading, tmp_path: Path
) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    slow = TextFilter.lenient("(a|aa)+$")
    reading.buffer.set_filter(slow)
    pour(tmp_path / "app.log", ["INFO " + "a" * 60 + "b"] * 3000)
    reading.wait_for(lambda: reading.reader.status.counts.lines == 3002)
    assert slow.slow is not None
    assert reading.buffer.filter is None
    assert reading.reader.status.state is FollowState.FOLLOWING
    assert reading.texts()[-1] == "INFO " + "a" * 60 + "b"


def test_of_more_matches_than_are_shown_the_others_are_counted_as_skipped(reading: Reading, tmp_path: Path) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    reading.buffer.set_filter(TextFilter.lenient("INFO"))
    pour(tmp_path / "app.log", [f"INFO {number}" for number in range(3, 3003)])
    reading.wait_for(lambda: reading.reader.status.counts.lines == 3002)
    shown = [text for text in reading.texts() if text != "INFO 2"]
    assert len(shown) + reading.reader.status.skipped == 3000
    assert len(shown) < 3000
    assert not reading.buffer.has_all_for(reading.buffer.filter)


def test_in_a_flood_a_level_is_found_wherever_it_stands(reading: Reading, tmp_path: Path) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    reading.buffer.set_filter(read_sieve("level:error", now=0, zone=UTC))
    texts = [f"2026-07-01 12:00:00 {'INFO' if number % 1000 else 'ERROR'} {number}" for number in range(1, 9000)]
    pour(tmp_path / "app.log", texts)
    reading.wait_for(lambda: reading.reader.status.counts.lines == 9001)
    assert reading.texts()[1:] == [f"2026-07-01 12:00:00 ERROR {thousand}000" for thousand in range(1, 9)]
    assert reading.reader.status.skipped == 0


def test_a_flood_is_not_looked_through_for_somebody_who_looks_elsewhere(reading: Reading, tmp_path: Path) -> None:
    class Asked(TextFilter):
        def matches(self, text: str) -> bool:
            asked.append(text)
            return super().matches(text)

    asked = list[str]()
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    reading.buffer.begin_anew(Asked.lenient("INFO"), 0)
    pour(tmp_path / "app.log", [f"INFO {number}" for number in range(3, 3003)])
    reading.wait_for(lambda: reading.reader.status.counts.lines == 3002)
    assert len(asked) < 200
    assert reading.buffer.extent.missed == 3000


def test_the_end_is_joined_again_once_there_is_a_file(reading: Reading, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    path.unlink()
    reading.wait_for(lambda: reading.reader.status.state is FollowState.WAITING)
    reading.buffer.begin_anew(None, 0)
    reading.reader.rejoin(lambda: True)
    path.write_text("INFO 3\nINFO 4\n")
    reading.wait_for(lambda: reading.texts() == ["INFO 3", "INFO 4"])
    assert reading.buffer.extent.has_end


def test_the_end_is_not_joined_by_who_has_gone_elsewhere_meanwhile(reading: Reading, tmp_path: Path) -> None:
    reading.wait_for(lambda: reading.reader.status.state is FollowState.FOLLOWING)
    reading.buffer.begin_anew(None, 0)
    asked = threading.Event()

    def wanted() -> bool:
        asked.set()
        return False

    reading.reader.rejoin(wanted)
    assert asked.wait(10)
    with (tmp_path / "app.log").open("a") as file:
        file.write("INFO 3\n")
    reading.wait_for(lambda: reading.reader.status.counts.lines == 3)
    assert not reading.texts()
    assert reading.buffer.extent.missed == 1

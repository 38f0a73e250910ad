from __future__ import annotations

import bz2
import gzip
import lzma
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.follow import Follower
from cockpit.logs.held import Span
from cockpit.logs.history import History
from cockpit.logs.packed import GivenUpError
from cockpit.logs.past import Past
from cockpit.logs.seek import Seeker
from cockpit.logs.sieve import read_sieve
from cockpit.logs.volumes import FIRST_VOLUME, Known, Volume, archives_of, place_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NEVER = Event()


def text_of(number: int) -> str:
    """One line a second; every thousandth is an error, and number 7 stands alone."""
    level = "ERROR" if number % 1000 == 999 else "INFO"
    more = " needle" if number == 7 else ""
    return (
        f"2026-07-01 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02},000 {level} line {number}{more}"
    )


def written(*numbers: int) -> str:
    return "".join(text_of(number) + "\n" for number in numbers)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def seeker_of(history: History) -> Seeker:
    return Seeker(history, lambda: Classifier("app", clock=lambda: 1_782_900_000.0))


def nothing(part: float) -> None:
    assert 0 <= part <= 1


def backward(history: History, place: int, size: int) -> list[str]:
    found: list[str] = []
    while (stretch := history.before(place, NEVER, size)) is not None:
        assert stretch.end == place or stretch.end % (1 << 44) > 0
        found[:0] = [line.text for line in stretch.lines()]
        place = stretch.start
    return found


def forward(history: History, place: int, size: int) -> list[str]:
    found: list[str] = []
    while (stretch := history.after(place, NEVER, size)) is not None:
        found += [line.text for line in stretch.lines()]
        place = stretch.end
    return found


@given(
    lives=st.lists(st.lists(st.text("ab\r €", max_size=30), max_size=8), min_size=1, max_size=4),
    size=st.integers(1, 100),
)
def test_every_line_is_read_once_in_either_direction(
    lives: list[list[str]], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("logs") / "app.log"
    for age, lines in enumerate(reversed(lives)):
        name = path if age == 0 else path.with_name(f"app.log.{age}")
        name.write_bytes("".join(line + "\n" for line in lines).encode())
    history = History(path)
    owed = [line.removesuffix("\r") for lines in lives for line in lines]
    assert backward(history, history.end(), size) == owed
    assert forward(history, place_of(history.volumes()[0], 0), size) == owed
    history.close()


def test_archives_are_ordered_by_number_or_date_packed_or_not(path: Path) -> None:
    names = ["app.log.1", "app.log.2.gz", "app.log.10.xz", "app.log.2"]
    for name in (*names, "app.log", "other.log.1", "app.log.txt", "app.log.backup"):
        path.with_name(name).touch()
    # While logrotate packs one, both are there; the plain one is whole.
    assert [one.name for one in archives_of(path)] == ["app.log.1", "app.log.2", "app.log.10.xz"]
    for name in names:
        path.with_name(name).unlink()
    for name in ("app.log-20260630.gz", "app.log-20260701", "app.log-20260629.bz2"):
        path.with_name(name).touch()
    assert [one.name for one in archives_of(path)] == [
        "app.log-20260701",
        "app.log-20260630.gz",
        "app.log-20260629.bz2",
    ]


@pytest.mark.parametrize(
    "names",  # the newest first
    [
        ["app.log.2026-11-26.10.gz", "app.log.2026-11-26.9.gz", "app.log.2026-11-26.0.gz", "app.log.2026-11-25.1.gz"],
        ["app.log.2026-11-26_13-05-00", "app.log.2026-11-26_13-00-59", "app.log.2026-11-26_12-59-00"],
        ["app.log.2026-11-26_13", "app.log.2026-11-26_09", "app.log.2026-11-25", "app.log.2025-12-31_23"],
        ["app-2026-11-26T13-00-00.100.log.gz", "app-2026-11-26T13-00-00.020.log", "app-2026-11-26T09-30-10.999.log"],
        ["app__2026-11-26_00-00-00.log", "app__2026-11-25_13-00-00.log.gz"],
        ["app.2026-11.log", "app.2026-10.log.zst", "app.2025-12.log"],
        ["app-2026-11-26-2.log", "app-2026-11-26-1.log", "app-2026-11-26.log", "app-2026-11-25-1.log"],
        ["app.log-2026112613", "app.log-2026112609", "app.log-20261126", "app.log-2026112523.gz"],
        ["app.log-20261126-1764160000", "app.log-20261126-1764150000"],
        ["app.log-20261126-123000.xz", "app.log-20261126-093000.xz"],
        ["app.1.log.gz", "app.2.log.gz", "app.10.log.gz"],
    ],
    ids=lambda names: names[0],
)
def test_archives_of_many_a_rotator_are_known_and_in_order(path: Path, names: list[str]) -> None:
    for name in (*reversed(names), "app.log", "app.log.20260", "app-v2.log", "app.log.2026-11-26.bak", "app.log.html"):
        path.with_name(name).touch()
    assert [one.name for one in archives_of(path)] == names


def test_an_archive_that_is_no_such_is_named(path: Path) -> None:
    path.write_text(written(1))
    for suffix in ("gz", "bz2", "xz", "zst"):
        archive = path.with_name(f"app.log.1.{suffix}")
        archive.write_bytes(b"<html>" * 100)
        history = History(path)
        with pytest.raises(OSError, match=rf"app\.log\.1\.{suffix} is damaged, or not packed as its name says"):
            history.before(place_of(FIRST_VOLUME, 0), Event())
        history.close()
        archive.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.full
def test_an_archive_that_holds_more_than_there_is_room_for_does_not_fill_the_disk(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        path.write_text(written(1))
        path.with_name("app.log.1.gz").write_bytes(gzip.compress(bytes(100 * 1024 * 1024)))
        path.with_name("app.log.2.gz").write_bytes(gzip.compress(written(0).encode()))
        history = History(path)
        with pytest.raises(OSError, match=r"app\.log\.1\.gz holds more than there is room for"):
            history.before(place_of(FIRST_VOLUME, 0), Event())
        disk = os.statvfs(place)
        assert disk.f_bavail == disk.f_blocks, "nothing of it is left"
        assert history.before(place_of(FIRST_VOLUME - 1, 0), Event()) is not None, "the older ones can be read"
        history.close()
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_it_reads_back_through_packed_archives(path: Path) -> None:
    path.write_text(written(5, 6))
    path.with_name("app.log.1").write_text(written(3, 4))
    path.with_name("app.log.2.gz").write_bytes(gzip.compress(written(2).encode()))
    path.with_name("app.log.3.bz2").write_bytes(bz2.compress(written(1).encode()))
    path.with_name("app.log.4.zst").write_bytes(zstd.compress(written(0).encode()))
    history = History(path)
    assert backward(history, history.end(), 1000) == [text_of(number) for number in range(7)]
    cancel = Event()
    cancel.set()
    with pytest.raises(GivenUpError):
        History(path).before(place_of(FIRST_VOLUME - 1, 0), cancel)
    history.close()


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstd.compress)],
)
def test_of_an_archive_that_is_still_being_packed_what_is_there_is_read(
    path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    path.touch()
    packed = pack(os.urandom(500_000).hex().encode())  # one whole block of bzip2, and a part of the next
    path.with_name(f"app.log.1.{suffix}").write_bytes(packed[: len(packed) * 95 // 100])
    history = History(path)
    assert history.size_of(place_of(FIRST_VOLUME - 1, 0)) > 800_000
    history.close()


def test_a_copy_is_read_where_the_file_itself_was_open_and_is_truncated(path: Path) -> None:
    path.write_text(written(1, 2))
    with Follower(path) as follower:
        follower.poll()
        history = History(path, follower.known)
        assert backward(history, history.end(), 1000) == [text_of(1), text_of(2)]
        path.with_name("app.log.1").write_bytes(path.read_bytes())
        os.truncate(path, 0)
        with path.open("a") as file:
            file.write(written(3, 4, 5))
        follower.poll()
        assert backward(history, history.end(), 1000) == [text_of(number) for number in range(1, 6)]
        history.close()


@pytest.mark.parametrize("way", ["rename", "copytruncate", "rename and pack", "emptied"])
def test_what_was_followed_is_found_again_wherever_it_went(path: Path, way: str) -> None:
    path.with_name("app.log.1").write_text(written(0))
    path.write_text(written(1, 2))
    with Follower(path) as follower:
        place = follower.poll().blocks[-1].place
        older = path.with_name("app.log.2")
        path.with_name("app.log.1").rename(older)
        moved = path.with_name("app.log.1")
        if way == "copytruncate":
            moved.write_bytes(path.read_bytes())
        if way in {"copytruncate", "emptied"}:
            os.truncate(path, 0)
        else:
            path.rename(moved)
        if way == "rename and pack":
            moved.with_name("app.log.1.gz").write_bytes(gzip.compress(moved.read_bytes()))
            moved.unlink()
        if way == "emptied":
            older.rename(moved)
        with path.open("a") as file:
            file.write(written(3))
        found = follower.poll().blocks
        assert [line.text for block in found for line in block.lines()] == [text_of(3)]
        assert found[-1].place > place
        history = History(path, follower.known)
        # What was emptied is nowhere; an archive that is not it is not taken for it.
        owed = [] if way == "emptied" else [0, 1, 2]
        assert backward(history, found[-1].place, 1000) == [text_of(number) for number in owed]
        history.close()


@pytest.mark.parametrize("new", ["absent", "empty"])
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("tail", [1000, 1])
def test_a_file_that_is_followed_where_it_was_moved_to_is_no_older_one(
    path: Path, new: str, is_packed: bool, tail: int
) -> None:
    path.with_name("app.log.1").write_text(written(1))
    path.with_name("app.log.2").write_text(written(0))
    path.write_text(written(2, 3))
    with Follower(path, tail=tail) as follower:
        first = follower.poll().blocks[0]
        history = History(path, follower.known)
        path.with_name("app.log.2").rename(path.with_name("app.log.3"))
        path.with_name("app.log.1").rename(path.with_name("app.log.2"))
        moved = path.with_name("app.log.1")
        path.rename(moved)
        if new == "empty":
            path.touch()
        if is_packed:
            moved.with_name("app.log.1.gz").write_bytes(gzip.compress(moved.read_bytes()))
            moved.unlink()
        follower.poll()
        before = 4 - min(tail, 2)
        # What was packed and removed is let go at once where the log has no new file.
        assert backward(history, first.place, 1000) == [text_of(number) for number in range(before)]
        assert len(history.volumes()) == 3
        with path.open("a") as file:
            file.write(written(4))
        place = follower.poll().blocks[-1].place
        assert backward(history, place, 1000) == [text_of(number) for number in range(4)]
        history.close()


def test_an_empty_file_that_was_moved_away_and_is_written_to_there_is_read_once(path: Path) -> None:
    path.touch()
    with Follower(path) as follower:
        follower.poll()
        history = History(path, follower.known)
        moved = path.with_name("app.log.1")
        path.rename(moved)
        follower.poll()
        assert backward(history, history.end(), 1000) == []
        moved.write_text(written(0))
        follower.poll()
        assert backward(history, history.end(), 1000) == [text_of(0)]
        path.write_text(written(1))
        follower.poll()
        assert backward(history, history.end(), 1000) == [text_of(0), text_of(1)]
        history.close()


def test_a_directory_in_a_logs_place_is_no_volume_of_it(path: Path) -> None:
    path.with_name("app.log.1").write_text(written(0))
    path.write_text(written(1))
    with Follower(path) as follower:
        follower.poll()
        history = History(path, follower.known)
        path.with_name("app.log.1").rename(path.with_name("app.log.2"))
        path.rename(path.with_name("app.log.1"))
        path.mkdir()
        path.joinpath("something").touch()  # for its size
        for _ in range(5):
            follower.poll()
        path.joinpath("something").unlink()
        path.rmdir()
        path.write_text(written(2))
        place = follower.poll().blocks[-1].place
        assert place == place_of(FIRST_VOLUME + 1, 0)
        assert backward(history, place, 1000) == [text_of(0), text_of(1)]
        history.close()


def test_a_volume_that_nothing_is_known_of_is_not_taken_from_the_archives(path: Path) -> None:
    path.with_name("app.log.1").write_text(written(0))
    path.with_name("app.log.2").write_text(written(1))
    path.write_text(written(2))
    known = Known(FIRST_VOLUME + 2, (Volume(FIRST_VOLUME, 0, 0, 0, b""),))
    history = History(path, lambda: known)
    assert history.before(place_of(FIRST_VOLUME + 2, 0), NEVER) is None
    history.close()


@pytest.mark.parametrize("is_sparse", [True, False])
def test_a_hole_that_a_truncation_left_is_read_in_neither_direction(path: Path, is_sparse: bool) -> None:
    hole = 12 * 1024 * 1024
    path.with_name("app.log.2.gz").write_bytes(gzip.compress(bytes(hole) + written(0).encode()))
    for name, number in (("app.log.1", 1), ("app.log", 2)):
        with path.with_name(name).open("wb") as file:
            if is_sparse:
                file.seek(hole)
            else:
                file.write(bytes(hole))
            file.write(written(number).encode())
    history = History(path)
    owed = [text_of(number) for number in range(3)]
    assert backward(history, history.end(), 1000) == owed
    for size in (len(text_of(0)) // 2, 1000):
        assert forward(history, place_of(FIRST_VOLUME - 2, 0), size) == owed
    history.close()


def test_a_hole_after_which_nothing_is_yet_is_no_line(path: Path) -> None:
    path.with_name("app.log.1").write_text(written(0))
    path.touch()
    os.truncate(path, 100_000)
    history = History(path)
    assert backward(history, history.end(), 1000) == [text_of(0)]
    with path.open("a") as file:
        file.write(written(1))
    assert backward(history, history.end(), 1000) == [text_of(0), text_of(1)]
    history.close()


@pytest.fixture
def long_history(path: Path) -> Iterator[History]:
    path.with_name("app.log.1").write_text(written(*range(10_000)))
    path.write_text(written(*range(10_000, 20_000)))
    history = History(path)
    yield history
    history.close()


def line_at(history: History, place: int | None) -> str:
    assert place is not None
    stretch = history.after(place, NEVER)
    assert stretch is not None
    return stretch.lines()[0].text


def test_errors_and_texts_are_found_in_either_direction(long_history: History) -> None:
    seeker = seeker_of(long_history)
    place = seeker.find_error(long_history.end(), forward=False, cancel=NEVER, progress=nothing)
    assert line_at(long_history, place) == text_of(19_999)
    assert place is not None
    place = seeker.find_error(place, forward=False, cancel=NEVER, progress=nothing)
    assert line_at(long_history, place) == text_of(18_999)
    start = place_of(long_history.volumes()[0], 0)
    place = seeker.find_error(start, forward=True, cancel=NEVER, progress=nothing)
    assert line_at(long_history, place) == text_of(999)
    sieve = read_sieve("needle", now=0, zone=UTC)
    assert sieve is not None
    place = seeker.find_text(long_history.end(), sieve.matches, forward=False, cancel=NEVER, progress=nothing)
    assert line_at(long_history, place) == text_of(7)
    assert seeker.find_text(start, lambda text: "no such" in text, forward=True, cancel=NEVER, progress=nothing) is None


def test_a_search_ends_where_it_is_cancelled(long_history: History) -> None:
    cancel = Event()
    seen = 0

    def matches(text: str) -> bool:
        nonlocal seen
        seen += 1
        cancel.set()
        return False

    with pytest.raises(GivenUpError):
        seeker_of(long_history).find_text(long_history.end(), matches, forward=False, cancel=cancel, progress=nothing)
    assert seen < 2000


@pytest.mark.parametrize("number", [0, 1, 4_000, 9_999, 10_000, 10_001, 15_555, 19_999])
def test_a_time_is_found_in_the_volume_that_has_it(long_history: History, number: int) -> None:
    seeker = seeker_of(long_history)
    at = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
    for ahead in (0.0, -0.5):
        place = seeker.find_time(at + number + ahead, NEVER, nothing)
        assert line_at(long_history, place) == text_of(number)
    assert seeker.find_time(at + 30_000, NEVER, nothing) is None


def texts(buffer: LogBuffer) -> list[str]:
    extent = buffer.extent
    return [line.text for line in buffer.lines_between(extent.first, extent.end)]


def test_a_window_moves_over_the_whole_log_in_bounded_memory(long_history: History) -> None:
    buffer = LogBuffer(capacity=3000)
    past = Past(long_history, seeker_of(long_history), buffer)
    buffer.replace((), (), Span(long_history.end(), long_history.end()), has_end=True)
    buffer.pinned = True
    while past.load_earlier(NEVER, nothing):
        shown = texts(buffer)
        assert len(shown) <= 3300
        numbers = [int(text.split()[4]) for text in shown]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert texts(buffer)[0] == text_of(0)
    assert not buffer.extent.has_end
    while past.load_later(NEVER, nothing):
        shown = texts(buffer)
        assert len(shown) <= 3300
        numbers = [int(text.split()[4]) for text in shown]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert texts(buffer)[-1] == text_of(19_999)


def test_a_filter_finds_what_is_far_back(long_history: History) -> None:
    buffer = LogBuffer(capacity=3000)
    buffer.replace((), (), Span(long_history.end(), long_history.end()), has_end=True)
    buffer.set_filter(read_sieve("needle", now=0, zone=UTC))
    past = Past(long_history, seeker_of(long_history), buffer)
    past.load_earlier(NEVER, nothing)
    assert texts(buffer) == [text_of(7)]
    assert buffer.sieved


def place_of_line(history: History, number: int) -> int:
    place = seeker_of(history).find_time(datetime(2026, 7, 1, tzinfo=UTC).timestamp() + number, NEVER, nothing)
    assert place is not None
    return place


def test_a_place_is_gone_to_through_the_filter_that_came_meanwhile(long_history: History) -> None:
    buffer = LogBuffer()
    past = Past(long_history, seeker_of(long_history), buffer)
    sieves = [read_sieve("needle", now=0, zone=UTC), read_sieve("line 1...0$", now=0, zone=UTC), None]
    buffer.set_filter(sieves.pop(0))
    asked = 0

    def change(part: float) -> None:
        nonlocal asked
        asked += 1
        if sieves:
            buffer.set_filter(sieves.pop(0))

    past.go(place_of_line(long_history, 15_000), NEVER, change)
    assert asked > 2
    shown = texts(buffer)
    assert len(shown) > 600
    numbers = [int(text.split()[4]) for text in shown]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert numbers[0] < 15_000 < numbers[-1]
    assert buffer.has_all_for(None)


def test_going_to_a_place_ends_where_it_is_cancelled(long_history: History) -> None:
    buffer, cancel = LogBuffer(), Event()

    def stop(part: float) -> None:
        cancel.set()

    with pytest.raises(GivenUpError):
        Past(long_history, seeker_of(long_history), buffer).go(place_of_line(long_history, 15_000), cancel, stop)


def test_a_filter_that_is_too_slow_for_what_was_written_before_is_taken_off(path: Path) -> None:
    path.write_text(("INFO " + "a" * 60 + "b\n") * 2000)
    history, buffer = History(path), LogBuffer()
    past = Past(history, seeker_of(history), buffer)
    place = place_of(FIRST_VOLUME, 1000 * len("INFO b\n" + "a" * 60))
    for _ in range(2):
        slow = read_sieve("(a|aa)+$", now=0, zone=UTC)
        assert slow is not None
        buffer.begin_anew(slow, place)
        with pytest.raises(GivenUpError):
            past.load_earlier(NEVER, nothing)
        assert slow.slow is not None
        assert buffer.filter is None
    buffer.begin_anew(read_sieve("(a|aa)+$", now=0, zone=UTC), place)
    past.go(place, NEVER, nothing)
    assert buffer.filter is None
    assert len(texts(buffer)) == 2000
    history.close()


def test_going_to_a_place_that_was_given_up_before_leaves_what_is_there(long_history: History) -> None:
    buffer, cancel = LogBuffer(), Event()
    past = Past(long_history, seeker_of(long_history), buffer)
    past.go(place_of_line(long_history, 15_000), NEVER, nothing)
    before = texts(buffer)
    cancel.set()
    with pytest.raises(GivenUpError):
        past.go(place_of_line(long_history, 5_000), cancel, nothing)
    assert texts(buffer) == before


def test_where_the_end_is_followed_no_more_is_read_back_than_there_is_room_for(long_history: History) -> None:
    buffer = LogBuffer(capacity=3000)
    past = Past(long_history, seeker_of(long_history), buffer)
    buffer.replace((), (), Span(long_history.end(), long_history.end()), has_end=True)
    while past.load_earlier(NEVER, nothing):
        assert buffer.extent.has_end
    shown = texts(buffer)
    assert 3000 <= len(shown) <= 3300
    assert shown == [text_of(number) for number in range(20_000 - len(shown), 20_000)]

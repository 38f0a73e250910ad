from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.follow import Follower, FollowState
from cockpit.logs.volumes import FIRST_VOLUME, place_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.log"


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def texts(follower: Follower) -> list[str]:
    found: list[str] = []
    while True:
        batch = follower.poll()
        found += [line.text for line in batch.lines]
        if not batch.more:
            return found


def test_it_waits_for_the_file_and_reads_it_from_its_beginning(path: Path) -> None:
    with Follower(path, tail=1) as follower:
        batch = follower.poll()
        assert (batch.lines, batch.state, batch.reason) == ((), FollowState.WAITING, "does not exist yet")
        append(path, "one\ntwo\nthr")
        batch = follower.poll()
        assert [line.text for line in batch.lines] == ["one", "two"]
        assert batch.state is FollowState.FOLLOWING
        append(path, "ee\n")
        assert texts(follower) == ["three"]
        assert texts(follower) == []


def test_it_starts_with_the_tail_and_reads_on_backward(path: Path) -> None:
    append(path, "".join(f"line {number}\n" for number in range(100)) + "begun")
    with Follower(path, tail=3) as follower:
        assert texts(follower) == ["line 97", "line 98", "line 99"]
        earlier = follower.read_before(follower.start, 2)
        assert [line.text for line in earlier.lines] == ["line 95", "line 96"]
        append(path, " and ended\n")
        assert texts(follower) == ["begun and ended"]


def test_a_rotated_file_is_read_to_its_end_first(path: Path) -> None:
    append(path, "old 1\n")
    with Follower(path) as follower:
        assert texts(follower) == ["old 1"]
        writer = path.open("a")
        path.rename(path.with_suffix(".1"))
        writer.write("old 2\n")
        writer.flush()
        assert follower.poll().state is FollowState.WAITING
        path.touch()  # logrotate's `create`: the writer has not been told yet
        writer.write("old 3\nold unfinished")
        writer.flush()
        assert texts(follower) == ["old 3"]
        append(path, "new 1\n")
        batch = follower.poll()
        assert [line.text for line in batch.lines] == ["old unfinished", "new 1"]
        assert batch.reason == "was rotated: reading the new file"
        with writer:
            writer.write(" after all\nold 4, of a slow worker\n")
        append(path, "new 2\n")
        assert texts(follower) == [" after all", "old 4, of a slow worker", "new 2"]


def test_rotated_files_are_let_go(path: Path) -> None:
    append(path, "0\n")
    with Follower(path) as follower:
        texts(follower)
        before = len(os.listdir("/proc/self/fd"))
        for number in range(1, 5):
            path.rename(path.with_suffix(f".{number}"))
            append(path, f"{number}\n")
            assert texts(follower) == [str(number)]
        for _ in range(40):
            follower.poll()
        assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("rewritten", ["", "new\n", "new, and longer than what was there before\n"])
def test_truncation_is_seen_even_where_the_file_has_outgrown_it(path: Path, rewritten: str) -> None:
    append(path, "one\ntwo\ncut of")
    with Follower(path) as follower:
        assert texts(follower) == ["one", "two"]
        os.truncate(path, 0)
        append(path, rewritten)
        batch = follower.poll()
        assert [line.text for line in batch.lines] == ["cut of", *rewritten.splitlines()]
        assert batch.reason == "was truncated: reading it from its beginning"
        append(path, "after\n")
        assert texts(follower) == ["after"]


@pytest.mark.parametrize("is_polled_between", [False, True])
def test_the_hole_that_a_writer_leaves_after_a_truncation_is_no_line(path: Path, is_polled_between: bool) -> None:
    writer = path.open("w")  # not for appending: it goes on at its own offset
    with writer, Follower(path) as follower:
        writer.write("x" * 10_000_000 + "\n")
        writer.flush()
        texts(follower)
        os.truncate(path, 0)
        if is_polled_between:
            assert texts(follower) == []
        writer.write("after\n")
        writer.flush()
        assert texts(follower) == ["after"]


@pytest.mark.parametrize("hole", [300_000, 10_000_000])  # what is looked through for the tail is in between
@pytest.mark.parametrize("is_sparse", [True, False])
@pytest.mark.parametrize("tail", [1, 1000])
def test_a_hole_that_is_there_from_the_start_is_no_line(path: Path, hole: int, is_sparse: bool, tail: int) -> None:
    with path.open("wb") as writer, Follower(path, tail=tail) as follower:
        if is_sparse:
            os.truncate(path, hole)
            writer.seek(hole)
        else:
            writer.write(bytes(hole))
        writer.flush()
        assert texts(follower) == []
        writer.write(b"one\n")
        writer.flush()
        assert texts(follower) == ["one"]
        with Follower(path, tail=tail) as late:
            assert texts(late) == ["one"]
            assert late.position == hole + len("one\n")
            again = late.tail_before(tail)
            assert again is not None
            assert ([line.text for line in again.lines()], again.place) == (["one"], place_of(FIRST_VOLUME, hole))
            earlier = late.read_before(late.position, tail)
            assert ([line.text for line in earlier.lines], earlier.offset) == (["one"], hole)
            assert late.read_before(hole, tail).lines == ()
        os.truncate(path, 0)
        append(path, "two\n")
        batch = follower.poll()
        assert [line.text for line in batch.lines] == ["two"]
        assert batch.reason == "was truncated: reading it from its beginning"


def test_a_hole_that_is_truncated_before_anything_was_written_is_read_anew(path: Path) -> None:
    path.touch()
    os.truncate(path, 300_000)
    with Follower(path) as follower:
        assert texts(follower) == []
        os.truncate(path, 0)
        append(path, "again\n" * 100_000)
        assert texts(follower) == ["again"] * 100_000


@pytest.mark.full
@pytest.mark.parametrize("race", range(8))
def test_a_line_that_comes_while_an_empty_file_is_looked_at_is_read_once(tmp_path: Path, race: int) -> None:
    paths = [tmp_path / f"{race}-{number}.log" for number in range(300)]
    for path in paths:
        path.touch()
    written = iter(paths)

    def write() -> None:
        for path in written:
            path.write_text("one\ntwo\n")

    writer = Thread(target=write)
    followers = [Follower(path) for path in paths]
    for follower in followers:
        follower.poll()
    writer.start()
    found: list[list[str]] = [[] for _ in paths]
    while writer.is_alive():
        for follower, lines in zip(followers, found, strict=True):
            lines.extend(texts(follower))
    for follower, lines in zip(followers, found, strict=True):
        lines.extend(texts(follower) + texts(follower))
        follower.close()
    assert found == [["one", "two"]] * len(paths)


def test_a_removed_file_is_waited_for(path: Path) -> None:
    append(path, "one\nunfinished")
    with Follower(path) as follower:
        assert texts(follower) == ["one"]
        path.unlink()
        batch = follower.poll()
        assert [line.text for line in batch.lines] == ["unfinished"]
        assert (batch.state, batch.reason) == (FollowState.WAITING, "is gone, and will be read when it comes back")
        assert follower.poll().reason == "is gone, and will be read when it comes back"
        append(path, "again\n")
        assert texts(follower) == ["again"]


def test_what_is_no_file_is_unreadable(path: Path) -> None:
    os.mkfifo(path)
    with Follower(path) as follower:
        batch = follower.poll()
        assert (batch.state, batch.reason) == (FollowState.UNREADABLE, "not a regular file")
        path.unlink()
        path.mkdir()
        assert follower.poll().state is FollowState.UNREADABLE
        path.rmdir()
        append(path, "now\n")
        assert texts(follower) == ["now"]


def test_a_poll_takes_no_more_room_than_there_is_to_read(path: Path) -> None:
    path.write_bytes(b"x" * 99 + b"\n")
    with Follower(path) as follower:
        follower.poll()
        tracemalloc.start()
        try:
            assert follower.poll().lines == ()
            with path.open("ab") as file:
                file.write(b"y" * 99 + b"\n")
            assert len(follower.poll().lines) == 1
            assert tracemalloc.get_traced_memory()[1] < 32 * 1024
        finally:
            tracemalloc.stop()


def test_a_poll_reads_a_part_of_much(path: Path) -> None:
    append(path, "".join(f"{number:07}\n" for number in range(500_000)))
    with Follower(path, tail=450_000) as follower:
        batch = follower.poll()
        assert batch.more
        assert len(batch.lines) < 200_000
        rest = texts(follower)
        assert len(batch.lines) + len(rest) == 450_000
        assert rest[-1] == "0499999"


Deed = tuple[str, bytes, bool]
payloads = st.binary(max_size=30).map(lambda data: data.replace(b"\n", b"").replace(b"\0", b""))
deeds = st.tuples(
    st.sampled_from(["write", "write", "write", "poll", "rotate", "truncate", "recreate"]), payloads, st.booleans()
)


class World:
    """A log file and the lines that a follower of it owes us."""

    def __init__(self, path: Path, follower: Follower) -> None:
        self.path = path
        self.follower = follower
        self.found: list[str] = []
        self.lives: list[bytes] = [b""]
        self.has_unread = False
        self.writes = 0

    def write(self, payload: bytes, is_whole: bool) -> None:
        self.writes += 1  # no two writes are equal, as no two log lines of one program are
        data = b"%d:%s%s" % (self.writes, payload, b"\n" if is_whole else b"")
        with self.path.open("ab") as file:
            file.write(data)
        self.lives[-1] += data
        self.has_unread = True

    def poll(self) -> None:
        self.found += texts(self.follower)
        self.has_unread = False

    def replace(self, how: str) -> None:
        if self.has_unread and (how != "rotate" or len(self.lives) > 1):
            # What nobody looked at before it was destroyed is lost to any follower.
            self.poll()
        if how == "truncate":
            os.truncate(self.path, 0)
        else:
            if how == "rotate":
                self.path.rename(self.path.with_suffix(f".{len(self.lives)}"))
            else:
                self.path.unlink()
            self.path.touch()
        self.lives.append(b"")

    def owed(self) -> Iterator[str]:
        for life in self.lives:
            pieces = life.split(b"\n")
            for piece in pieces if pieces[-1] else pieces[:-1]:
                yield piece.removesuffix(b"\r").decode("utf-8", "backslashreplace")


@given(script=st.lists(deeds, max_size=40))
def test_no_line_is_lost_or_read_twice(script: list[Deed]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory, "app.log")
        path.touch()
        with Follower(path) as follower:
            world = World(path, follower)
            world.poll()
            for deed, payload, flag in script:
                if deed == "write":
                    world.write(payload, flag)
                elif deed == "poll":
                    world.poll()
                else:
                    world.replace(deed)
            world.write(b"", is_whole=True)
            world.poll()
            assert world.found == list(world.owed())

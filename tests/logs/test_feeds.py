from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.logs.feeds import CommandFeed, Feed, FeedPool, MergedFeed, PipeFeed
from cockpit.logs.follow import Follower
from cockpit.logs.line import Level
from cockpit.logs.spool import Spool
from cockpit.logs.tagged import TaggedClassifier


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.01)


@pytest.fixture
def running() -> Iterator[Callable[[Feed], Feed]]:
    feeds: list[Feed] = []

    def start(feed: Feed) -> Feed:
        feeds.append(feed)
        feed.start()
        return feed

    yield start
    for feed in feeds:
        feed.stop()
        feed.join(10)
        assert not feed.path.parent.exists()


def lines(feed: Feed) -> list[str]:
    return feed.path.read_text().splitlines()


def test_a_command_that_dies_is_started_again_and_its_last_words_are_told(
    running: Callable[[Feed], Feed], tmp_path: Path
) -> None:
    script = 'echo "start $$"; echo no route to host >&2; printf unfinished; exit 3'
    feed = running(CommandFeed("far", ["/bin/sh", "-c", script], cwd=tmp_path, first_pause=0.2))
    until(lambda: len(lines(feed)) >= 6)
    found = lines(feed)
    assert found[0].startswith("start ") and found[0] != found[3]
    assert found[1:3] == ["no route to host", "unfinished"]
    until(lambda: bool(feed.trouble))
    assert feed.trouble.startswith("ended with status 3, starts again")
    assert feed.trouble.endswith(": unfinished")


def test_a_command_ends_with_its_feed(running: Callable[[Feed], Feed], tmp_path: Path) -> None:
    feed = CommandFeed("far", ["/bin/sh", "-c", "echo $$; sleep 1000"], cwd=tmp_path)
    feed.start()
    until(lambda: bool(lines(feed)))
    assert feed.trouble == ""
    pid = int(lines(feed)[0])
    feed.stop()
    feed.join(10)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_cannot_be_started_says_so(running: Callable[[Feed], Feed]) -> None:
    feed = running(CommandFeed("far", ["/no/such/program"]))
    until(lambda: "cannot start '/no/such/program'" in feed.trouble)


def test_a_pipe_is_read_to_its_end(running: Callable[[Feed], Feed]) -> None:
    reading, writing = os.pipe()
    feed = running(PipeFeed("stdin", reading))
    os.write(writing, b"one\ntw")
    until(lambda: feed.path.read_bytes() == b"one\ntw")
    os.write(writing, b"o\n")
    os.close(writing)
    until(lambda: feed.trouble == "has come to its end")
    assert lines(feed) == ["one", "two"]
    os.close(reading)


def test_the_last_line_of_a_pipe_is_one_without_its_line_feed_too(running: Callable[[Feed], Feed]) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo")
    os.close(writing)
    feed = running(PipeFeed("stdin", reading))
    until(lambda: feed.trouble == "has come to its end")
    with Follower(feed.path) as follower:
        assert [line.text for line in follower.poll().lines] == ["one", "two"]
    os.close(reading)


def test_an_empty_pipe_has_no_line(running: Callable[[Feed], Feed]) -> None:
    reading, writing = os.pipe()
    os.close(writing)
    feed = running(PipeFeed("stdin", reading))
    until(lambda: feed.trouble == "has come to its end")
    assert feed.path.read_bytes() == b""
    os.close(reading)


def test_files_are_one_by_their_times_and_new_ones_join(running: Callable[[Feed], Feed], tmp_path: Path) -> None:
    def stamp(second: int, text: str) -> str:
        return f"2026-07-01 12:00:{second:02} INFO {text}\n"

    (tmp_path / "a.log").write_text(stamp(1, "a1") + stamp(4, "a4") + "  more of a4\n")
    (tmp_path / "b.log").write_text(stamp(2, "b2") + stamp(5, "b5"))
    (tmp_path / "c.txt").write_text("no log\n")
    (tmp_path / "e.log").mkdir()
    (tmp_path / "f.log.gz").write_bytes(gzip.compress(b"archived\n"))
    feed = running(MergedFeed("all", [("shop", str(tmp_path / "*.log*"))]))
    until(lambda: len(lines(feed)) == 5)
    assert not feed.trouble
    assert [line.split(" | ")[0] + "|" + line.split()[-1] for line in lines(feed)] == [
        "a|a1", "b|b2", "a|a4", "a|a4", "b|b5",
    ]  # fmt: skip
    (tmp_path / "d.log").write_text(stamp(9, "d9"))
    until(lambda: len(lines(feed)) == 6)
    assert lines(feed)[-1] == "d | 2026-07-01 12:00:09 INFO d9"


def test_of_files_that_are_one_each_tells_why_nothing_comes_of_it(
    running: Callable[[Feed], Feed], tmp_path: Path
) -> None:
    for name in ("a", "b", "w1", "w2"):
        (tmp_path / f"{name}.log").write_text(f"2026-07-01 12:00:01 INFO {name}\n")
    files = [(name, str(tmp_path / f"{name}.log")) for name in ("a", "b", "c")]
    feed = running(MergedFeed("all", [*files, ("workers", str(tmp_path / "w*.log"))]))
    until(lambda: len(lines(feed)) == 4)
    assert feed.trouble == "c does not exist yet"
    (tmp_path / "w1.log").unlink()  # what a pattern names comes and goes
    (tmp_path / "b.log").unlink()
    until(lambda: "b is gone" in feed.trouble)
    assert feed.trouble == "b is gone, and will be read when it comes back, c does not exist yet"
    (tmp_path / "c.log").symlink_to(tmp_path / "c.log")  # which no rights can read
    until(lambda: feed.trouble.endswith("c Too many levels of symbolic links"))
    (tmp_path / "c.log").unlink()
    for name in ("b", "c", "w1"):
        (tmp_path / f"{name}.log").write_text(f"2026-07-01 12:00:02 INFO more of {name}\n")
    until(lambda: len(lines(feed)) == 7)
    until(lambda: not feed.trouble)


# A feed of each kind, of 30,000 lines in the file that is named.
FEEDS = {
    "command": "CommandFeed('x', ['/bin/sh', '-c', f'cat {path}; exec sleep 600'])",
    "pipe": "PipeFeed('x', os.open(path, os.O_RDONLY))",
    "merged": "MergedFeed('x', [('app', path)])",
}
LIMITED = """
import os, resource, sys, threading
from cockpit.logs import feeds
from cockpit.logs.feeds import *

path, most = sys.argv[1], int(sys.argv[2])
feeds._MERGED_TAIL = 30_000
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
feed = {make}
resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
feed.start()

def until(holds):
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise SystemExit(f"it did not come to hold: {{feed.trouble!r}}, {{feed.path.stat().st_size}} bytes")

until(lambda: "room" in feed.trouble)
print(feed.trouble.replace(str(feed.path.parent), "SPOOL"), feed.path.stat().st_size, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
until(lambda: feed.path.read_bytes().count(b"\\n") == 30_000 and "room" not in feed.trouble)
sys.stdout.write(feed.path.read_text())
feed.stop()
feed.join()
"""


@pytest.mark.parametrize("kind", FEEDS)
def test_on_a_full_disk_nothing_is_lost_and_what_it_waits_for_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "app.log"
    texts = [f"INFO {number} for 3 EUR" for number in range(30_000)]
    path.write_text("".join(text + "\n" for text in texts))
    code = LIMITED.replace("{make}", FEEDS[kind]).replace("{{", "{").replace("}}", "}")
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), "100001"], capture_output=True, text=True, check=False
    )
    complaint, *found = done.stdout.splitlines() or [""]
    assert complaint == "waits for room: File too large in SPOOL 100001", done.stderr
    assert [text.removeprefix("app | ") for text in found] == texts


def test_a_spool_keeps_the_newest_and_loses_nothing_to_who_follows() -> None:
    spool = Spool("x", volume_bytes=1000)
    found: list[str] = []
    with Follower(spool.path) as follower:
        for number in range(2000):
            text = f"line {number:05}\n".encode()
            spool.write(text[:7])
            spool.write(text[7:])
            if number % 50 == 0:
                found += [line.text for line in follower.poll().lines]
        for _ in range(3):
            found += [line.text for line in follower.poll().lines]
    assert found == [f"line {number:05}" for number in range(2000)]
    kept = sum(file.stat().st_size for file in spool.path.parent.iterdir())
    assert kept < 6000
    spool.close()
    assert not spool.path.parent.exists()


def test_a_spool_that_cannot_begin_a_file_goes_on_in_the_one_it_has() -> None:
    spool = Spool("x", volume_bytes=100)
    in_the_way = spool.path.with_name("x.log.begun")
    in_the_way.mkdir()
    spool.write(b"a" * 59 + b"\n")
    with pytest.raises(OSError, match="Is a directory"):
        spool.write(b"b" * 59 + b"\nc")
    spool.write(b"d")
    assert spool.path.read_bytes() == b"a" * 59 + b"\n" + b"b" * 59 + b"\n" + b"cd"
    in_the_way.rmdir()
    spool.write(b"\ne")
    assert spool.path.read_bytes() == b"e"
    assert spool.path.with_name("x.log.1").read_bytes().endswith(b"\ncd\n")
    spool.close()


def test_two_panes_on_one_command_share_it(tmp_path: Path) -> None:
    pool = FeedPool()
    made: list[Feed] = []

    def make() -> Feed:
        made.append(CommandFeed("x", ["/bin/sh", "-c", "sleep 1000"], cwd=tmp_path))
        return made[-1]

    assert pool.acquire("x", make) is pool.acquire("x", make)
    pool.release("x")
    assert made[0].path.exists()
    pool.release("x")
    made[0].join(10)
    assert not made[0].path.exists()
    assert len(made) == 1


def test_a_trace_stays_with_its_record_where_logs_are_one() -> None:
    classifier = TaggedClassifier(clock=lambda: 0.0)
    texts = [
        "app | 2026-07-01 12:00:01 ERROR boom",
        "web | 2026-07-01 12:00:01 INFO fine",
        "app |   at shop.py:1",
        "no name",
    ]
    found = [classifier.classify(text) for text in texts]
    assert [(line.level, line.continuation, line.source) for line in found] == [
        (Level.ERROR, False, "app"),
        (Level.INFO, False, "web"),
        (Level.ERROR, True, "app"),
        (Level.NONE, False, ""),
    ]
    assert found[0].message == "app | boom"
    assert found[0].text == texts[0]

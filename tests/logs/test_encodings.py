"""Logs that are not UTF-8 are readable, counted right and followed."""

from __future__ import annotations

import codecs
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.feeds import MergedFeed
from cockpit.logs.follow import Follower, FollowState
from cockpit.logs.match import TextFilter
from cockpit.logs.query import LogFile, LogQuery, select, select_merged
from cockpit.logs.reader import LogReader
from cockpit.logs.stats import stats
from cockpit.logs.window import window_of

NOON = 1_782_907_200.0  # 2026-07-01 12:00 UTC
TEXT = "2026-07-01 12:00:00 ERROR Bücher für 3 € sind weg\n2026-07-01 12:00:01 INFO ઊ Ċ 書 🙂\n"

WIDE = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
}


@contextmanager
def reading(path: Path, encoding: str = "", tail: int = 1000) -> Iterator[tuple[LogReader, Callable[..., None]]]:
    news = threading.Condition()

    def note() -> None:
        with news:
            news.notify_all()

    reader = LogReader("app", path, buffer=LogBuffer(), on_news=note, tail=tail, encoding=encoding)
    reader.start()

    def wait_for(*texts: str, state: FollowState = FollowState.FOLLOWING) -> None:
        def holds() -> bool:
            return reader.status.state is state and shown(reader.buffer)[-len(texts) :] == list(texts)

        with news:
            assert news.wait_for(holds, timeout=10), (reader.status, shown(reader.buffer))

    yield reader, wait_for
    reader.stop()
    reader.join(10)


def shown(buffer: LogBuffer) -> list[str]:
    extent = buffer.extent
    return [line.text for line in buffer.lines_between(extent.first, extent.end)]


@pytest.mark.parametrize("encoding", WIDE)
def test_a_wide_log_is_known_by_its_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "errorlog"
    path.write_bytes(WIDE[encoding] + TEXT.encode(encoding))
    lines = TEXT.splitlines()
    assert [line.text for line in select(path, LogQuery())] == lines
    assert [line.text for line in select(path, LogQuery(last=1))] == lines[1:]
    assert stats(path)["levels"]["error"] == 1
    assert stats(path)["levels"]["info"] == 1
    assert window_of(path, since=NOON, now=NOON + 60).lines == 2
    with reading(path) as (reader, wait_for):
        wait_for(*lines)
        assert [line.at for line in reader.buffer.lines_between(0, 9)] == [NOON, NOON + 1]
        with path.open("ab") as file:
            data = "2026-07-01 12:00:02 FATAL 終\n".encode(encoding)
            file.write(data[:3])
            file.flush()
            file.write(data[3:])
        wait_for(*lines, "2026-07-01 12:00:02 FATAL 終")
        path.unlink()
        path.write_bytes(WIDE[encoding] + "another\n".encode(encoding))
        wait_for("another")
        assert reader.status.counts.levels["fatal"] == 1


def test_a_wide_log_that_begins_later_and_one_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "late.log"
    with reading(path, "utf-16") as (_, wait_for):
        path.write_bytes("WARN naß\r\n".encode("utf-16-le"))
        wait_for("WARN naß")


def test_a_wide_log_that_is_gone_says_so_until_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "errorlog"
    path.write_bytes(codecs.BOM_UTF16_LE + "WARN one\nWARN unfinished".encode("utf-16-le"))
    with reading(path) as (reader, wait_for):
        wait_for("WARN one")
        path.unlink()
        wait_for("WARN one", state=FollowState.WAITING)
        assert reader.status.reason == "is gone, and will be read when it comes back"
        path.write_bytes(codecs.BOM_UTF16_LE + "WARN two\n".encode("utf-16-le"))
        wait_for("WARN one", "WARN unfinished", "WARN two")
        assert reader.status.reason == ""
        path.unlink()
        path.symlink_to(path)  # which no rights can read
        wait_for("WARN two", state=FollowState.WAITING)
        assert reader.status.reason == "cannot be read: Too many levels of symbolic links"


def test_a_wide_log_that_is_removed_is_let_go_of_and_read_when_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "errorlog"
    path.write_bytes(codecs.BOM_UTF16_LE + "WARN one\n".encode("utf-16-le"))

    def is_open() -> bool:
        for link in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # others open and close files meanwhile
                if str(link.readlink()).startswith(str(path)):
                    return True
        return False

    with reading(path) as (_, wait_for), path.open("ab") as late:
        wait_for("WARN one")
        path.unlink()
        wait_for("WARN one", state=FollowState.WAITING)
        late.write("WARN late\n".encode("utf-16-le"))
        late.close()
        wait_for("WARN one", "WARN late", state=FollowState.WAITING)
        deadline = time.monotonic() + 20
        while is_open():  # it would keep its disk space
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)
        path.write_bytes(codecs.BOM_UTF16_LE + "WARN two\n".encode("utf-16-le"))
        wait_for("WARN one", "WARN late", "WARN two")


LIMITED = """
import resource, sys, threading
from pathlib import Path
from cockpit.logs.wide import WideFeed

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
feed = WideFeed("app", Path(sys.argv[1]), "utf-16-le")
print(feed.trouble.replace(str(feed.path.parent), "SPOOL"))
feed.start()
threading.Event().wait(0.5)  # it tries in vain a few times
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
for _ in range(1000):
    if not feed.trouble:
        break
    threading.Event().wait(0.01)
sys.stdout.write(feed.path.read_text())
"""


def test_what_there_is_no_room_for_is_taken_in_once_there_is(tmp_path: Path) -> None:
    path = tmp_path / "errorlog"
    texts = [f"INFO {number} für 3 €" for number in range(60_000)]
    path.write_bytes("".join(text + "\n" for text in texts).encode("utf-16-le"))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), "1000001"], capture_output=True, text=True, check=False
    )
    complaint, *found = done.stdout.splitlines()
    assert complaint == "cannot be read: File too large in SPOOL", done.stderr
    assert found == texts


def test_only_what_is_new_in_a_wide_log_is_counted_by_who_counts_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(codecs.BOM_UTF16_LE + "ERROR old\n".encode("utf-16-le"))
    with reading(path, tail=0) as (reader, wait_for):
        while not reader.path.name.endswith("app.log") or reader.path == path:
            threading.Event().wait(0.01)
        with path.open("ab") as file:
            file.write("ERROR new\n".encode("utf-16-le"))
        wait_for("ERROR new")
        assert reader.status.counts.levels["error"] == 1


def test_a_line_that_is_not_utf8_is_in_the_sources_encoding(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    mixed = ["ERROR für 3 €", "INFO Bücher", "WARN plain"]
    path.write_bytes(b"\n".join([mixed[0].encode("cp1252"), mixed[1].encode(), mixed[2].encode()]) + b"\n")
    for encoding in ("cp1252", "windows-1252"):
        files = [LogFile(path, encoding=encoding)]
        assert [line.text for line in select_merged(files, LogQuery())] == mixed
        with reading(path, encoding) as (_, wait_for):
            wait_for(*mixed)
            with Follower(path, encoding=encoding) as follower:
                assert [line.text for line in follower.poll().lines] == mixed
                assert [line.text for line in follower.read_before(path.stat().st_size, 2).lines] == mixed[1:]
    query = LogQuery(text=TextFilter.strict("für"))
    assert stats(LogFile(path, encoding="cp1252"), query=query)["levels"]["error"] == 1


def test_bytes_that_are_no_text_stand_escaped(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"ERROR f\xfcr \xff\xfe\nERROR \xe2\x82")
    assert [line.text for line in select(path, LogQuery())] == ["ERROR f\\xfcr \\xff\\xfe", "ERROR \\xe2\\x82"]
    assert stats(path)["levels"]["error"] == 2


def test_a_mark_before_utf8_hides_no_level(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(codecs.BOM_UTF8 + "2026-07-01 12:00:00 ERROR ü\n".encode())
    (line,) = select(path, LogQuery())
    assert (line.level.word, line.at, line.text[:4]) == ("error", NOON, "2026")
    assert stats(path)["levels"]["error"] == 1


def test_logs_of_several_encodings_are_interleaved(tmp_path: Path) -> None:
    wide, narrow = tmp_path / "wide.log", tmp_path / "narrow.log"
    wide.write_bytes(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"))
    narrow.write_bytes("2026-07-01 12:00:00.500 INFO schön\n".encode("cp1252"))
    feed = MergedFeed("all", [("wide", str(wide)), ("narrow", str(narrow))], encodings={"narrow": "cp1252"})
    feed.start()
    first, last = TEXT.splitlines()
    expected = [f"wide | {first}", "narrow | 2026-07-01 12:00:00.500 INFO schön", f"wide | {last}"]
    with Follower(feed.path, tail=100) as follower:
        found: list[str] = []
        while len(found) < 3:
            found += [line.text for line in follower.poll().lines]
            threading.Event().wait(0.01)
    feed.stop()
    feed.join(10)
    assert found == expected

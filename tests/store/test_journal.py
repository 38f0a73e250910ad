"""Writer and reader on real files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.errors import NotSavedError, RefusedError
from cockpit.store.envelope import Stored, encode_line
from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader, _lines_holding
from cockpit.store.writer import SEGMENT_BYTES, JournalWriter
from tests.store.support import ANA, STREAM, ids, journal_files, start, tick

OTHER = "shop/production/_service"


@pytest.fixture
def place(tmp_path: Path) -> StoreLocation:
    """A store that needs no git: the journals alone."""
    (tmp_path / "cockpit").mkdir()
    (tmp_path / "cockpit" / "FORMAT").write_bytes(b"1\n")
    return StoreLocation(tmp_path)


@pytest.fixture
def reader(place: StoreLocation) -> JournalReader:
    return JournalReader(place.root)


def record(place: StoreLocation, count: int = 3) -> tuple[Path, list[Stored]]:
    """Return one journal file that nobody writes any more, and its events."""
    store = start(place)
    events = [tick(store, number) for number in range(count)]
    store.close()
    [path] = [path for path in journal_files(place) if path.name.startswith(store.writer_id)]
    return path, events


class TestWriter:
    def test_each_stream_has_a_file_and_a_sequence_of_its_own(self, place: StoreLocation) -> None:
        store = start(place, 0xA)
        first, second, elsewhere = tick(store), tick(store), tick(store, stream=OTHER)
        store.close()
        names = [path.relative_to(place.journal).as_posix() for path in journal_files(place)]
        assert names == [f"{OTHER}/{0xA:032x}.1.jsonl", f"{STREAM}/{0xA:032x}.1.jsonl"]
        chain = [(event.envelope.s, event.envelope.prev) for event in (first, second, elsewhere)]
        assert chain == [(1, None), (2, first.id), (1, None)]
        assert first.envelope.h < second.envelope.h < elsewhere.envelope.h

    def test_segments_are_small_and_the_chain_goes_on(self, place: StoreLocation, reader: JournalReader) -> None:
        store = start(place)
        data = b'"' + b"x" * 5000 + b'"'
        events = [store.append(STREAM, "k", "e", (), data, by=ANA, wall="w") for _ in range(60)]
        store.close()
        assert [path.name.split(".")[1] for path in journal_files(place)] == ["1", "2", "3"]
        assert all(path.stat().st_size <= SEGMENT_BYTES for path in journal_files(place))
        assert [event.envelope.s for event in events] == list(range(1, 61))
        assert [event.envelope.prev for event in events] == [None, *(event.id for event in events[:-1])]
        assert ids(reader.poll()) == ids(events)

    def test_an_event_is_synced_before_it_is_acknowledged(
        self, place: StoreLocation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[tuple[str, int]] = []
        write, sync = os.write, os.fsync

        def recorded_write(descriptor: int, data: bytes) -> int:
            calls.append(("write", os.fstat(descriptor).st_ino))
            return write(descriptor, data)

        def recorded_sync(descriptor: int) -> None:
            calls.append(("fsync", os.fstat(descriptor).st_ino))
            sync(descriptor)

        monkeypatch.setattr(os, "write", recorded_write)
        monkeypatch.setattr(os, "fsync", recorded_sync)
        store = start(place)
        tick(store)
        [path] = journal_files(place)
        file = path.stat().st_ino
        above = [("fsync", parent.stat().st_ino) for parent in (path, *path.parents)]
        above = above[: above.index(("fsync", place.common.stat().st_ino)) + 1]
        assert set(above) <= set(calls[:-2])
        assert calls[-2:] == [("write", file), ("fsync", file)]
        calls.clear()
        tick(store)
        assert calls == [("write", file), ("fsync", file)]
        store.close()

    def test_a_journal_of_an_earlier_start_is_never_continued(self, place: StoreLocation) -> None:
        store = start(place, 0xB)
        tick(store)
        store.close()
        before = journal_files(place)[0].read_bytes()
        again = start(place, 0xB)
        with pytest.raises(NotSavedError, match="earlier start"):
            tick(again)
        assert [path.read_bytes() for path in journal_files(place)] == [before]

    @pytest.mark.parametrize("harm", ["unlink", "truncate", "grow"])
    def test_a_file_that_others_tampered_with_is_left(
        self, place: StoreLocation, reader: JournalReader, harm: str
    ) -> None:
        store = start(place)
        tick(store)
        [path] = journal_files(place)
        if harm == "unlink":
            path.unlink()
        elif harm == "truncate":
            os.truncate(path, 10)
        else:
            path.write_bytes(path.read_bytes() + b"torn")
        event = tick(store)
        assert journal_files(place)[-1].name.endswith(".2.jsonl")
        assert event.id in ids(reader.poll())
        store.close()

    @pytest.mark.parametrize("name", ["Shop/production/x", "a/b", "a/b/c/d", "../x/y", "a//b", "a/b/c\n", "a/.b/c", ""])
    def test_a_name_that_is_no_stream_is_refused(self, place: StoreLocation, name: str) -> None:
        with pytest.raises(RefusedError) as caught:
            tick(start(place), stream=name)
        assert caught.value.code == "bad-stream"
        assert not place.journal.exists()

    def test_a_writer_id_is_hex(self, place: StoreLocation) -> None:
        with pytest.raises(ValueError, match="32 lower-case hex"):
            JournalWriter(place, "../../etc/passwd")

    @pytest.mark.parametrize(("share", "file", "directory"), [(0, 0o600, 0o700), (0o660, 0o660, 0o2770)])
    def test_permissions_follow_the_umask_or_the_shared_repository(
        self, place: StoreLocation, share: int, file: int, directory: int
    ) -> None:
        before = os.umask(0o077)
        try:
            store = start(StoreLocation(place.common, share=share))
            tick(store)
            store.close()
        finally:
            os.umask(before)
        [path] = journal_files(place)
        assert stat.S_IMODE(path.stat().st_mode) == file
        assert {stat.S_IMODE(parent.stat().st_mode) for parent in list(path.parents)[:4]} == {directory}


FULL_DISK = """
import resource, sys
from pathlib import Path
from cockpit.errors import NotSavedError
from cockpit.store.location import StoreLocation
from tests.store.support import start, tick

store = start(StoreLocation(Path(sys.argv[1])), 0xF)
saved = [tick(store) for _ in range(3)]
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
[path] = Path(sys.argv[1]).rglob("*.jsonl")
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + int(sys.argv[2]), hard))
try:
    tick(store)
except NotSavedError as error:
    print(error)
after = path.read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
saved.append(tick(store))
assert after.count(b"\\n") == 3 and after.endswith(b"\\n"), after
assert [event.envelope.s for event in saved] == [1, 2, 3, 4]
print(*[event.id for event in saved])
"""


@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_full_disk_loses_the_event_says_so_and_nothing_else(
    place: StoreLocation, reader: JournalReader, room: int
) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(place.common), str(room)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said, saved = done.stdout.splitlines()
    assert said.startswith("the event was not saved")
    assert "Make room on that disk" in said
    events = reader.poll()
    assert [event.id for event in events] == saved.split()
    assert [event.envelope.prev for event in events] == [None, *(event.id for event in events[:-1])]
    assert reader.faults() == []


class TestReader:
    def test_who_needs_few_looks_at_few(self, place: StoreLocation) -> None:
        store = start(place)
        kept = store.append(STREAM, "tick", "run", (), b"{}", by=ANA, wall="")
        tick(store)
        few = JournalReader(place.root, [STREAM], holding=b'\\"run\\"')
        assert ids(few.poll()) == {kept.id}
        tick(store)
        later = store.append(STREAM, "tick", "run", (kept.id,), b"{}", by=ANA, wall="")
        assert ids(few.poll()) == {later.id}
        assert few.faults() == []
        store.close()

    def test_only_what_is_new_comes_and_new_files_are_found(self, place: StoreLocation, reader: JournalReader) -> None:
        assert reader.poll() == []
        one, two = start(place), start(place)
        first = tick(one)
        assert ids(reader.poll()) == {first.id}
        assert reader.poll() == []
        later = [tick(two), tick(one), tick(two, stream=OTHER)]
        assert ids(reader.poll()) == ids(later)
        assert reader.faults() == []
        one.close()
        two.close()

    def test_only_the_streams_asked_for_come(self, place: StoreLocation) -> None:
        store = start(place)
        reader = JournalReader(place.root, [OTHER, "no/such/stream"])
        event = [tick(store), tick(store, stream=OTHER)][1]
        assert ids(reader.poll()) == {event.id}
        store.close()

    def test_an_event_that_is_being_written_comes_when_it_is_whole(
        self, place: StoreLocation, reader: JournalReader
    ) -> None:
        path, events = record(place)
        whole = path.read_bytes()
        cut = whole.rindex(b"\n", 0, -1) + 20
        path.write_bytes(whole[:cut])
        assert ids(reader.poll()) == ids(events[:2])
        assert [(fault.line, "no whole line" in fault.reason) for fault in reader.faults()] == [(3, True)]
        path.write_bytes(whole)
        assert ids(reader.poll()) == {events[2].id}
        assert reader.faults() == []

    @given(st.data())
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_file_cut_anywhere_gives_its_whole_lines(self, place: StoreLocation, data: st.DataObject) -> None:
        if not journal_files(place):
            record(place, 4)
        path = journal_files(place)[0]
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        tail = data.draw(st.sampled_from([b"", b"\0" * 4096, b'{"b":"', b"\xff\xfe"]))
        try:
            path.write_bytes(whole[:cut] + tail)
            reader = JournalReader(place.root)
            assert len(reader.poll()) == whole[:cut].count(b"\n")
            assert bool(reader.faults()) == (not (whole[:cut] + tail).endswith(b"\n") and cut + len(tail) > 0)
        finally:
            path.write_bytes(whole)

    def test_bad_lines_are_skipped_and_reported_with_their_number(
        self, place: StoreLocation, reader: JournalReader
    ) -> None:
        path, events = record(place)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + b"\0" * 80 + b"\n" + lines[1] + b"junk\n" + lines[2] + b"\0" * 99)
        assert ids(reader.poll()) == ids(events)
        assert [fault.line for fault in reader.faults()] == [2, 4, 6]
        assert "NUL bytes" in str(reader.faults()[0])
        assert str(reader.faults()[0]).startswith(f"journal/{STREAM}/")

    def test_a_restored_shorter_copy_is_read_again_and_nothing_comes_twice(
        self, place: StoreLocation, reader: JournalReader
    ) -> None:
        path, events = record(place, 4)
        whole = path.read_bytes()
        assert len(reader.poll()) == 4
        path.write_bytes(b"".join(whole.splitlines(keepends=True)[:2]))
        assert reader.poll() == []
        path.write_bytes(whole)
        assert reader.poll() == []
        assert reader.faults() == []
        assert len(ids(events)) == 4

    @pytest.mark.parametrize("by_rename", [True, False])
    def test_a_rewritten_file_is_read_from_its_start(
        self, place: StoreLocation, reader: JournalReader, by_rename: bool
    ) -> None:
        path, events = record(place, 4)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + lines[1])
        reader.poll()
        rewritten = lines[2] + b"x\n" + lines[3] + lines[0] + lines[1]
        target = path.with_name("draft") if by_rename else path
        target.write_bytes(rewritten)
        target.replace(path)
        assert ids(reader.poll()) == {events[2].id, events[3].id}
        assert 2 in [fault.line for fault in reader.faults()]

    def test_a_file_that_was_replaced_is_read_from_its_start(self, place: StoreLocation, reader: JournalReader) -> None:
        path, events = record(place, 4)
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + lines[1])
        assert len(reader.poll()) == 2
        draft = path.with_name("draft")
        draft.write_bytes(lines[0] + lines[2] + lines[3])  # the lines are of one length: the old end is an end here too
        draft.replace(path)
        assert ids(reader.poll()) == {events[2].id, events[3].id}

    def test_a_copy_that_is_signed_comes_again(self, place: StoreLocation, reader: JournalReader) -> None:
        path, events = record(place, 1)
        reader.poll()
        path.write_bytes(path.read_bytes() + encode_line(events[0].payload, "sig"))
        assert [(event.id, event.signature) for event in reader.poll()] == [(events[0].id, "sig")]
        path.write_bytes(path.read_bytes() + encode_line(events[0].payload, None))
        assert reader.poll() == []
        assert reader.faults() == []

    def test_an_unsigned_copy_of_a_signed_event_does_not_come(
        self, place: StoreLocation, reader: JournalReader
    ) -> None:
        store = start(place)
        event = tick(store, sign=lambda payload: "sig")
        store.close()
        [path] = journal_files(place)
        path.write_bytes(path.read_bytes() + encode_line(event.payload, None))
        assert [(event.id, event.signature) for event in reader.poll()] == [(event.id, "sig")]

    def test_events_in_a_foreign_journal_are_reported(self, place: StoreLocation, reader: JournalReader) -> None:
        path, _ = record(place, 1)
        path.rename(path.with_name(f"{0xBAD:032x}.1.jsonl"))
        assert reader.poll() == []
        assert "belongs to writer" in reader.faults()[0].reason

    def test_two_events_of_one_number_are_kept_and_flagged(self, place: StoreLocation, tmp_path: Path) -> None:
        copy = StoreLocation(tmp_path / "copy")
        (copy.root).mkdir(parents=True)
        (copy.root / "FORMAT").write_bytes(b"1\n")
        one, two = start(place, 0xC), start(copy, 0xC)
        events = [tick(one, 1), tick(two, 2)]
        one.close()
        two.close()
        path, other = journal_files(place)[0], journal_files(copy)[0]
        path.write_bytes(path.read_bytes() + other.read_bytes())
        reader = JournalReader(place.root)
        assert ids(reader.poll()) == ids(events)
        assert [fault.reason.partition(":")[0] for fault in reader.faults()] == ["equivocation"]

    def test_stray_files_and_directories_are_passed_over(self, place: StoreLocation, reader: JournalReader) -> None:
        path, events = record(place, 1)
        (path.parent / ".DS_Store").write_bytes(b"x")
        (path.parent / "notes.jsonl").write_bytes(b"x\n")
        (place.journal / "stray").write_bytes(b"x")
        (place.journal / "A" / "B" / "C").mkdir(parents=True)
        assert ids(reader.poll()) == ids(events)
        assert reader.faults() == []


@settings(max_examples=60)
@given(lines=st.lists(st.text(alphabet="ab#", max_size=6).map(str.encode)), torn=st.text(alphabet="ab#", max_size=4))
def test_the_lines_that_hold_something_are_those_that_do(lines: list[bytes], torn: str) -> None:
    whole = b"".join(line + b"\n" for line in lines)
    assert _lines_holding(b"a#", whole + torn.encode(), len(whole)) == [line for line in lines if b"a#" in line]

"""The writer and readers of one real database file, together."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

from cockpit.release.health import ConditionResult, Debounced, ProbeResult, ProbeState, advance
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import FILE_NAME, Current, Heartbeat, LogMinute, Sample
from cockpit.samples.writer import SampleWriter
from tests.samples.watches import watch_for_an_hour

DAY = 86400.0
NOW = 1_800_000_000.0


def _result(name: str, at: float, state: ProbeState = ProbeState.OK, detail: str = "200 OK") -> ProbeResult:
    condition = ConditionResult("[STATUS] == 200", state is ProbeState.OK, "200")
    return ProbeResult(name, state, 12.5, detail, at, (condition,), "here")


def _record(writer: SampleWriter, result: ProbeResult) -> Debounced:
    debounced, _ = advance(None, result)
    writer.record(result, debounced)
    return debounced


def test_before_any_watcher_everything_is_empty(tmp_path: Path) -> None:
    with SampleReader(tmp_path / "not there") as reader:
        assert not reader.changed()
        assert reader.current() == {}
        assert reader.windows(["api"], 0, 10) == {"api": ()}
        assert reader.heartbeats() == ()
        assert reader.log_minutes("app", 0) == ()
        assert reader.trouble == ""
    assert list(tmp_path.iterdir()) == [], "reading makes no file"


def test_what_was_flushed_is_read_back(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        first = _result("api", NOW)
        latest = _result("api", NOW + 10.0625, ProbeState.DOWN, "503 Service Unavailable")
        _record(writer, first)
        debounced = _record(writer, latest)
        assert reader.current() == {}, "nothing is written before the flush"
        writer.flush()
        assert reader.current() == {"api": Current(latest, debounced)}
        assert reader.windows(["api", "db"], 0, 10) == {
            "api": (
                Sample(NOW, ProbeState.OK, 12.5, "200 OK"),
                Sample(NOW + 10.062, ProbeState.DOWN, 12.5, "503 Service Unavailable"),
            ),
            "db": (),
        }
        assert (writer.trouble, reader.trouble) == ("", "")


def test_what_nobody_has_looked_at_since_is_not_made_anew(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for name in ("api", "db"):
            _record(writer, _result(name, NOW))
        writer.flush()
        before = reader.current()
        _record(writer, latest := _result("api", NOW + 10))
        writer.flush()
        now = reader.current()
        assert now["db"] is before["db"], "each is many small objects, which come and go twice a second else"
        assert now["api"].result == latest


def test_a_window_is_the_latest_points_since_a_time(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for second in range(100):
            _record(writer, _result("api", NOW + second))
            _record(writer, _result("db", NOW + second))
        writer.flush()
        assert [sample.at for sample in reader.windows(["api"], 0, 3)["api"]] == [NOW + 97, NOW + 98, NOW + 99]
        assert [sample.at for sample in reader.windows(["db"], NOW + 98, 50)["db"]] == [NOW + 98, NOW + 99]


def test_changed_is_true_once_a_flush(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        assert not reader.changed()
        for at in (NOW, NOW + 1):
            _record(writer, _result("api", at))
            assert not reader.changed()
            writer.flush()
            assert reader.changed()
            assert not reader.changed()
        writer.flush()
        assert not reader.changed(), "a flush with nothing to write writes nothing"


def test_a_reader_comes_back_after_the_writer_has_closed(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer:
        _record(writer, _result("api", NOW))
    with SampleReader(tmp_path) as reader:
        assert reader.changed()
        assert set(reader.current()) == {"api"}


def test_log_counters_add_up_by_the_minute(tmp_path: Path) -> None:
    minute = int(NOW)
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        writer.count("app", minute, lines=10, errors=1, warnings=2)
        writer.count("app", minute, lines=5, errors=0, warnings=1)
        writer.flush()
        writer.count("app", minute, lines=1, errors=1, warnings=0)
        writer.count("app", minute + 60, lines=7, errors=0, warnings=0)
        writer.count("other", minute, lines=3, errors=0, warnings=0)
        writer.flush()
        assert reader.log_minutes("app", 0) == (LogMinute(minute, 16, 2, 3), LogMinute(minute + 60, 7, 0, 0))
        assert reader.log_minutes("app", minute + 1) == (LogMinute(minute + 60, 7, 0, 0),)


def test_heartbeats_stay_after_a_death_and_go_with_a_farewell(tmp_path: Path) -> None:
    with SampleReader(tmp_path) as reader:
        with SampleWriter(tmp_path) as writer:
            writer.beat("here", 41, NOW)
            writer.beat("here", 42, NOW + 1)
        assert reader.heartbeats() == (Heartbeat("here", 42, NOW + 1),)
        with SampleWriter(tmp_path) as writer:
            writer.beat("here", 43, NOW + 2)
            writer.leave("here")
        assert reader.heartbeats() == ()


def test_old_samples_are_pruned(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        watch_for_an_hour(writer, NOW)
        for days in (0, 6.9, 7.1, 100):
            _record(writer, _result("api", NOW - days * DAY))
            writer.count("app", int(NOW - days * DAY), lines=1, errors=0, warnings=0)
        writer.flush()
        writer.prune(NOW)
        assert [sample.at for sample in reader.windows(["api"], 0, 10)["api"]] == [NOW - 6.9 * DAY, NOW]
        assert len(reader.log_minutes("app", 0)) == 3


def test_a_clock_that_is_wrong_for_a_moment_costs_no_history(tmp_path: Path) -> None:
    wrong = NOW + 3650 * DAY
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for turn, now in enumerate((NOW, wrong, NOW + 1, wrong + 2, NOW + 3)):  # once more to where a sample lies now
            _record(writer, _result("api", now))
            writer.beat("here", 7, now)
            writer.flush()
            writer.prune(now)
            assert len(reader.windows(["api"], 0, 10)["api"]) == turn + 1
        watch_for_an_hour(writer, NOW + 4000)
        writer.prune(NOW + 4000)
        assert len(reader.windows(["api"], 0, 10)["api"]) == 5


def test_a_file_that_was_left_alone_for_months_is_pruned_once_somebody_watches_again(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        _record(writer, _result("api", NOW))
        watch_for_an_hour(writer, NOW)
        later = NOW + 200 * DAY
        _record(writer, _result("api", later))
        writer.beat("here", 7, later)
        writer.flush()
        writer.prune(later)
        assert len(reader.windows(["api"], 0, 10)["api"]) == 2
        watch_for_an_hour(writer, later + 3600)
        writer.prune(later + 3600)
        assert [sample.at for sample in reader.windows(["api"], 0, 10)["api"]] == [later]


def test_probes_that_are_no_longer_configured_are_forgotten(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for name in ("api", "db"):
            _record(writer, _result(name, NOW))
        writer.flush()
        for name in ("api", "db", "cdn"):
            _record(writer, _result(name, NOW + 1))
        writer.retain(["api"])
        writer.flush()
        assert set(reader.current()) == {"api"}
        assert [len(window) for window in reader.windows(["api", "db", "cdn"], 0, 10).values()] == [2, 0, 0]


def test_a_file_that_is_no_database_is_told_by_readers_and_replaced_by_the_writer(tmp_path: Path) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(b"this is no database " * 500)
    with SampleReader(tmp_path) as reader:
        assert reader.current() == {}
        assert "file is not a database" in reader.trouble
        assert file.read_bytes().startswith(b"this is no"), "a reader only tells"
        with SampleWriter(tmp_path) as writer:
            _record(writer, _result("api", NOW))
            writer.flush()
            assert "damaged and is begun anew" in writer.trouble
            assert set(reader.current()) == {"api"}
            assert reader.trouble == ""
            _record(writer, _result("api", NOW + 1))
            writer.flush()
            assert writer.trouble == ""
    assert (tmp_path / f"{FILE_NAME}.damaged").read_bytes().startswith(b"this is no")


def test_pages_that_rot_while_in_use_lose_the_file_and_not_what_waits(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer:
        for second in range(2000):
            _record(writer, _result("api", NOW + second))
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(os.path.getsize(tmp_path / FILE_NAME) - 4096))
    with SampleReader(tmp_path) as reader, SampleWriter(tmp_path) as writer:
        reader.windows(["api"], 0, 10)
        assert "malformed" in reader.trouble
        _record(writer, _result("api", NOW + 5000))
        writer.flush()
        assert "begun anew" in writer.trouble
        assert [sample.at for sample in reader.windows(["api"], 0, 10)["api"]] == [NOW + 5000]


def test_a_database_of_another_version_or_kind_is_replaced(tmp_path: Path) -> None:
    for statement in (
        "CREATE TABLE other (x)",
        "CREATE TABLE schema_version (version); INSERT INTO schema_version VALUES (99)",
    ):
        (tmp_path / FILE_NAME).unlink(missing_ok=True)
        connection = sqlite3.connect(tmp_path / FILE_NAME)
        connection.executescript(statement)
        connection.close()
        with SampleReader(tmp_path) as reader:
            assert reader.current() == {}
            assert "another version" in reader.trouble
            with SampleWriter(tmp_path) as writer:
                _record(writer, _result("api", NOW))
            assert set(reader.current()) == {"api"}


def test_a_file_removed_under_the_writer_is_begun_again(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        _record(writer, _result("api", NOW))
        writer.flush()
        assert reader.changed()
        for file in tmp_path.iterdir():
            file.unlink()
        assert reader.changed()
        assert reader.current() == {}
        _record(writer, _result("db", NOW + 1))
        writer.flush()
        assert reader.changed()
        assert set(reader.current()) == {"db"}


def test_a_new_file_is_a_change_however_alike(tmp_path: Path) -> None:
    with SampleReader(tmp_path) as reader:
        for name in ("api", "db"):
            with SampleWriter(tmp_path) as writer:
                _record(writer, _result(name, NOW))
            assert reader.changed()
            assert set(reader.current()) == {name}
            for file in tmp_path.iterdir():
                file.unlink()


def test_what_cannot_be_written_waits(tmp_path: Path) -> None:
    with SampleWriter(tmp_path / "samples") as writer, SampleReader(tmp_path / "samples") as reader:
        (tmp_path / "samples").write_text("a file where the directory should be")
        _record(writer, _result("api", NOW))
        writer.flush()
        assert writer.trouble.startswith("samples cannot be written: ")
        (tmp_path / "samples").unlink()
        writer.flush()
        assert writer.trouble == ""
        assert set(reader.current()) == {"api"}


def test_a_locked_database_is_trouble_and_not_damage(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        _record(writer, _result("api", NOW))
        writer.flush()
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        try:
            other.execute("BEGIN IMMEDIATE")
            _record(writer, _result("api", NOW + 1))
            writer.flush()
            assert "locked" in writer.trouble
            assert len(reader.windows(["api"], 0, 10)["api"]) == 1, "readers do not wait"
        finally:
            other.close()
        writer.flush()
        assert len(reader.windows(["api"], 0, 10)["api"]) == 2


def test_memory_is_bounded_while_nothing_can_be_written(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for second in range(20_005):
            _record(writer, _result("api", NOW + second))
        writer.flush()
        assert len(reader.windows(["api"], 0, 100_000)["api"]) == 20_000
        assert reader.windows(["api"], 0, 1)["api"][0].at == NOW + 20_004


def test_a_row_that_makes_no_sense_is_trouble_and_no_crash(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer:
        _record(writer, _result("api", NOW))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE current SET result = '{'")
    connection.execute("UPDATE sample SET state = 'shiny'")
    connection.commit()
    connection.close()
    with SampleReader(tmp_path) as reader:
        assert reader.current() == {}
        assert "samples cannot be read" in reader.trouble
        assert reader.windows(["api"], 0, 10) == {"api": ()}


def test_a_writer_and_readers_in_threads_see_whole_transactions(tmp_path: Path) -> None:
    done = threading.Event()
    torn: list[str] = []

    def read() -> None:
        with SampleReader(tmp_path) as reader:
            while True:
                last = done.is_set()
                current = reader.current()
                if reader.trouble:
                    torn.append(reader.trouble)
                if len({each.result.at for each in current.values()}) > 1:
                    torn.append(str(current))
                if last:
                    return

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    with SampleWriter(tmp_path) as writer:
        for second in range(100):
            for name in ("api", "db", "cdn"):
                _record(writer, _result(name, NOW + second))
            writer.flush()
    done.set()
    for thread in threads:
        thread.join()
    assert torn == []


def test_a_directory_may_have_any_name(tmp_path: Path) -> None:
    directory = tmp_path / "a ?b#c%20 é"
    with SampleWriter(directory) as writer, SampleReader(directory) as reader:
        _record(writer, _result("api", NOW))
        writer.flush()
        assert set(reader.current()) == {"api"}

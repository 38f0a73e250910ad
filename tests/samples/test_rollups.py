"""Roll-ups: they say what the samples said, hold for a year, and outlive an older file."""

from __future__ import annotations

import math
import random
import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cockpit.release.health import Debounced, ProbeResult, ProbeState, Timing
from cockpit.release.rollup import Rollup, added_up
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import DAY, FILE_NAME, HOUR, MINUTE, ROLLUPS_KEPT, TABLES, step_series
from cockpit.samples.writer import SampleWriter
from tests.samples.watches import watch_for_an_hour

NOON = 1_800_057_600.0  # a whole minute and hour, in the middle of a day in UTC


def record(writer: SampleWriter, at: float, state: ProbeState, ms: float | None = 10.0, **more: object) -> None:
    result = ProbeResult("api", state, ms, more.pop("detail", "seen"), at, **more)  # type: ignore[arg-type]
    writer.record(result, Debounced(state, at, state))


def test_hours_and_days_add_up_to_what_was_seen(tmp_path: Path) -> None:
    rng = random.Random(7)
    seen: list[tuple[float, ProbeState, float | None]] = []
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for step in range(2000):
            state = rng.choices(list(ProbeState), [90, 4, 4, 1, 1])[0]
            ms = rng.lognormvariate(4, 1) if state in {ProbeState.OK, ProbeState.DEGRADED} else None
            seen.append((NOON + step * 10, state, ms))
            record(writer, *seen[-1])
            if rng.random() < 0.05:
                writer.flush()
        writer.flush()
        for size in (MINUTE, HOUR, DAY):
            found = reader.rollups("api", size, NOON - DAY, NOON + DAY)
            assert all(at % size == 0 for at in found)
            for at, rollup in found.items():
                there = [each for each in seen if at <= each[0] < at + size]
                assert [getattr(rollup, state.value) for state in ProbeState] == [
                    sum(each[1] is state for each in there) for state in ProbeState
                ]
        whole = added_up(reader.rollups("api", DAY, 0, NOON + DAY).values())
        ordered = sorted(ms for _, _, ms in seen if ms is not None)
        for percent in (50, 95, 99):
            exact = ordered[math.ceil(percent / 100 * len(ordered)) - 1]
            told = whole.percentile(percent)
            assert told is not None
            assert abs(told - exact) / exact < 0.026
        assert reader.counts(["api"], HOUR, NOON)["api"].seen == whole.seen


@given(st.lists(st.tuples(st.sampled_from(list(ProbeState)), st.none() | st.floats(0, 1e6)), max_size=50))
def test_it_does_not_matter_where_a_row_is_cut(looks: list[tuple[ProbeState, float | None]]) -> None:
    whole, parts = Rollup(latencies={}), [Rollup(latencies={}) for _ in range(3)]
    for position, look in enumerate(looks):
        whole.add(*look)
        parts[position % 3].add(*look)
    together = added_up(parts)
    assert (together.seen, together.up, together.latencies) == (whole.seen, whole.up, whole.latencies)
    assert together.percentile(95) == whole.percentile(95)


def test_what_nobody_saw_is_no_uptime() -> None:
    rollup = Rollup(latencies={})
    rollup.add(ProbeState.UNKNOWN, None)
    rollup.add(ProbeState.PAUSED, None)
    assert (rollup.uptime, rollup.percentile(95)) == (None, None)


def test_each_is_pruned_after_its_time(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        record(writer, NOON, ProbeState.OK)
        writer.flush()
        watch_for_an_hour(writer, NOON + ROLLUPS_KEPT[MINUTE] + HOUR)
        writer.prune(NOON + ROLLUPS_KEPT[MINUTE] + HOUR)
        assert [len(reader.rollups("api", size, 0, NOON + DAY)) for size in (MINUTE, HOUR, DAY)] == [0, 1, 1]
        assert reader.raw("api", 0, NOON + DAY) == ()
        watch_for_an_hour(writer, NOON + ROLLUPS_KEPT[HOUR] + DAY)
        writer.prune(NOON + ROLLUPS_KEPT[HOUR] + DAY)
        assert [len(reader.rollups("api", size, 0, NOON + DAY)) for size in (HOUR, DAY)] == [0, 1]


def test_steps_have_series_of_their_own_and_a_failure_is_kept_whole_once(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        steps = (Timing("login", 12.0, "ok"), Timing("pay", 3000.0, "down", "503"))
        for at in range(3):
            record(writer, NOON + at, ProbeState.DOWN, None, detail="pay: 503", timings=steps)
        record(writer, NOON + 3, ProbeState.OK, 40.0)
        record(writer, NOON + 4, ProbeState.DOWN, None, detail="pay: 503", timings=steps)
        writer.flush()
        assert [one.at for one in reader.failures("api", 10)] == [NOON + 4, NOON]
        assert reader.failures("api", 1)[0].timings == steps
        assert [each.latency_ms for each in reader.raw(step_series("api", "login"), 0, NOON + DAY)] == [12.0] * 4
        assert {each.state for each in reader.raw(step_series("api", "pay"), 0, NOON + DAY)} == {ProbeState.DOWN}
        writer.retain(["other"])
        assert reader.raw(step_series("api", "login"), 0, NOON + DAY) == ()
        assert reader.rollups("api", HOUR, 0, NOON + DAY), "a year is not lost by a name that is missing for a moment"


def test_a_file_of_the_version_before_is_taken_on(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript(f"{TABLES} INSERT INTO schema_version VALUES (1);")
    connection.execute("INSERT INTO sample VALUES ('api', ?, 'ok', 5.0, 'seen')", (int(NOON * 1000),))
    connection.commit()
    connection.close()
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        record(writer, NOON + 1, ProbeState.OK)
        writer.flush()
        assert (writer.trouble, reader.trouble) == ("", "")
        assert len(reader.raw("api", 0, NOON + DAY)) == 2

"""Looking back: stretches, watches and what logs meant, against looks and lines that are kept beside."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs import digest as logs
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.release.outages import outages_in
from cockpit.release.stretches import clipped, down, gaps, known, total
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.meaning import OTHERS
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import (
    FILE_NAME,
    FIRST_ERRORS_MOST,
    KINDS_MOST,
    QUARTER,
    STRETCHES_KEPT,
    TABLES,
    TABLES_2,
    TABLES_3,
)
from cockpit.samples.stretches import TABLES as STRETCH_TABLES
from cockpit.samples.stretches import StretchKeeper
from cockpit.samples.writer import SampleWriter
from tests.samples.watches import watch_for_an_hour

NOON = 1_800_057_600.0
EVERY = 5.0


def stretches_of(looks: list[tuple[int, ProbeState]]) -> list[tuple[float, float, str]]:
    """What a keeper keeps of looks, through a database in memory."""
    keeper = StretchKeeper()
    connection = sqlite3.connect(":memory:")
    connection.executescript(STRETCH_TABLES)
    for at, state in looks:
        keeper.add("api", float(at), state, "", interval=EVERY)
    keeper.write(connection)
    rows = connection.execute("SELECT at_ms, until_ms, state FROM stretch ORDER BY at_ms").fetchall()
    connection.close()
    return [(at / 1000, until / 1000, state) for at, until, state in rows]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([ProbeState.OK, ProbeState.DOWN, ProbeState.UNKNOWN])),
             max_size=30)
)  # fmt: skip
def test_every_second_is_in_the_state_of_the_look_before_it_or_in_a_gap(steps: list[tuple[int, ProbeState]]) -> None:
    looks, at = [], 0
    for step, state in steps:
        at += step
        looks.append((at, state))
    kept = stretches_of(looks)
    for second in range(at + 2):
        before = [look for look in looks if look[0] <= second]
        after = [look for look in looks if look[0] > second]
        # A look is late after three intervals.
        covered = bool(before and after) and after[0][0] - before[-1][0] <= 15
        found = [state for start, end, state in kept if start <= second < end]
        assert found == ([before[-1][1].value] if covered else []), second


def record(writer: SampleWriter, at: float, state: ProbeState) -> None:
    writer.record(ProbeResult("api", state, 10.0, state.value, at), Debounced(state, at, state), interval=EVERY)


def test_an_outage_is_exact_where_it_was_seen_to_begin_and_end_and_says_so_where_not(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        states = [ProbeState.OK] * 3 + [ProbeState.DOWN] * 4 + [ProbeState.OK] * 3 + [ProbeState.DOWN] * 2
        for step, state in enumerate(states):
            record(writer, NOON + step * EVERY, state)
            writer.flush()
        late = NOON + 600
        record(writer, late, ProbeState.DOWN)  # nobody looked in between
        record(writer, late + EVERY, ProbeState.OK)
        record(writer, late + 2 * EVERY, ProbeState.DOWN)
        writer.flush()
        found = LookingBack(reader).stretches("api", NOON - 1, NOON + 3600)
        asked = partial(outages_in, found, probe="api", observer="h1", failures=3, late=15.0)
        told = asked(now=late + 3 * EVERY)
        assert [(one.at - NOON, one.until - NOON, one.began, one.ended, one.looks) for one in told] == [
            (15.0, 35.0, "seen", "seen", 4),
            (50.0, 55.0, "seen", "not seen", 2),
            (600.0, 605.0, "not seen", "seen", 1),
            (610.0, 610.0, "seen", "ongoing", 1),
        ]
        assert asked(now=late + 3600)[-1].ended == "not seen"
        assert total(clipped(down(found), NOON, NOON + 3600)) == 20 + 5 + 5
        assert gaps(known(found), NOON, late + 10) == [(NOON + 55, late)]


def test_a_watch_goes_on_through_a_new_process_and_ends_with_its_last_beat(tmp_path: Path) -> None:
    for begin in (NOON, NOON + 40):
        with SampleWriter(tmp_path) as writer:
            for second in range(30):
                writer.beat("h1", 1, begin + second)
                writer.flush()
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        writer.beat("h1", 1, NOON + 200)
        writer.beat("h2", 1, NOON + 200)
        writer.flush()
        assert LookingBack(reader).watched(NOON, NOON + 300) == {
            "h1": [(NOON, NOON + 69), (NOON + 200, NOON + 200)],
            "h2": [(NOON + 200, NOON + 200)],
        }
        later = NOON + STRETCHES_KEPT + 100
        watch_for_an_hour(writer, later)
        writer.prune(later)
        assert LookingBack(reader).watched(NOON, NOON + 300)["h1"] == [(NOON + 200, NOON + 200)]


def digest(count: int, at: float, example: str = "no tax today") -> LogDigest:
    errors = (ErrorCount("error", "no tax <n>", count, at, at + 1, example),)
    return LogDigest(10, 2, {"xss": count}, errors, (EndpointCount("GET /", count, 1, {90: count}),))


def test_what_logs_meant_adds_up_and_an_error_keeps_the_time_it_first_came_at(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        for hour in range(3):
            writer.digest("app", NOON + hour * 3600, digest(hour + 1, NOON + hour * 3600))
            writer.digest("app", NOON + hour * 3600 + 5, digest(1, NOON + hour * 3600 + 5))
            writer.flush()
        back = LookingBack(reader)
        assert back.patterns("app", NOON, NOON + 3600) == {"xss": 2}
        assert back.patterns("app", NOON, NOON + 7201) == {"xss": 9}
        assert back.looked("app", NOON + 3600, NOON + 7200) == (20, 4)
        ((error, first),) = back.errors("app", NOON + 3600, NOON + 7201)
        assert (error.count, error.first_at - NOON, error.last_at - NOON, first - NOON) == (7, 3600.0, 7206.0, 0.0)
        (endpoint,) = back.endpoints("app", NOON, NOON + 7201)
        assert (endpoint.count, endpoint.errors, endpoint.latencies) == (9, 6, {90: 9})
        assert back.errors("other", NOON, NOON + 7201) == []


def _scan(first: int, count: int, at: float) -> LogDigest:
    """What a scanner leaves in a log: nothing comes twice."""
    kinds = range(first, first + count)
    return LogDigest(
        looked=count,
        errors=tuple(ErrorCount("error", f"no {kind}", 1, at, at, f"no {kind}") for kind in kinds),
        endpoints=tuple(EndpointCount(f"GET /{kind}", 1, 1, {kind % 3: 1}) for kind in kinds),
    )


def test_a_scanner_fills_no_quarter_beyond_its_bound_and_nothing_goes_uncounted(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        writer.digest("app", NOON, digest(1, NOON))
        for second in range(8):
            writer.digest("app", NOON + second, _scan(second * 200, 200, NOON + second))
            writer.digest("other", NOON + second, digest(1, NOON + second))
            if second % 2:
                writer.flush()
        writer.digest("app", NOON + 9, digest(1, NOON + 9))
        writer.digest("app", NOON + QUARTER, _scan(5000, 200, NOON + QUARTER))
        writer.flush()
        assert writer.trouble == ""
        back = LookingBack(reader)
        endpoints = {one.endpoint: one for one in back.endpoints("app", NOON, NOON + 60)}
        assert len(endpoints) == KINDS_MOST + 1
        assert sum(one.count for one in endpoints.values()) == 1602
        assert sum(endpoints[OTHERS].latencies.values()) == endpoints[OTHERS].count == 1600 - (KINDS_MOST - 1)
        assert endpoints["GET /"].count == 2, "what was there before goes on being told apart"
        errors = {one.template: one for one, _ in back.errors("app", NOON, NOON + 60)}
        assert len(errors) == KINDS_MOST + 1
        assert (errors[OTHERS].count, errors[OTHERS].last_at) == (1600 - (KINDS_MOST - 1), NOON + 7)
        assert len(back.endpoints("other", NOON, NOON + 60)) == 1
        assert len(back.endpoints("app", NOON + QUARTER, NOON + 2 * QUARTER)) == 200
    assert OTHERS == logs.OTHERS


def test_of_very_many_errors_those_are_known_longest_that_came_last(tmp_path: Path) -> None:
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        writer.digest("app", NOON, digest(1, NOON))
        at = NOON
        for turn in range(FIRST_ERRORS_MOST // KINDS_MOST):
            at = NOON + (turn + 1) * QUARTER
            writer.digest("app", at, _scan(turn * KINDS_MOST, KINDS_MOST, at))
        writer.digest("app", at + QUARTER, digest(1, at + QUARTER))
        watch_for_an_hour(writer, at + QUARTER)
        writer.prune(at + QUARTER)
        kept = reader.query("SELECT template FROM log_error_first WHERE log = 'app'", (), lambda row: str(row[0]))
        assert len(kept) == FIRST_ERRORS_MOST
        (gone,) = {f"no {kind}" for kind in range(FIRST_ERRORS_MOST)} - set(kept)
        assert int(gone.removeprefix("no ")) < KINDS_MOST, "one of those that came the longest ago"
        ((_, first),) = LookingBack(reader).errors("app", at + QUARTER, at + 2 * QUARTER)
        assert first == NOON, "it came again"


def test_the_file_of_an_older_watcher_is_empty_here_until_a_newer_one_writes(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / FILE_NAME)
    old.executescript(TABLES + "INSERT INTO schema_version VALUES (1);" + TABLES_2 + TABLES_3)
    old.execute("INSERT INTO log_minute (log, minute, lines, errors, warnings) VALUES ('app', 60, 5, 1, 0)")
    old.commit()
    old.close()
    with SampleReader(tmp_path) as reader:
        back = LookingBack(reader)
        assert back.watched(NOON, NOON + 1) == {}
        assert back.counted("app", 0.0, 3600.0) == (1, 5, 1, 0)
        assert back.trouble == ""
    with SampleWriter(tmp_path) as writer, SampleReader(tmp_path) as reader:
        writer.beat("h1", 1, NOON)
        writer.flush()
        assert writer.trouble == ""
        assert LookingBack(reader).watched(NOON, NOON + 1) == {"h1": [(NOON, NOON)]}

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.counters import LogCounters
from cockpit.logs.line import Level, LogLine


def line(level: Level, at: float | None = None, *, continuation: bool = False) -> LogLine:
    return LogLine("x", level, at, "app", "plain", "x", continuation)


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_levels_add_up_and_traces_count_once() -> None:
    counters = LogCounters("app", clock=Clock(1000.0))
    for level in (Level.ERROR, Level.INFO, Level.NONE, Level.FATAL):
        counters.add(line(level), 10)
    counters.add(line(Level.ERROR, continuation=True), 5)
    counts = counters.snapshot()
    assert (counts.source, counts.lines, counts.bytes) == ("app", 5, 45)
    assert counts.levels == dict.fromkeys(counts.levels, 0) | {"fatal": 1, "error": 1, "info": 1, "none": 2}
    assert counts.errors_per_minute == 2


def test_rates_rise_and_fall_with_the_clock() -> None:
    clock = Clock(6000.0)
    counters = LogCounters("app", clock=clock)
    for _ in range(30):
        counters.add(line(Level.ERROR), 1)
    assert counters.snapshot().lines_per_second == 0.0  # this second is not over
    clock.now = 6001.0
    counts = counters.snapshot()
    assert (counts.lines_per_second, counts.errors_per_minute) == (3.0, 30)
    assert counts.lines_by_second[-2:] == (30, 0)
    clock.now = 6059.9
    counts = counters.snapshot()
    assert (counts.lines_per_second, counts.errors_per_minute) == (0.0, 30)
    clock.now = 6060.0
    counts = counters.snapshot()
    assert counts.errors_per_minute == 0
    assert counts.errors_by_minute[-2:] == (30, 0)
    clock.now = 6060.0 + 3600
    assert sum(counters.snapshot().errors_by_minute) == 0


def test_old_lines_count_at_their_own_time() -> None:
    counters = LogCounters("app", clock=Clock(6000.0))
    for at in (None, 5970.0, 10.0, 5000.0, 7000.0):
        counters.add(line(Level.ERROR, at), 1, live=False)
    counts = counters.snapshot()
    assert (counts.lines, counts.errors_per_minute, sum(counts.errors_by_minute)) == (5, 1, 2)


@given(steps=st.lists(st.floats(0, 200)))
def test_the_windows_hold_what_came_within_them(steps: list[float]) -> None:
    clock = Clock(10_000.0)
    counters = LogCounters("app", clock=clock)
    times = []
    for step in steps:
        clock.now += step
        counters.add(line(Level.ERROR), 1)
        times.append(clock.now)
    counts = counters.snapshot()
    assert counts.errors_per_minute == sum(int(clock.now) - int(at) < 60 for at in times)
    assert sum(counts.errors_by_minute) == sum(int(clock.now // 60) - int(at // 60) < 60 for at in times)
    assert len(counts.lines_by_second) == len(counts.errors_by_minute) == 60

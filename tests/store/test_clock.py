from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.store.clock import HybridClock


def test_a_tie_counts_up_and_new_time_starts_again() -> None:
    times = iter([5, 5, 4, 6])
    clock = HybridClock(lambda: next(times))
    assert [clock.tick() for _ in range(4)] == [(5, 0), (5, 1), (5, 2), (6, 0)]


def test_an_event_is_followed_by_a_greater_reading() -> None:
    clock = HybridClock(lambda: 100_000)
    assert clock.ingest((160_000, 7))
    assert clock.tick() == (160_000, 8)


def test_an_event_from_a_clock_a_day_ahead_is_not_adopted() -> None:
    clock = HybridClock(lambda: 100_000)
    assert not clock.ingest((160_001, 0))
    assert not clock.ingest((100_000, 2**40))
    assert clock.tick() == (100_000, 0)


@given(st.lists(st.tuples(st.integers(0, 200_000), st.none() | st.tuples(st.integers(0, 300_000), st.integers(0, 9)))))
def test_readings_grow_whatever_the_wall_clock_does(steps: list[tuple[int, tuple[int, int] | None]]) -> None:
    now = 0
    clock = HybridClock(lambda: now)
    last = (-1, 0)
    for now, heard in steps:  # noqa: B007
        if heard is not None and clock.ingest(heard):
            last = max(last, heard)
        reading = clock.tick()
        assert reading > last
        last = reading

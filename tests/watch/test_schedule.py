"""The schedule under a clock that only moves when told to."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from cockpit.errors import NotFoundError
from cockpit.release.configuration import Probe
from cockpit.watch.schedule import Job, Schedule, probe_jobs
from tests.watch.clock import VirtualClock


class Flight:
    """A schedule whose runs take `seconds[name]` of virtual time, and what happened in it."""

    def __init__(self, *jobs: Job, concurrency: int = 32) -> None:
        self.clock = VirtualClock()
        self.starts: list[tuple[str, float]] = []
        self.held: list[tuple[str, float]] = []
        self.faults: list[str] = []
        self.ended: list[str] = []
        self.seconds: dict[str, float] = {}
        self.broken: set[str] = set()
        self.under_way: Counter[str] = Counter()
        self.most_at_once = 0
        self.schedule = Schedule(
            self._run,
            hold=self._hold,
            fault=lambda name, error: self.faults.append(f"{name}: {error}"),
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
            concurrency=concurrency,
        )
        self.schedule.update(jobs)

    async def _run(self, name: str) -> None:
        self.starts.append((name, self.clock.now))
        self.under_way[name] += 1
        self.most_at_once = max(self.most_at_once, self.under_way.total())
        assert self.under_way[name] == 1, "beside itself"
        try:
            await self.clock.sleep(self.seconds.get(name, 0.0))
        finally:
            self.under_way[name] -= 1
            self.ended.append(name)
        if name in self.broken:
            raise RuntimeError("broken")

    async def _hold(self, name: str) -> None:
        self.held.append((name, self.clock.now))

    def times(self, name: str) -> list[float]:
        return [at for started, at in self.starts if started == name]

    def gaps(self, name: str) -> list[float]:
        times = self.times(name)
        return [round(after - before, 3) for before, after in itertools.pairwise(times)]

    @contextlib.asynccontextmanager
    async def under_the_clock(self) -> AsyncIterator[Flight]:
        task = asyncio.create_task(self.schedule.serve())
        await self.clock.settle()
        try:
            yield self
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert self.under_way.total() == 0, "something is left running"


def _job(name: str, interval: float = 10.0) -> Job:
    return Job(name, interval)


async def test_each_runs_soon_and_then_at_its_interval() -> None:
    async with Flight(_job("api"), _job("slow", 60.0)).under_the_clock() as flight:
        await flight.clock.advance(2.0)
        assert {name for name, _ in flight.starts} == {"api", "slow"}
        await flight.clock.advance(598.0)
    assert set(flight.gaps("api")[1:]) == {10.0}
    assert set(flight.gaps("slow")[1:]) == {60.0}
    assert 5.0 <= flight.gaps("api")[0] < 15.0


async def test_names_spread_the_runs_the_same_way_each_time() -> None:
    flights = []
    for _ in range(2):
        async with Flight(*(_job(f"probe-{number}") for number in range(50))).under_the_clock() as flight:
            await flight.clock.advance(60.0)
        flights.append(flight.starts)
    assert flights[0] == flights[1]
    by_second = Counter(int(at) % 10 for _, at in flights[0] if at > 1020)
    assert len(by_second) == 10
    assert max(by_second.values()) < 3 * min(by_second.values()) + 20


async def test_no_more_run_at_once_than_there_are_places() -> None:
    flight = Flight(*(_job(f"probe-{number}") for number in range(20)), concurrency=4)
    flight.seconds = {f"probe-{number}": 5.0 for number in range(20)}
    async with flight.under_the_clock():
        await flight.clock.advance(120.0)
    assert flight.most_at_once == 4
    assert {name for name, _ in flight.starts} == {f"probe-{number}" for number in range(20)}, "nobody starves"


async def test_a_slow_run_leaves_turns_out_and_delays_nobody() -> None:
    flight = Flight(_job("slow"), _job("api"))
    flight.seconds = {"slow": 25.0}
    async with flight.under_the_clock():
        await flight.clock.advance(120.0)
    assert set(flight.gaps("slow")[1:]) == {30.0}
    assert set(flight.gaps("api")[1:]) == {10.0}


async def test_after_a_suspend_each_runs_once_and_catches_nothing_up() -> None:
    flight = Flight(*(_job(f"probe-{number}") for number in range(5)))
    async with flight.under_the_clock():
        await flight.clock.advance(30.0)
        flight.starts.clear()
        flight.clock.jump(3600.0)
        await flight.clock.advance(1.0)
        assert Counter(name for name, _ in flight.starts) == Counter({f"probe-{number}": 1 for number in range(5)})
        await flight.clock.advance(60.0)
    for number in range(5):
        gaps = flight.gaps(f"probe-{number}")
        assert 5.0 <= gaps[0] < 15.0
        assert set(gaps[1:]) == {10.0}


async def test_a_clock_that_goes_back_stops_nothing() -> None:
    async with Flight(_job("api")).under_the_clock() as flight:
        await flight.clock.advance(30.0)
        flight.starts.clear()
        flight.clock.jump(-5000.0)
        await flight.clock.advance(60.0)
    assert len(flight.starts) >= 5
    assert set(flight.gaps("api")) == {10.0}


async def test_a_run_that_fails_is_told_and_ends_nothing() -> None:
    flight = Flight(_job("bad"), _job("good"))
    flight.broken = {"bad"}
    async with flight.under_the_clock():
        await flight.clock.advance(60.0)
    assert len(flight.faults) == len(flight.times("bad")) >= 5
    assert flight.faults[0] == "bad: broken"
    assert len(flight.times("good")) >= 5


async def test_a_trigger_runs_at_once_and_moves_the_next_turn() -> None:
    async with Flight(_job("api", 100.0)).under_the_clock() as flight:
        await flight.clock.advance(50.0)
        flight.schedule.trigger("api")
        await flight.clock.settle()
        assert flight.times("api")[-1] == flight.clock.now
        count = len(flight.starts)
        await flight.clock.advance(49.0)
        assert len(flight.starts) == count


async def test_a_trigger_in_flight_runs_once_more_afterwards() -> None:
    flight = Flight(_job("api", 100.0))
    flight.seconds = {"api": 5.0}
    async with flight.under_the_clock():
        await flight.clock.advance(3.0)
        for _ in range(3):
            flight.schedule.trigger("api")
        await flight.clock.advance(20.0)
    assert flight.gaps("api") == [5.0]


async def test_triggers_that_wait_for_a_place_run_once() -> None:
    flight = Flight(_job("first", 1000.0), _job("second", 1000.0), concurrency=1)
    async with flight.under_the_clock():
        await flight.clock.advance(3.0)
        flight.starts.clear()
        flight.seconds = {"first": 5.0}
        for name in ("first", "second", "second", "second"):
            flight.schedule.trigger(name)
        await flight.clock.advance(30.0)
    assert [name for name, _ in flight.starts] == ["first", "second"]


async def test_a_trigger_of_an_unknown_name_says_which_there_are() -> None:
    flight = Flight(_job("api"))
    with pytest.raises(NotFoundError, match="Known: api"):
        flight.schedule.trigger("apj")


async def test_what_waits_for_a_person_is_only_held_by_the_timer() -> None:
    async with Flight(Job("pay", 10.0, waits_for_person=True)).under_the_clock() as flight:
        await flight.clock.advance(60.0)
        assert flight.starts == []
        assert len(flight.held) >= 5
        flight.schedule.trigger("pay")
        await flight.clock.advance(60.0)
        assert len(flight.starts) == 1


async def test_an_update_keeps_what_is_unchanged_and_takes_in_what_is_new() -> None:
    plain = Flight(_job("api"))
    async with plain.under_the_clock():
        await plain.clock.advance(60.0)
    flight = Flight(_job("api"), _job("old"))
    async with flight.under_the_clock():
        await flight.clock.advance(1.0)
        for _ in range(30):
            flight.schedule.update([_job("api"), _job("new", 5.0)])
            await flight.clock.advance(1.0)
        await flight.clock.advance(29.0)
    assert flight.times("api") == plain.times("api")
    assert not [at for at in flight.times("old") if at > 1001.0]
    assert set(flight.gaps("new")[1:]) == {5.0}


async def test_an_update_of_an_interval_never_runs_it_beside_itself() -> None:
    flight = Flight(_job("api", 10.0))
    flight.seconds = {"api": 8.0}
    async with flight.under_the_clock():
        await flight.clock.advance(3.0)
        flight.schedule.update([_job("api", 20.0)])
        await flight.clock.advance(120.0)
    assert flight.ended.count("api") >= 5
    assert set(flight.gaps("api")[2:]) == {20.0}


async def test_an_update_cancels_the_run_of_what_is_gone() -> None:
    flight = Flight(_job("api"))
    flight.seconds = {"api": 500.0}
    async with flight.under_the_clock():
        await flight.clock.advance(3.0)
        assert flight.under_way.total() == 1
        flight.schedule.update([])
        await flight.clock.settle()
        assert flight.under_way.total() == 0


async def test_a_cancel_waits_until_nothing_runs() -> None:
    flight = Flight(*(_job(f"probe-{number}") for number in range(10)), concurrency=3)
    flight.seconds = {f"probe-{number}": 500.0 for number in range(10)}
    async with flight.under_the_clock():
        await flight.clock.advance(3.0)
        assert flight.under_way.total() == 3
    assert len(flight.ended) == 3


async def test_real_time_passes_too() -> None:
    ran = asyncio.Event()

    async def run(name: str) -> None:
        ran.set()

    schedule = Schedule(run, hold=run, fault=lambda name, error: None)
    schedule.update([Job("api", 0.1)])
    serving = asyncio.create_task(schedule.serve())
    await asyncio.wait_for(ran.wait(), 10)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


def test_jobs_of_probes_hold_back_effects_in_production() -> None:
    probes = {
        "api": Probe(http="http://x", interval="5s"),
        "pay": Probe(command="./pay", interval="1m", effects="money"),
    }
    assert probe_jobs(probes, production=True) == (Job("api", 5.0), Job("pay", 60.0, waits_for_person=True))
    assert probe_jobs(probes, production=False) == (Job("api", 5.0), Job("pay", 60.0))
    with pytest.raises(ValueError, match="is not a duration"):
        probe_jobs({"api": Probe(http="http://x", interval="often")}, production=True)

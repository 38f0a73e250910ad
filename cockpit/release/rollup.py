"""Many looks in one row: how often which state, and a histogram of latencies, which adds up without loss; pure."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from cockpit.release.health import ProbeState

# Buckets grow by a twentieth: a percentile read from them is off by 2.5 % at most.
_GROWTH = 1.05
_LOG_GROWTH = math.log(_GROWTH)
_LEAST = 0.001  # milliseconds


class Rollup(Struct):
    """Counts by state, and of the looks that told a latency its histogram; a value under construction.

    A look in planned `maintenance` is counted there alone.
    """

    ok: int = 0
    degraded: int = 0
    down: int = 0
    unknown: int = 0
    paused: int = 0
    total_ms: float = 0.0
    highest_ms: float = 0.0
    latencies: dict[int, int] = {}
    maintenance: int = 0

    @property
    def seen(self) -> int:
        """How many looks saw the target; unknown and paused ones saw nothing, and maintenance is left out."""
        return self.ok + self.degraded + self.down

    @property
    def up(self) -> int:
        """How many looks found it up, if only just."""
        return self.ok + self.degraded

    @property
    def timed(self) -> int:
        """How many looks told a latency."""
        return sum(self.latencies.values())

    @property
    def uptime(self) -> float | None:
        """The share of what was seen that was up; None where nothing was seen: a gap is no uptime."""
        return self.up / self.seen if self.seen else None

    def add(self, state: ProbeState, latency_ms: float | None, *, planned: bool = False) -> None:
        """Take in one look."""
        if planned:
            self.maintenance += 1
            return
        setattr(self, state.value, getattr(self, state.value) + 1)
        if latency_ms is not None:
            bucket = bucket_of(latency_ms)
            self.latencies[bucket] = self.latencies.get(bucket, 0) + 1
            self.total_ms += latency_ms
            self.highest_ms = max(self.highest_ms, latency_ms)

    def merge(self, other: Rollup) -> None:
        """Take in all that another one counts."""
        for state in ProbeState:
            setattr(self, state.value, getattr(self, state.value) + getattr(other, state.value))
        for bucket, count in other.latencies.items():
            self.latencies[bucket] = self.latencies.get(bucket, 0) + count
        self.maintenance += other.maintenance
        self.total_ms += other.total_ms
        self.highest_ms = max(self.highest_ms, other.highest_ms)

    def percentile(self, percent: float) -> float | None:
        """Return the latency in milliseconds that so many per cent of the looks stayed within, to 2.5 %."""
        place = rank(percent, self.timed)
        return None if place is None else self.at_rank(place)

    def at_rank(self, place: int) -> float:
        """Return the latency in milliseconds at that place in their order, from 1, to 2.5 %."""
        counted = 0
        for bucket in sorted(self.latencies):
            counted += self.latencies[bucket]
            if counted >= place:
                return min(middle_of(bucket), self.highest_ms)
        return self.highest_ms

    def slower_than(self, limit_ms: float) -> int:
        """Return how many looks took longer, to the bucket that the limit is in."""
        edge = bucket_of(limit_ms)
        return sum(count for bucket, count in self.latencies.items() if bucket > edge)


def added_up(rollups: Iterable[Rollup]) -> Rollup:
    """Return the sum of several."""
    total = Rollup(latencies={})
    for each in rollups:
        total.merge(each)
    return total


def bucket_of(latency_ms: float) -> int:
    """Return the histogram's bucket of a latency."""
    return math.floor(math.log(max(latency_ms, _LEAST)) / _LOG_GROWTH)


def middle_of(bucket: int) -> float:
    """Return the middle of a bucket, in milliseconds."""
    return float(_GROWTH ** (bucket + 0.5))


def rank(percent: float, count: int) -> int | None:
    """Return which of `count` values in order is the percentile (nearest rank, from 1); None where there is none."""
    return max(math.ceil(percent / 100 * count), 1) if count else None

"""Running counts of one log: totals by level, and how fast lines and errors come."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping

from msgspec import Struct

from cockpit.logs.line import LEVELS, Level, LogLine
from cockpit.logs.own import is_own

SECONDS = 60  # how far back the series by second reaches
MINUTES = 60  # how far back the series by minute reaches
_RATE_SECONDS = 10


class LogCounts(Struct, frozen=True):
    """A log's counts at one moment; the series are oldest first, one value a second or a minute, the current one last.

    `lines_per_second` is the mean of the last ten whole seconds, `errors_per_minute` the sum of the last sixty.
    A stack trace's lines stand under `none`, so that the levels add up to `lines`. So many of these are of our `own`
    probes and checks; their errors are no trouble of the service's, and no series has them.
    """

    source: str
    lines: int = 0
    bytes: int = 0
    levels: dict[str, int] = {}
    lines_per_second: float = 0.0
    errors_per_minute: int = 0
    lines_by_second: tuple[int, ...] = ()
    errors_by_minute: tuple[int, ...] = ()
    own: int = 0
    own_levels: dict[str, int] = {}

    def of_others(self, *levels: str) -> int:
        """Return how many lines are of these levels, without our own traffic."""
        return sum(self.levels.get(level, 0) - self.own_levels.get(level, 0) for level in levels)


class _Ring:
    """Counts in buckets of `width` seconds, the last `size` of them."""

    def __init__(self, width: int, size: int) -> None:
        self._width = width
        self._buckets = [0] * size
        self._newest = 0

    def add(self, at: float, count: int = 1) -> None:
        index = self._advance(at)
        if self._newest - index < len(self._buckets):
            self._buckets[index % len(self._buckets)] += count

    def series(self, now: float) -> tuple[int, ...]:
        """The buckets up to now, oldest first."""
        self._advance(now)
        cut = (self._newest + 1) % len(self._buckets)
        return tuple(self._buckets[cut:] + self._buckets[:cut])

    def _advance(self, at: float) -> int:
        index = int(at // self._width)
        for step in range(min(index - self._newest, len(self._buckets))):
            self._buckets[(index - step) % len(self._buckets)] = 0
        self._newest = max(self._newest, index)
        return index


class LogCounters:
    """Counts the lines of one log; `clock` is in epoch seconds. One thread adds, and takes the snapshots."""

    def __init__(self, source: str, *, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._clock = clock
        self._lines = 0
        self._bytes = 0
        self._levels: Counter[Level] = Counter()
        self._own: Counter[Level] = Counter()
        self._lines_by_second = _Ring(1, SECONDS + 1)
        self._errors_by_second = _Ring(1, SECONDS)
        self._errors_by_minute = _Ring(60, MINUTES)

    def add(self, line: LogLine, size: int, *, live: bool = True) -> None:
        """Count a line of `size` bytes: a live one as of now, an older one as of its own time, where that is known."""
        self._lines += 1
        self._bytes += size
        self._levels[Level.NONE if line.continuation else line.level] += 1
        own = is_own(line)
        if own:
            self._own[Level.NONE if line.continuation else line.level] += 1
        now = self._clock()
        at = now if live else line.at
        if at is None or at > now:
            return
        self._lines_by_second.add(at)
        if line.is_error and not own:
            self._errors_by_second.add(at)
            self._errors_by_minute.add(at)

    def add_many(
        self, levels: Mapping[Level, int], size: int, *, own: Mapping[Level, int] = {}, live: bool = True
    ) -> None:
        """Count lines of `size` bytes together as of now, by level, and which of them are our own.

        Unless `live`, they are no rate of now.
        """
        self._own.update(own)
        count = sum(levels.values())
        self._lines += count
        self._bytes += size
        self._levels.update(levels)
        if not live:
            return
        now = self._clock()
        self._lines_by_second.add(now, count)
        if errors := sum(number - own.get(level, 0) for level, number in levels.items() if level >= Level.ERROR):
            self._errors_by_second.add(now, errors)
            self._errors_by_minute.add(now, errors)

    def snapshot(self) -> LogCounts:
        """Return the counts as they are now."""
        now = self._clock()
        lines_by_second = self._lines_by_second.series(now)
        return LogCounts(
            source=self._source,
            lines=self._lines,
            bytes=self._bytes,
            levels={level.word: self._levels[level] for level in LEVELS},
            lines_per_second=sum(lines_by_second[-_RATE_SECONDS - 1 : -1]) / _RATE_SECONDS,
            errors_per_minute=sum(self._errors_by_second.series(now)),
            lines_by_second=lines_by_second[1:],
            errors_by_minute=self._errors_by_minute.series(now),
            own=self._own.total(),
            own_levels={level.word: count for level, count in self._own.items()},
        )

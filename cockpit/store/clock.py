"""The hybrid logical clock that orders events without trusting any wall clock.

After Kulkarni, Demirbas, Madappa, Avva, Leone: Logical Physical Clocks (2014).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

Reading = tuple[int, int]

_AHEAD = 60_000  # ms: an event further in the future has a wrong clock, which must not become ours
_COUNTER_LIMIT = 2**31  # a forged counter must not push ours out of 64 bits


class HybridClock:
    """Readings (ms, counter) that always grow, and that are greater than every adopted one; safe between threads."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._last: Reading = (0, 0)
        self._lock = threading.Lock()

    def tick(self) -> Reading:
        """Return the reading for a new local event."""
        with self._lock:
            last, counter = self._last
            now = max(last, self._now_ms())
            self._last = (now, counter + 1 if now == last else 0)
            return self._last

    def ingest(self, reading: Reading) -> bool:
        """Adopt the reading of an event that was read; return False for one that is too far ahead to trust."""
        return self.ingest_all((reading,)) == 0

    def ingest_all(self, readings: Iterable[Reading]) -> int:
        """Adopt the readings of events that were read; return how many are too far ahead to trust."""
        with self._lock:
            limit, distrusted, last = self._now_ms() + _AHEAD, 0, self._last
            for reading in readings:
                if reading[0] > limit or reading[1] >= _COUNTER_LIMIT:
                    distrusted += 1
                elif reading > last:
                    last = reading
            self._last = last
            return distrusted

"""How often a log is painted: no more than somebody may be looking."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from cockpit.logs.counters import LogCounts

CALM_SECONDS = 5.0
GRAVE_SECONDS = 0.5
QUIET_SECONDS = 10.0  # without an error, until the next one is news
RACE = 200.0  # lines a second, which no eye can read, however often they are painted
SLOWEST = 0.25  # seconds from one moment of painting to the next where many race
_CLOSE = 0.01  # seconds
_GRAVE = ("fatal", "error")


def _never() -> bool:
    return False


class LogPace:
    """Whether it is time to paint what has come: at once, or so often at the `least`, unless it is out of view.

    `is_calm` says that nobody has touched the screen for a while: then the first errors after a quiet time wait for up
    to half a second, and the rest, as the next of a stream of errors, for five: every row moves on then, and is sent.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._painted = -math.inf
        self._due = math.inf  # when it is going to be painted next, as far as that is settled
        self._grave = 0
        self._grave_at = -math.inf  # when errors were painted last that had not been before
        self.is_calm: Callable[[], bool] = _never
        self.is_shown = False
        self.least = 0.0  # seconds from one moment of painting to the next, also while somebody is at the keys
        self.beside: Sequence[LogPace] = ()  # those on the same page, this one too
        self._races = False

    def wait(self, counts: LogCounts) -> float:
        """Return in how many seconds to paint; infinity while it is out of view."""
        if not self.is_shown:
            return math.inf
        now = self._monotonic()
        if not self.is_calm():
            return max(self._next_painting() - now, 0.0)
        is_news = counts.of_others(*_GRAVE) != self._grave and now - self._grave_at > QUIET_SECONDS
        return max(self._painted + (GRAVE_SECONDS if is_news else CALM_SECONDS) - now, 0.0)

    def _next_painting(self) -> float:
        """Return when it may be painted again: logs beside each other at the same moment, which is one frame."""
        if not self.least or not math.isfinite(self._painted):
            return self._painted
        # Each that races has every row drawn anew each time: the more of them, the less often, or keys would wait.
        racing = sum(pace.is_shown and pace._races for pace in self.beside)
        least = max(self.least, min(self.least * racing, SLOWEST))
        return (self._painted // least + 1) * least

    def is_settled(self, counts: LogCounts) -> bool:
        """Whether nothing is to be done for what has come: it is out of view, or going to be painted in time."""
        wait = self.wait(counts)
        return wait == math.inf or self._due <= self._monotonic() + wait + _CLOSE

    def settle(self, wait: float) -> None:
        """It is going to be painted in so many seconds."""
        self._due = self._monotonic() + wait

    def painted(self, counts: LogCounts) -> None:
        """It is painted now, with these counts."""
        self._painted, grave = self._monotonic(), counts.of_others(*_GRAVE)
        self._races = counts.lines_per_second >= RACE
        if grave != self._grave:
            self._grave, self._grave_at = grave, self._painted
        self._due = math.inf

"""Of which of two hours that look alike the lines of a log are, where the clock goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from math import inf

from cockpit.logs.twice import even_around, other_fold, shown_again, sure_before

_LATE = 300.0  # seconds that a line may come after a later one, or a clock be ahead of ours
_LONG = 6 * 3600  # seconds without a line, after which those before it tell nothing
_UNTIMED = 50  # lines at a log's beginning, after which it has no times


class Folds:
    """Tells, line by line and in their order, which of two times that look alike in `zone` is meant (PEP 495's fold).

    `last` is the time of the line before, where the clock goes back not far from it. Where it `is_live`, lines are
    read as they are written. `is_guess` says that a line was taken for one of the newest with none before it known.
    """

    def __init__(self, zone: tzinfo, clock: Callable[[], float]) -> None:
        self._zone = zone
        self._clock = clock
        self.even_from, self.even_until = inf, -inf  # between which no time is shown twice
        self.last: float | None = None
        self.is_live = False
        self.is_guess = False

    def sure_before(self, at: float) -> float:
        """Return the last second before the hours that look alike, where `at` is in one of them; `at` itself else."""
        return sure_before(at, self._zone)

    def meant(self, at: float, read_in: Callable[[tzinfo], float | None]) -> float:
        """Return the time that a line means which reads as `at`, or as `read_in` tells where a zone is another."""
        self.even_from, self.even_until = even_around(at, self._zone)
        if self.even_from <= at < self.even_until:
            return at
        if shown_again(at, self._zone):
            # Read again, since only where the zone tells its time the line has two: not where it names an offset.
            second = read_in(other_fold(self._zone))
            if second is not None and second > at:
                at = self._chosen(at, second)
        self.last = at
        return at

    def _chosen(self, first: float, second: float) -> float:
        # Lines are in their order, and not from the future; where nothing is known before them, they are the newest.
        now = self._clock()
        self.is_guess = self.is_guess or self.last is None
        if second > now + _LATE:
            return first
        if self.last is None or self.last > second + _LONG or (self.is_live and second > now - _LATE):
            return second
        return first if first >= self.last - _LATE else second

    def ahead(self) -> Folds:
        """Return those by which the lines to come are read for `foresee`: as of the first hour, until times go back."""
        found = Folds(self._zone, self._clock)
        found.last = -inf
        return found

    def foresee(self, times: Iterable[float | None]) -> None:
        """Learn of which hour the first line is, from the times of those to come as read by `ahead`; None: has none."""
        first: float | None = None
        latest = self._clock() + _LATE
        for number, at in enumerate(times):
            if at is None:
                if first is None and number > _UNTIMED:
                    return
                continue
            again = shown_again(at, self._zone)
            if first is None:
                if not again:
                    return
                first = at
            if again and at + again <= latest:
                continue  # it may be of either
            # Of the first hour, where that is not over yet, or the second begins after this line.
            if again or self.sure_before(at) < at:
                self.last = first
            return

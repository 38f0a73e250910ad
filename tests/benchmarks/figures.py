"""One measurement beside its peer or its limit: the record that every benchmark yields."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Scale:
    """How much is measured: the whole, or with `quick` only as much as shows that it runs."""

    quick: bool = False

    @property
    def rounds(self) -> int:
        """How often each measurement is taken."""
        return 3 if self.quick else 7

    def of(self, whole: int, quick: int) -> int:
        """Return the one or the other."""
        return quick if self.quick else whole


@dataclass(frozen=True)
class Spread:
    """The middle of some values, and what four in five of them lie between."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the spread of at least one value."""
        return cls(statistics.median(values), percentile(values, 0.1), percentile(values, 0.9), len(values))

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"median": self.median, "p10": self.low, "p90": self.high, "rounds": self.count}


@dataclass(frozen=True)
class Row:
    """A value a round of ours and of the peer's, taken in turns, so that a busy machine slows both alike.

    Less is always better. `goal` bounds the ratio, or with `bounds="ours"` our own value; without one, nothing was
    promised. Without a peer (`theirs` empty) the goal is a limit of its own.
    """

    what: str
    unit: str
    ours: Sequence[float]
    peer: str = ""
    theirs: Sequence[float] = ()
    goal: float | None = None
    bounds: Literal["ratio", "ours"] = "ratio"

    @property
    def ratios(self) -> list[float]:
        """Our value by the peer's, round by round."""
        if not self.theirs:
            return []
        return [mine / yours for mine, yours in zip(self.ours, self.theirs, strict=True) if yours > 0]

    @property
    def met(self) -> bool | None:
        """Whether the median keeps to the goal; None where there is none, or nothing to compare with."""
        values = self.ratios if self.bounds == "ratio" else list(self.ours)
        if self.goal is None or not values:
            return None
        middle = statistics.median(values)
        return math.isfinite(middle) and middle <= self.goal

    def document(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "what": self.what,
            "unit": self.unit,
            "ours": Spread.of(self.ours).document(),
            "peer": self.peer,
            "theirs": Spread.of(self.theirs).document() if self.theirs else None,
            "ratio": Spread.of(self.ratios).document() if self.ratios else None,
            "goal": self.goal,
            "bounds": self.bounds,
            "met": self.met,
        }


@dataclass(frozen=True)
class LeftOut:
    """A peer that is not here, and how it would come."""

    peer: str
    why: str


Result = Row | LeftOut
Rows = Callable[[Scale], Iterator[Result]]


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` of all are below."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def timed(action: Callable[[], object]) -> float:
    """Return the seconds that an action takes; what it returns is let go only afterwards."""
    started = time.perf_counter()
    kept = action()
    took = time.perf_counter() - started
    del kept
    return took


def in_turns(
    rounds: int, *actions: Callable[[], object], before: Callable[[], object] = lambda: None
) -> tuple[list[float], ...]:
    """Return each action's seconds, done in turns, after one round to warm the caches.

    `before` is called ahead of every action, and not counted.
    """
    taken: tuple[list[float], ...] = tuple([] for _ in actions)
    for number in range(rounds + 1):
        for action, times in zip(actions, taken, strict=True):
            before()
            seconds = timed(action)
            if number:
                times.append(seconds)
    return taken


def times(factor: float, values: Sequence[float]) -> list[float]:
    """Return the values in another unit."""
    return [value * factor for value in values]

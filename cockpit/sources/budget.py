"""How often a credential may be used: so many requests a minute, and none before the tool says so."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

_MINUTE = 60.0
_LONGEST = 86400.0  # seconds that a header can keep us from asking
_DEFAULT = 60.0  # seconds to wait where a refusal names none
_RESETS = ("x-ratelimit-reset", "x-rate-limit-reset", "x-sentry-rate-limit-reset", "ratelimit-reset")
_PINGDOM = re.compile(r"Remaining: *([0-9]+) *Time until reset: *([0-9]+)")


class Budget:
    """The requests of one credential; any thread may take from it."""

    def __init__(self, per_minute: int, now: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._now = now
        self._taken: deque[float] = deque()
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def take(self) -> float | None:
        """Use one request; or return from when on there is one, in epoch seconds."""
        with self._lock:
            now = self._now()
            while self._taken and not 0.0 <= now - self._taken[0] < _MINUTE:
                self._taken.popleft()
            if now < self._closed_until <= now + _LONGEST:
                return self._closed_until
            if len(self._taken) >= self._per_minute:
                return self._taken[0] + _MINUTE
            self._taken.append(now)
            return None

    def close(self, until: float) -> None:
        """Let nobody ask before `until`."""
        with self._lock:
            self._closed_until = max(until, self._closed_until)


class Budgets:
    """The budgets of this process, by what opens a tool."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._known: dict[tuple[str, ...], Budget] = {}
        self._lock = threading.Lock()

    def of(self, credential: tuple[str, ...], per_minute: int) -> Budget:
        """Return the one budget of a credential."""
        with self._lock:
            return self._known.setdefault((*credential, str(per_minute)), Budget(per_minute, self._now))


def retry_at(headers: Mapping[str, str], now: float) -> float:
    """Return when a refused request may be made again, in epoch seconds, by whichever header tells it."""
    seconds = _seconds_of(headers.get("retry-after", ""), now)
    for name in _RESETS:
        if seconds is None:
            seconds = _seconds_of(headers.get(name, ""), now)
    for name in ("req-limit-short", "req-limit-long"):
        found = _PINGDOM.search(headers.get(name, ""))
        if found is not None and found[1] == "0":
            seconds = max(seconds or 0.0, float(found[2]))
    return now + min(max(_DEFAULT if seconds is None else seconds, 1.0), _LONGEST)


def _seconds_of(text: str, now: float) -> float | None:
    """Return the span that a header names: in seconds, as an epoch time, or as a date."""
    try:
        number = float(text)
    except ValueError:
        try:
            return parsedate_to_datetime(text).timestamp() - now
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    if not 0 <= number < 1e12:
        return None
    return number - now if number > 1e8 else number

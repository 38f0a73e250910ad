"""Where a zone's clock goes back, and so shows the same times twice."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from math import inf

_STRETCH = 6 * 3600
_LONGEST_SHIFT = 3 * 3600
_FIRST, _LAST = 0.0, 253_370_764_800.0  # from 1970 until 9999: near the calendar's ends a zone's offset leads out of it


class _Other(tzinfo):
    """A zone with the other one meant of two times that look alike."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def _there(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.replace(fold=1 - moment.fold, tzinfo=self._zone)

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        return self._zone.utcoffset(self._there(moment))

    def dst(self, moment: datetime | None, /) -> timedelta | None:
        return self._zone.dst(self._there(moment))

    def tzname(self, moment: datetime | None, /) -> str | None:
        return self._zone.tzname(self._there(moment))

    def fromutc(self, moment: datetime, /) -> datetime:
        found = self._zone.fromutc(moment.replace(tzinfo=self._zone))
        return found.replace(fold=1 - found.fold, tzinfo=self)


@lru_cache(maxsize=64)
def other_fold(zone: tzinfo) -> tzinfo:
    """Return the zone in which times that the clock shows twice mean the second."""
    return _Other(zone)


def shown_again(at: float, zone: tzinfo) -> float:
    """Return after how many seconds the clock shows the time of `at` again; 0 where it does not."""
    if not _FIRST <= at < _LAST:
        return 0.0
    shown = datetime.fromtimestamp(at, zone)
    return 0.0 if shown.fold else max(shown.replace(fold=1).timestamp() - shown.timestamp(), 0.0)


def sure_before(at: float, zone: tzinfo) -> float:
    """Return the last second before the hours that look alike, where `at` is in one of them; `at` itself else."""
    if not _FIRST <= at < _LAST:
        return at
    shown = datetime.fromtimestamp(at, zone)
    shift = at - shown.replace(fold=0).timestamp() if shown.fold else shown_again(at, zone)
    if not shift:
        return at
    sure, high = int(at - 2 * shift) - 1, int(at)
    while high - sure > 1:
        middle = (sure + high) // 2
        if datetime.fromtimestamp(middle, zone).fold or shown_again(middle, zone):
            high = middle
        else:
            sure = middle
    return sure


def even_around(at: float, zone: tzinfo) -> tuple[float, float]:
    """Return from when until when, around `at`, no clock goes back that shows a time twice; empty where one does."""
    if isinstance(zone, timezone):
        return -inf, inf
    if not _FIRST <= at < _LAST:
        return at, at + 1
    return _even_stretch(at // _STRETCH * _STRETCH, zone)


@lru_cache(maxsize=1024)
def _even_stretch(start: float, zone: tzinfo) -> tuple[float, float]:
    first, last = (datetime.fromtimestamp(at, zone) for at in (start, start + _STRETCH + _LONGEST_SHIFT))
    return (start, start + _STRETCH) if first.utcoffset() == last.utcoffset() else (inf, -inf)

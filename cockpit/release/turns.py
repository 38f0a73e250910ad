"""When a window of time, written once or for days of the week, begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.windows import WEEKDAYS, MaintenanceWindow, Shift
from cockpit.times import epoch


class Turn(Struct, frozen=True):
    """One time of a window, in epoch seconds."""

    start: float
    end: float


def turns(window: MaintenanceWindow | Shift, now: float, zone: tzinfo, *, ahead: int = 0) -> Iterator[Turn]:
    """Yield a window's times from those that may still last at `now` to those that begin `ahead` days after it."""
    if window.starts:
        yield Turn(epoch(window.starts), epoch(window.ends))
        return
    lasts = parse_duration(window.lasts)
    begins = time.fromisoformat(window.at)
    today = datetime.fromtimestamp(now, zone).date()
    for number in range(-int(lasts // 86400) - 1, ahead + 1):
        day: date = today + timedelta(days=number)
        if not window.days or WEEKDAYS[day.weekday()] in window.days:
            start = datetime.combine(day, begins, zone).timestamp()
            # By the clock on the wall, where clocks change, too: what is from 22:00 for 8h ends at 06:00.
            end = (datetime.combine(day, begins) + timedelta(seconds=lasts)).replace(tzinfo=zone).timestamp()
            yield Turn(start, end if end > start else start + lasts)


def is_within(window: MaintenanceWindow | Shift, now: float, zone: tzinfo) -> bool:
    """Whether `now` (epoch seconds) lies in a window; one that has begun yesterday may not be over yet."""
    return any(turn.start <= now < turn.end for turn in turns(window, now, zone))


def next_window(
    windows: Iterable[MaintenanceWindow], now: float, zone: tzinfo
) -> tuple[MaintenanceWindow, float, float] | None:
    """Return the window that lasts at `now` or comes next, with its beginning and end in epoch seconds."""
    coming = [
        (turn.start, turn.end, window)
        for window in windows
        for turn in turns(window, now, zone, ahead=7)
        if now < turn.end
    ]
    start, end, found = min(coming, key=lambda each: each[0], default=(0.0, 0.0, None))
    return (found, start, end) if found is not None else None

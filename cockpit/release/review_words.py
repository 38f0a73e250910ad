"""The words that a review is told in: rows, sections, times and spans; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from cockpit.release.periods import local_time
from cockpit.release.review import Review
from cockpit.times import zone as zone_of

_MOST = 20  # rows of a table that has no end


class Row(Struct, frozen=True):
    """A row's cells; `grave` where an eye should be drawn to it."""

    cells: tuple[str, ...]
    grave: bool = False


class Section(Struct, frozen=True):
    """A heading, how it stands in a few words, and what there is to say, line by line; `heads` name the columns."""

    id: str
    title: str
    told: str
    rows: tuple[Row, ...] = ()
    heads: tuple[str, ...] = ()
    grave: bool = False


When = Callable[[float], str]


def clock(review: Review) -> When:
    """Return what writes times in the review's time zone: `11-26 14:05`."""
    whole = day_clock(review)
    return lambda at: whole(at)[5:]


def day_clock(review: Review) -> When:
    """Return what writes times in the review's time zone: `2026-11-26 14:05`."""
    zone = zone_of(review.timezone)
    return lambda at: local_time(at, zone).strftime("%Y-%m-%d %H:%M")


def none_of(review: Review) -> str:
    """Return that there was nothing of what logs tell, or that nobody can know."""
    return (
        f"none seen by {review.observer}"
        if any(log.looked for log in review.logs)
        else "not known: no log was followed"
    )


def count_of(rows: Sequence[Row]) -> str:
    """Return how many there are."""
    return str(len(rows)) if rows else "none"


def cut(rows: Sequence[Row], most: int = _MOST, *, what: str = "") -> tuple[Row, ...]:
    """Return the first rows; of the others, how many they are."""
    left = len(rows) - most
    return tuple(rows) if left <= 0 else (*rows[:most], Row((f"and {left} {what}more: cockpit review --json",)))


def hours(seconds: float) -> str:
    """Return a span in hours and minutes, however many: `21 h 40 m`, `24 h`, `40 m`, `12 s`."""
    minutes, rest = divmod(int(max(seconds, 0.0)), 60)
    if not minutes:
        return f"{rest} s"
    whole, minutes = divmod(minutes, 60)
    return " ".join(part for part in (f"{whole} h" if whole else "", f"{minutes} m" if minutes else "") if part)

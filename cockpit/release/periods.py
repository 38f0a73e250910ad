"""Periods of the calendar in the service's time zone: days, ISO weeks, months, quarters, years, and ids made of them.

An instance's id is its period and its item, `weekly/2026-W48/<item id>`, so that two machines name the same thing alike
and neither has to create it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple, get_args

from msgspec import Struct

from cockpit.patterns import pattern
from cockpit.release.checklist import Cadence

CADENCES: Final[tuple[Cadence, ...]] = get_args(Cadence)

_LABELS: Final[dict[Cadence, re.Pattern[str]]] = {
    "daily": pattern(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII),
    "weekly": pattern(r"(?P<year>\d{4})-W(?P<week>\d\d)", re.ASCII),
    "monthly": pattern(r"(?P<year>\d{4})-(?P<month>\d\d)", re.ASCII),
    "quarterly": pattern(r"(?P<year>\d{4})-Q(?P<quarter>[1-4])", re.ASCII),
    "annually": pattern(r"(?P<year>\d{4})", re.ASCII),
}
_MONTHS: Final[dict[Cadence, int]] = {"monthly": 1, "quarterly": 3, "annually": 12}
# Times come from other people's machines too: what lies beyond is as good as the edge.
_FIRST_YEAR, _LAST_YEAR = 1970, 9980
_FIRST = 0.0
_EDGE = datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp()


class Period(Struct, frozen=True, order=True):
    """A day, week, month, quarter or year, by its first day."""

    cadence: Cadence
    first: date

    @property
    def label(self) -> str:
        """How it is written: `2026-11-26`, `2026-W48`, `2026-11`, `2026-Q4`, `2026`."""
        first = self.first
        match self.cadence:
            case "daily":
                return first.isoformat()
            case "weekly":
                year, week, _ = first.isocalendar()
                return f"{year:04d}-W{week:02d}"
            case "monthly":
                return f"{first.year:04d}-{first.month:02d}"
            case "quarterly":
                return f"{first.year:04d}-Q{(first.month + 2) // 3}"
            case _:
                return f"{first.year:04d}"

    @property
    def year(self) -> int:
        """The year it is counted to: for a week, ISO's."""
        return self.first.isocalendar().year if self.cadence == "weekly" else self.first.year

    def after(self, count: int = 1) -> Period:
        """Return the period that many later, or earlier where `count` is negative."""
        return Period(self.cadence, _added(self.cadence, self.first, count))

    def start(self, zone: tzinfo) -> float:
        """Return its first instant in epoch seconds: the beginning of its first day there."""
        return start_of_day(self.first, zone)

    def end(self, zone: tzinfo) -> float:
        """Return the instant after its last one in epoch seconds."""
        return self.after().start(zone)


def start_of_day(day: date, zone: tzinfo) -> float:
    """Return the first instant of a local day in epoch seconds.

    Where clocks skip midnight it is the instant at which they do; where midnight comes twice it is the first one.
    """
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def local_time(at: float, zone: tzinfo) -> datetime:
    """Return what calendar and clock show at an instant in epoch seconds, from 1970 to 9980."""
    return datetime.fromtimestamp(min(max(at, _FIRST), _EDGE), zone)


def local_date(at: float, zone: tzinfo) -> date:
    """Return the day on which an instant in epoch seconds falls there."""
    return period_at(at, "daily", zone).first


def period_at(at: float, cadence: Cadence, zone: tzinfo) -> Period:
    """Return the period in which an instant in epoch seconds lies: its start is not after it, its end is."""
    at = min(max(at, _FIRST), _EDGE)
    period = period_of(local_time(at, zone).date(), cadence)
    # Where clocks are put back across midnight the old day is on the wall again, though the new one has begun.
    while at >= period.end(zone):
        period = period.after()
    while at < period.start(zone):
        period = period.after(-1)
    return period


def period_of(day: date, cadence: Cadence) -> Period:
    """Return the period that a day belongs to."""
    match cadence:
        case "daily":
            return Period(cadence, day)
        case "weekly":
            return Period(cadence, day - timedelta(days=day.weekday()))
        case "monthly":
            return Period(cadence, day.replace(day=1))
        case "quarterly":
            return Period(cadence, day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))
        case _:
            return Period(cadence, day.replace(month=1, day=1))


def later_by_one(cadence: Cadence, day: date) -> date:
    """Return the day one cadence later: a week, a month (its last day where it is shorter), and so on."""
    return _added(cadence, day, 1)


def periods_of_year(year: int, cadence: Cadence) -> tuple[Period, ...]:
    """Return all periods counted to a year: 52 or 53 ISO weeks, 12 months, 4 quarters."""
    # The 4th of January is always in the first week, as in the first month and quarter.
    period = period_of(date(year, 1, 4 if cadence == "weekly" else 1), cadence)
    found = []
    while period.year == year:
        found.append(period)
        period = period.after()
    return tuple(found)


def parse_period(cadence: str, label: str) -> Period | None:
    """Return the period of that label, or None where there is none such."""
    known = next((each for each in CADENCES if each == cadence), None)
    match = _LABELS[known].fullmatch(label) if known is not None else None
    if known is None or match is None:
        return None
    parts = {name: int(text) for name, text in match.groupdict().items()}
    if not _FIRST_YEAR <= parts["year"] <= _LAST_YEAR:
        return None
    try:
        if known == "weekly":
            return Period(known, date.fromisocalendar(parts["year"], parts["week"], 1))
        month = parts.get("month", (parts.get("quarter", 1) - 1) * 3 + 1)
        return Period(known, date(parts["year"], month, parts.get("day", 1)))
    except ValueError:
        return None


class InstanceKey(NamedTuple):
    """What an instance's id says: which period, of which item."""

    period: Period
    item: str


def instance_id(period: Period, item: str) -> str:
    """Return the id of the instance of an item in a period."""
    return f"{period.cadence}/{period.label}/{item}"


def parse_instance(identity: str) -> InstanceKey | None:
    """Return what an id says that is shaped like an instance's, or None."""
    cadence, _, rest = identity.partition("/")
    label, _, item = rest.partition("/")
    period = parse_period(cadence, label)
    return InstanceKey(period, item) if period is not None and item else None


def _added(cadence: Cadence, day: date, count: int) -> date:
    months = _MONTHS.get(cadence)
    if months is None:
        return day + timedelta(days=count * (7 if cadence == "weekly" else 1))
    whole = day.year * 12 + day.month - 1 + months * count
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day

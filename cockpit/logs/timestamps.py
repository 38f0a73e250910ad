"""The times that log lines begin with, as epoch seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from cockpit.logs.lazy import lazily

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTH = "|".join(MONTHS)

# Zone names only where they are known, since a level or a word may stand there.
ISO_TIME = lazily(
    r"(\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?"
    r"(?: ?(Z|[+-]\d\d:?\d\d|(?:UTC|GMT|[ECMP][SD]T|CES?T|EES?T|WES?T|BST|IST|MSK|JST|KST|SGT|HKT|AE[SD]T)\b))?",
    re.ASCII,
)
CLOCK_TIME = lazily(r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?=[\s\]])", re.ASCII)
ACCESS_TIME = lazily(rf"(\d\d)/({MONTH})/(\d{{4}}):(\d\d:\d\d:\d\d) ([+-]\d{{4}})", re.ASCII)
SYSLOG_TIME = lazily(rf"({MONTH}) {{1,2}}(\d{{1,2}}) (\d\d:\d\d:\d\d)(?= )", re.ASCII)
APACHE_ERROR_TIME = lazily(
    rf"\w{{3}} ({MONTH}) {{1,2}}(\d{{1,2}}) (\d\d:\d\d:\d\d)(?:\.(\d{{1,9}}))? (\d{{4}})", re.ASCII
)

# The zone names of RFC 2822 and some others that mean one offset only, by their hours.
_NAMES_BY_OFFSET = {
    0: "Z UTC GMT WET",
    1: "WEST CET",
    2: "CEST EET",
    3: "EEST MSK",
    8: "SGT HKT",
    9: "JST KST",
    -4: "EDT",
    -5: "EST CDT",
    -6: "CST MDT",
    -7: "MST PDT",
    -8: "PST",
}
_OFFSETS = {name: hours for hours, names in _NAMES_BY_OFFSET.items() for name in names.split()}
_AHEAD = timedelta(days=2)  # how far ahead of the clock a date without a year may lie before it means last year


@lru_cache(maxsize=4096)
def _epoch(stamp: str, zone_name: str, zone: tzinfo) -> float | None:
    """Return the epoch seconds of `YYYY-MM-DD HH:MM:SS`, in `zone` where no zone name or offset is given."""
    try:
        local = datetime.fromisoformat(stamp).replace(tzinfo=zone)
        if zone_name and zone_name != local.tzname():
            again = local.replace(fold=1)  # AEDT before AEST, where the clock goes back
            named = again.tzname() == zone_name
            local = again if named else local.replace(tzinfo=_named_zone(zone_name, zone))
        # Programs write the year 1 for "no time"; near the ends of the calendar a zone's offset overflows.
        return local.timestamp() if 1970 < local.year < 9999 else None
    except (ValueError, OverflowError):
        return None


def _named_zone(name: str, otherwise: tzinfo) -> tzinfo:
    if name[0] in "+-":
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(-offset if name[0] == "-" else offset)
    if "/" in name:
        return _zone_of_place(name) or otherwise
    return timezone(timedelta(hours=_OFFSETS[name])) if name in _OFFSETS else otherwise


def _zone_of_place(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def plus_fraction(seconds: float | None, digits: str | None) -> float | None:
    """Add a fraction of a second, given by its digits."""
    return seconds + int(digits) / 10 ** len(digits) if seconds is not None and digits else seconds


def local_epoch(stamp: str, zone_name: str, zone: tzinfo, fraction: str | None = None) -> float | None:
    """Return the epoch seconds of `YYYY-MM-DD HH:MM:SS` in the zone named, or else in `zone`."""
    return plus_fraction(_epoch(stamp, zone_name, zone), fraction)


def iso_epoch(match: re.Match[str], zone: tzinfo) -> float | None:
    """Return the epoch seconds of a match of ISO_TIME, None where the date does not exist."""
    stamp, fraction, zone_name = match.groups()
    plain = f"{stamp[:4]}-{stamp[5:7]}-{stamp[8:10]} {stamp[11:]}"
    return plus_fraction(_epoch(plain, zone_name or "", zone), fraction)


def access_epoch(day: str, month: str, year: str, clock: str, offset: str) -> float | None:
    """Return the epoch seconds of the groups of ACCESS_TIME."""
    return _epoch(f"{year}-{MONTHS.index(month) + 1:02}-{day} {clock}", offset, UTC)


def apache_error_epoch(
    month: str, day: str, clock: str, fraction: str | None, year: str, *, zone: tzinfo
) -> float | None:
    """Return the epoch seconds of the groups of APACHE_ERROR_TIME."""
    return plus_fraction(_epoch(f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02} {clock}", "", zone), fraction)


def syslog_epoch(match: re.Match[str], zone: tzinfo, now: float) -> float | None:
    """Return the epoch seconds of a match of SYSLOG_TIME: the latest such date that is not well ahead of `now`."""
    month, day, clock = match.groups()
    return yearless_epoch(MONTHS.index(month) + 1, int(day), clock, zone, now)


def yearless_epoch(month: int, day: int, clock: str, zone: tzinfo, now: float) -> float | None:
    """Return the epoch seconds of a date without a year, taking the latest that is not well ahead of `now`."""
    latest = datetime.fromtimestamp(now, zone) + _AHEAD
    for year in range(latest.year, latest.year - 5, -1):  # five, for 29 February
        seconds = _epoch(f"{year}-{month:02}-{day:02} {clock}", "", zone)
        if seconds is not None and seconds <= latest.timestamp():
            return seconds
    return None


def field_epoch(value: object, zone: tzinfo) -> float | None:
    """Return the epoch seconds a time field holds: ISO text, or a number of s, ms, µs or ns as its size says."""
    if isinstance(value, str):
        match = ISO_TIME.match(value)
        if match:
            return iso_epoch(match, zone)
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for scale in (1, 10**3, 10**6, 10**9):
        if 1e8 * scale <= value < 1e11 * scale:
            return value / scale
    return None

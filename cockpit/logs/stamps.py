"""The other times that lines begin with: those that are not ISO 8601, each with the epoch seconds it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cockpit.logs import timestamps
from cockpit.logs.lazy import lazily
from cockpit.logs.parsed import Setting
from cockpit.logs.timestamps import MONTH, MONTHS

_ZONE = (
    r"(?: ?(Z|[+-]\d\d:?\d\d|(?:UTC|GMT|[ECMP][SD]T|CES?T|EES?T|WES?T|BST|IST|MSK|JST|KST|SGT|HKT|AE[SD]T)\b"
    # PHP writes out what `date.timezone` says.
    r"|(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[A-Z][\w/+-]{1,40}))?"
)
_CLOCK = r"(\d{1,2}:\d\d:\d\d)"
_FRACTION = r"(?:[.,:](\d{1,9})\d*)?"


class Stamp(NamedTuple):
    """A time that was found: its epoch seconds, None where that day does not exist, and where its text ends."""

    at: float | None
    end: int


_Reader = Callable[["re.Match[str]", Setting], float | None]


def _at(
    setting: Setting, year: int, month: int, day: int, clock: str, fraction: str | None = None, zone: str | None = None
) -> float | None:
    hour, minute, second = clock.split(":")
    return timestamps.local_epoch(
        f"{year:04}-{month:02}-{day:02} {int(hour):02}:{minute}:{second}", zone or "", setting.zone, fraction
    )


def _twelve_hours(clock: str, half: str | None) -> str:
    if not half:
        return clock
    hour, rest = clock.split(":", 1)
    return f"{int(hour) % 12 + (12 if half[0] in 'Pp' else 0)}:{rest}"


def _day_month_year(match: re.Match[str], setting: Setting) -> float | None:
    day, month, year, clock, fraction, zone = match.groups()
    return _at(setting, int(year), MONTHS.index(month) + 1, int(day), clock, fraction, zone)


def _month_day(match: re.Match[str], setting: Setting) -> float | None:
    month, day, year, clock, fraction, half, zone, year_after = match.groups()
    clock, number = _twelve_hours(clock, half), MONTHS.index(month) + 1
    if year or year_after:
        return _at(setting, int(year or year_after), number, int(day), clock, fraction, zone)
    return timestamps.yearless_epoch(number, int(day), clock.rjust(8, "0"), setting.zone, setting.now)


def _two_digit_year(match: re.Match[str], setting: Setting) -> float | None:
    # 17/06/09 as Spark writes it; 01/25/22 can only be the American order.
    # So can one that names its zone, as WebSphere's, or writes a lone digit.
    first, second, third, clock, fraction, zone = match.groups()
    american = int(second) > 12 or len(first) == 1 or len(second) == 1 or zone is not None
    year, month, day = (third, first, second) if american else (first, second, third)
    if int(month) > 12:
        month, day = day, month
    return _at(setting, 2000 + int(year), int(month), int(day), clock, fraction, zone)


def _month_first(match: re.Match[str], setting: Setting) -> float | None:
    first, second, year, clock, fraction, half, zone = match.groups()
    month, day = (second, first) if int(first) > 12 else (first, second)
    return _at(setting, int(year), int(month), int(day), _twelve_hours(clock, half), fraction, zone)


def _day_first(match: re.Match[str], setting: Setting) -> float | None:
    day, month, year, clock, fraction = match.groups()
    return _at(setting, int(year), int(month), int(day), clock, fraction)


def _compact(match: re.Match[str], setting: Setting) -> float | None:
    year, month, day, hour, minute, second, short_minute, short_second, fraction = match.groups()
    minute, second = minute or short_minute.rjust(2, "0"), second or short_second.rjust(2, "0")
    return _at(setting, int(year), int(month), int(day), f"{hour}:{minute}:{second}", fraction)


def _compact_short(match: re.Match[str], setting: Setting) -> float | None:
    year, month, day, hour, minute, second = match.groups()
    return _at(setting, 2000 + int(year), int(month), int(day), f"{hour}:{minute}:{second}")


def _loose_iso(match: re.Match[str], setting: Setting) -> float | None:
    year, month, day, clock, fraction, zone = match.groups()
    return _at(setting, int(year), int(month), int(day), clock.replace(".", ":"), fraction, zone)


def _yearless(match: re.Match[str], setting: Setting) -> float | None:
    month, day, clock, fraction = match.groups()
    at = timestamps.yearless_epoch(int(month), int(day), clock, setting.zone, setting.now)
    return timestamps.plus_fraction(at, fraction)


def _day_of_year(match: re.Match[str], setting: Setting) -> float | None:
    year, day, clock, fraction = match.groups()
    if not 1 <= int(day) <= 366 or int(year) < 1971:
        return None
    date = datetime(int(year), 1, 1, tzinfo=UTC) + timedelta(days=int(day) - 1)
    return _at(setting, date.year, date.month, date.day, clock, fraction)


def _epoch(match: re.Match[str], setting: Setting) -> float | None:
    return timestamps.field_epoch(float(match.group(1)), setting.zone)


def _tai64(match: re.Match[str], _setting: Setting) -> float | None:
    # Ten leap seconds stood between the two scales in 1970; those since are not in the label's definition either.
    seconds = int(match.group(1), 16) - 2**62 - 10
    return seconds + int(match.group(2), 16) / 1e9 if 0 < seconds < 2**35 else None


def _pattern(text: str) -> re.Pattern[str]:
    return lazily(text, re.ASCII)


_DATE = rf"(?:[A-Z][a-z]{{2}},? )?({MONTH})\.? +(\d{{1,2}}),? (?:at )?(?:(\d{{4}})[ ,]+)?{_CLOCK}"
_BY_DIGIT: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    # 28-Mar-2022 07:01:48.459 (Tomcat, BIND, PHP), 25 Apr 2024 05:32:35.018 (Redis), 27/Jul/2023 16:06:44
    (_pattern(rf"(\d{{1,2}})[-/ ]({MONTH})[-/ ](\d{{4}})[ :,-]{{1,2}}{_CLOCK}{_FRACTION}{_ZONE}"), _day_month_year),
    (_pattern(rf"(\d{{1,2}})/(\d{{1,2}})/(\d\d) {_CLOCK}{_FRACTION}{_ZONE}"), _two_digit_year),
    (
        _pattern(rf"(\d{{1,2}})/(\d{{1,2}})/(\d{{4}}),?[ :-]{_CLOCK}{_FRACTION}(?: ?([AaPp])[Mm]\b)?{_ZONE}"),
        _month_first,
    ),
    (_pattern(rf"(\d\d)\.(\d\d)\.(\d{{4}}),? {_CLOCK}{_FRACTION}"), _day_first),
    # 2021-11-09  5:13:12 (MariaDB), 2022/02/07 - 10:49:33 (Gin), 2005-06-03-15.42.50.675872 (DB2)
    (
        _pattern(
            rf"(\d{{4}})[-/](\d\d)[-/](\d\d)(?: - |[ _T-]{{1,2}}|, )(\d{{1,2}}[:.]\d\d[:.]\d\d){_FRACTION}{_ZONE}"
        ),
        _loose_iso,
    ),
    (_pattern(rf"(\d{{4}})-(\d{{3}})T(\d\d:\d\d:\d\d){_FRACTION}"), _day_of_year),
    (_pattern(rf"(\d{{4}})(\d\d)(\d\d)[.T -](\d\d)(?::?(\d\d):?(\d\d)|:(\d{{1,2}}):(\d{{1,2}})){_FRACTION}"), _compact),
    (_pattern(r"(\d\d)(\d\d)(\d\d) {1,2}(\d{1,2}):?(\d\d):?(\d\d)(?= )"), _compact_short),
    # 03-17 16:13:38.811 (logcat), 10.30 16:49:06
    (_pattern(r"(\d\d)[-./](\d\d) (\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?=[ \]])"), _yearless),
    (_pattern(r"(1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?)(?=[\s\],:|])"), _epoch),
)
_BY_LETTER: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_pattern(rf"{_DATE}(?:[.,](\d{{1,9}}))?(?: ([AaPp])[Mm]\b)?{_ZONE}(?: (\d{{4}})(?!\d))?"), _month_day),
    (
        _pattern(rf"(?:[A-Z][a-z]{{2}}, )(\d{{1,2}}) ({MONTH}) (\d{{4}}) {_CLOCK}{_FRACTION}{_ZONE}"),
        _day_month_year,
    ),
)
_TAI64 = ((_pattern(r"@(4[0-9a-f]{15})([0-9a-f]{8})(?= )"), _tai64),)


def stamp_at(text: str, position: int, setting: Setting) -> Stamp | None:
    """Return the time whose text begins at `position`; None where there is none of these forms."""
    first = text[position : position + 1]
    readers = _BY_DIGIT if "0" <= first <= "9" else _TAI64 if first == "@" else _BY_LETTER
    for pattern, reader in readers:
        match = pattern.match(text, position)
        if match:
            return Stamp(reader(match, setting), match.end())
    return None


def stamp_epoch(text: str, setting: Setting) -> float | None:
    """Return the epoch seconds of the time that a text begins with, ISO 8601 or another."""
    time = timestamps.ISO_TIME.match(text)
    if time:
        return timestamps.iso_epoch(time, setting.zone)
    stamp = stamp_at(f"{text} ", 0, setting)
    return stamp.at if stamp else None

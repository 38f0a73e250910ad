"""Times as they are stored (RFC 3339 UTC) and as they are shown (the service's time zone, and UTC)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from cockpit.durations import parse_duration
from cockpit.errors import UsageError

# Times come from other people's machines too: an absurd one must not break a screen, in whatever time zone.
_FIRST = 0.0
_LAST = datetime(9999, 12, 30, tzinfo=UTC).timestamp()


def rfc3339(seconds: float) -> str:
    """Return epoch seconds as RFC 3339 UTC with milliseconds."""
    return _local(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


@lru_cache(maxsize=4096)
def epoch(text: str) -> float:
    """Return the epoch seconds of an RFC 3339 time, from 1970 to 9999; 0.0 where it is none or has no offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return _bounded(moment.timestamp()) if moment.tzinfo is not None else 0.0


def parse_time(text: str) -> str:
    """Return a time that a person typed as RFC 3339 UTC; one without an offset is refused."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is not a time", fix="Write it as RFC 3339 with an offset, such as 2026-03-01T14:00:00+01:00"
        ) from None
    if moment.tzinfo is None:
        raise UsageError(
            f"{text!r} has no offset, so it could be any of 24 hours", fix="Add one, such as +01:00, or Z for UTC"
        )
    seconds = moment.timestamp()
    if seconds != _bounded(seconds):
        raise UsageError(f"{text!r} is no time that a release could have", fix="Write a year from 1970 to 9999")
    return rfc3339(seconds)


def parse_until(text: str, now: float) -> str:
    """Return as RFC 3339 UTC the time that a person typed, or the one after a duration such as `30d` from `now`."""
    try:
        return rfc3339(now + parse_duration(text))
    except ValueError:
        pass
    try:
        return parse_time(text)
    except UsageError:
        raise UsageError(
            f"{text!r} says not how long", fix="Write a duration such as 30d, or a time such as 2026-03-01T14:00+01:00"
        ) from None


@lru_cache(maxsize=8)
def zone(name: str) -> tzinfo:
    """Return the IANA time zone of that name."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # looks for its data on being loaded

    return ZoneInfo(name)


def clock_time(seconds: float, timezone: str, *, with_seconds: bool = False) -> str:
    """Return the wall time of epoch seconds in a time zone: `14:16` or `14:16:32`."""
    return _local(seconds, zone(timezone)).strftime("%H:%M:%S" if with_seconds else "%H:%M")


def day_month(seconds: float, timezone: str) -> str:
    """Return the day in a time zone: `11-13`, month first as in ISO 8601."""
    return datetime.fromtimestamp(seconds, zone(timezone)).strftime("%m-%d")


def zone_label(seconds: float, timezone: str) -> str:
    """Return how the zone calls itself at that time, such as `CET`."""
    return _local(seconds, zone(timezone)).strftime("%Z")


def date_time(seconds: float, timezone: str, *, with_seconds: bool = False) -> str:
    """Return `2026-03-01 14:16` or `2026-03-01 14:16:32` in a time zone."""
    return _local(seconds, zone(timezone)).strftime("%Y-%m-%d %H:%M:%S" if with_seconds else "%Y-%m-%d %H:%M")


def _bounded(seconds: float) -> float:
    return min(max(seconds, _FIRST), _LAST)


def _local(seconds: float, where: tzinfo) -> datetime:
    return datetime.fromtimestamp(_bounded(seconds), where)

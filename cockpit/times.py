"""Times as they are stored (RFC 3339 UTC) and as they are shown (the service's time zone, and UTC)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from cockpit.errors import UsageError


def rfc3339(seconds: float) -> str:
    """Return epoch seconds as RFC 3339 UTC with milliseconds."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@lru_cache(maxsize=4096)
def epoch(text: str) -> float:
    """Return the epoch seconds of an RFC 3339 time; 0.0 where it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return 0.0


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
    return rfc3339(moment.timestamp())


@lru_cache(maxsize=8)
def zone(name: str) -> tzinfo:
    """Return the IANA time zone of that name."""
    return UTC if name == "UTC" else ZoneInfo(name)


def clock_time(seconds: float, timezone: str, *, with_seconds: bool = False) -> str:
    """Return the wall time of epoch seconds in a time zone: `14:16` or `14:16:32`."""
    return datetime.fromtimestamp(seconds, zone(timezone)).strftime("%H:%M:%S" if with_seconds else "%H:%M")


def day_month(seconds: float, timezone: str) -> str:
    """Return the day in a time zone: `11-13`, month first as in ISO 8601."""
    return datetime.fromtimestamp(seconds, zone(timezone)).strftime("%m-%d")


def zone_label(seconds: float, timezone: str) -> str:
    """Return how the zone calls itself at that time, such as `CET`."""
    return datetime.fromtimestamp(seconds, zone(timezone)).strftime("%Z")


def date_time(seconds: float, timezone: str) -> str:
    """Return `2026-03-01 14:16` in a time zone."""
    return datetime.fromtimestamp(seconds, zone(timezone)).strftime("%Y-%m-%d %H:%M")

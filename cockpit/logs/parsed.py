"""What reading one line takes and gives, whatever its format."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from cockpit.logs.line import Level


class Setting(NamedTuple):
    """What a line does not say itself: the zone of times that name none, and what time it is (epoch seconds)."""

    zone: tzinfo
    now: float


class Parsed(NamedTuple):
    """What a format says of a line; `follows` marks a line that only adds to the record before it.

    `inner` is a line of another program that this one only wraps.
    """

    level: Level
    at: float | None
    message: str
    format: str
    follows: bool = False
    inner: str = ""

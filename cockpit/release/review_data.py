"""What a review is made of beside the run: what the samples of a span of time say, as they were read."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.days import Day
from cockpit.release.log_digest import EndpointCount, ErrorCount
from cockpit.release.rollup import Rollup
from cockpit.release.stretches import Span, Stretch


class ProbeData(Struct, frozen=True):
    """A probe's stretches in the span, and its looks by day; `interval` is in seconds.

    It is down for certain after `failures` looks in a row.
    """

    name: str
    title: str
    interval: float
    stretches: tuple[Stretch, ...]
    days: tuple[Rollup, ...]
    failures: int = 3


class SeriesData(Struct, frozen=True):
    """The looks by day of what a target measures: a probe, or a step of one."""

    days: tuple[Rollup, ...]


class LogDay(Struct, frozen=True):
    """What a log wrote on a day, in the `minutes` in which it was followed; of `looked` lines the meaning is known."""

    minutes: int = 0
    lines: int = 0
    errors: int = 0
    warnings: int = 0
    looked: int = 0
    own: int = 0
    patterns: dict[str, int] = {}


class LogData(Struct, frozen=True):
    """A log by day, and its errors and requests in the whole span; an error's second part is when it first came at all.

    `why` says why it was not followed, where that is known.
    """

    name: str
    days: tuple[LogDay, ...]
    errors: tuple[tuple[ErrorCount, float], ...] = ()
    endpoints: tuple[EndpointCount, ...] = ()
    why: str = ""


class ReviewData(Struct, frozen=True):
    """What was kept of [since, until), in epoch seconds; `observer` is the host whose watcher has kept it.

    `begins` says why it begins there. `watched` are the spans in which that watcher lived; `series` are the targets'
    by id. `trouble` is why the samples could not be read, or empty.
    """

    since: float
    until: float
    begins: str
    observer: str
    days: tuple[Day, ...]
    watched: tuple[Span, ...] = ()
    probes: tuple[ProbeData, ...] = ()
    series: dict[str, SeriesData] = {}
    logs: tuple[LogData, ...] = ()
    trouble: str = ""

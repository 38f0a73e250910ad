"""What a log's lines meant, counted while they came: patterns, errors by template, requests by path; pure."""

from __future__ import annotations

from msgspec import Struct


class ErrorCount(Struct, frozen=True):
    """How often errors of one template came; times are epoch seconds, `example` is one of the lines' messages."""

    level: str
    template: str
    count: int
    first_at: float
    last_at: float
    example: str


class EndpointCount(Struct, frozen=True):
    """The requests of one path; `errors` had a status of 500 or more, `latencies` is a histogram (see `rollup`)."""

    endpoint: str
    count: int
    errors: int
    latencies: dict[int, int]


class LogDigest(Struct, frozen=True):
    """What came of a log since the last one: `looked` lines were looked at, of which `own` were our own traffic.

    What is counted leaves our own traffic out.
    """

    looked: int = 0
    own: int = 0
    patterns: dict[str, int] = {}
    errors: tuple[ErrorCount, ...] = ()
    endpoints: tuple[EndpointCount, ...] = ()

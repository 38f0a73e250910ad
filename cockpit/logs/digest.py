"""Gathers what lines mean as they come, so that there are numbers also of the hours in which nobody looked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from cockpit.logs.fingerprints import template_of
from cockpit.logs.line import LogLine
from cockpit.logs.own import OWN
from cockpit.logs.patterns import Patterns
from cockpit.logs.requests import normal_path, read_request
from cockpit.release.log_digest import EndpointCount, ErrorCount, LogDigest
from cockpit.release.rollup import bucket_of

MOST = 200  # templates, and paths, between two takings; the rest count together
OTHERS = "(others)"
_LONGEST = 300  # characters of an example


class _Errors(Struct):
    count: int
    first_at: float
    last_at: float
    example: str


class _Requests(Struct):
    count: int = 0
    errors: int = 0
    latencies: dict[int, int] = {}


class LineDigest:
    """Lines come in from the thread that reads them, and what they came to is taken by another."""

    def __init__(self, own_patterns: Mapping[str, str], *, clock: Callable[[], float]) -> None:
        self._patterns = Patterns(own_patterns)
        self._clock = clock
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._looked = self._own = 0
        self._found: Counter[str] = Counter()
        self._errors: dict[tuple[str, str], _Errors] = {}
        self._requests: dict[str, _Requests] = {}

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take in new lines; errors count as of now, for a log's own clock may be any."""
        now = self._clock()
        with self._lock:
            for line in lines:
                self._looked += 1
                if OWN in line.text:
                    self._own += 1
                    continue
                self._found.update(self._patterns.of(line.text))
                if not line.continuation:
                    self._add_record(line, now)

    def take(self) -> LogDigest:
        """Return what has come since the last time."""
        with self._lock:
            digest = LogDigest(
                self._looked,
                self._own,
                dict(self._found),
                tuple(
                    ErrorCount(level, template, one.count, one.first_at, one.last_at, one.example)
                    for (level, template), one in self._errors.items()
                ),
                tuple(
                    EndpointCount(name, one.count, one.errors, one.latencies) for name, one in self._requests.items()
                ),
            )
            self._clear()
        return digest

    def _add_record(self, line: LogLine, now: float) -> None:
        request = read_request(line)
        if request is None:
            if line.is_error:
                self._add_error(line.level.word, template_of(line.message), line.message, now)
            return
        name = f"{request.method} {normal_path(request.path)}"
        self._add_request(name, request.status, request.seconds)
        if line.is_error:
            self._add_error(line.level.word, f"{name} {request.status}", line.message, now)

    def _add_request(self, name: str, status: int, seconds: float | None) -> None:
        name = name if name in self._requests or len(self._requests) < MOST else OTHERS
        found = self._requests.get(name)
        if found is None:
            found = self._requests[name] = _Requests(latencies={})
        found.count += 1
        found.errors += status >= 500
        if seconds is not None:
            bucket = bucket_of(seconds * 1000)
            found.latencies[bucket] = found.latencies.get(bucket, 0) + 1

    def _add_error(self, level: str, template: str, message: str, now: float) -> None:
        key = level, template
        if key not in self._errors and len(self._errors) >= MOST:
            key = level, OTHERS
        found = self._errors.get(key)
        if found is None:
            self._errors[key] = _Errors(1, now, now, message[:_LONGEST])
        else:
            found.count += 1
            found.last_at = now

"""What access logs say of requests: how many of which status class, and which paths are slow."""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from cockpit.logs.line import LogLine
from cockpit.logs.own import is_own

MOST = 500  # paths that are told apart
_LONGEST = 1e18  # of any unit: JSON's numbers have no end, and not every one is a float
_SAMPLES = 2_000  # durations a path that percentiles are taken from

_NUMBER = r"\d{1,12}(?:\.\d*)?"  # no duration has more digits, and Python reads no more than 4,300 of them
_METHODS = r"(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|PROPFIND|REPORT)"
_QUOTED = re.compile(rf'"{_METHODS} ([^ "]+)(?: HTTP/[\d.]+)?"(?: |: )(\d{{3}})\b(.*)', re.ASCII)
_GIN = re.compile(rf"\| *(\d{{3}}) *\| *({_NUMBER})(µs|ms|s|m)[\dms.]* *\|[^|]*\| *{_METHODS} +\"([^\"]+)\"")
_UWSGI = re.compile(
    rf"{_METHODS} (\S+) => generated \d+ bytes in (\d{{1,12}}) (msecs|micros) \(HTTP/[\d.]+ (\d{{3}})\)"
)
_HAPROXY = re.compile(rf' -?\d+/-?\d+/-?\d+/-?\d+/\+?(-?\d{{1,12}}) (\d{{3}}) .*"{_METHODS} ([^ "]+)')
_MORGAN = re.compile(rf"{_METHODS} (\S+) (\d{{3}}) ({_NUMBER}) ?ms\b")
# nginx's $request_time where people put it: `rt=0.123`, `request_time=0.1`, or at the line's end.
_NAMED_TIME = re.compile(r"\b(?:rt|request_time|req_time|duration|time|took)[=:]\"?(\d{1,12}(?:\.\d+)?)(ms|us|µs|s)?\b")
_LAST_TIME = re.compile(r'(?:^|[" ])(\d{1,12}\.\d{3,6})"?\s*(?:\[?[\d.:]+\]?\s*)?$')
_LAST_MILLIS = re.compile(r" (\d{1,9})ms$")  # Traefik's
_UNITS = {"s": 1.0, "ms": 1e-3, "msecs": 1e-3, "us": 1e-6, "µs": 1e-6, "micros": 1e-6, "m": 60.0, "": 1.0}
_JSON_STATUS = ("status", "status_code", "response_code", "DownstreamStatus", "statusCode", "EdgeResponseStatus")
_JSON_PATH = ("path", "RequestPath", "uri", "request_uri", "url", "ClientRequestURI", "request_path")
_JSON_METHOD = ("method", "RequestMethod", "request_method", "ClientRequestMethod")
# Fields that hold a duration, with the seconds of their unit.
_JSON_TIME = {
    "Duration": 1e-9, "duration": 1.0, "request_time": 1.0, "duration_ms": 1e-3, "responseTime": 1e-3,
    "response_time_ms": 1e-3, "elapsed_ms": 1e-3, "latency_ms": 1e-3,
}  # fmt: skip
_VARIABLE = re.compile(
    r"(?<=/)(?:\d[\d.,_-]*|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}|[^/]*%[^/]*|[^/]{40,})(?=/|$|\.)"
)


class Request(Struct, frozen=True):
    """One request of an access log; `seconds` is None where the format has no time."""

    method: str
    path: str
    status: int
    seconds: float | None


class Endpoint(Struct, frozen=True):
    """What came of a path, and how slowly; percentiles are nearest-rank, in milliseconds, None without times."""

    endpoint: str
    count: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


def normal_path(path: str) -> str:
    """Return a path with what varies masked and without its query: `/orders/17?x=1` is `/orders/:id`."""
    return _VARIABLE.sub(":id", path.split("?", 1)[0].split("#", 1)[0])[:120] or "/"


def read_request(line: LogLine) -> Request | None:
    """Return the request that a line reports, None where it reports none."""
    text = line.text
    if "{" in text[:120] and (found := _of_json(text)):
        return found
    if line.format == "haproxy" and (match := _HAPROXY.search(text)):
        millis, status, method, path = match.groups()
        return Request(method, path, int(status), int(millis) / 1000 if int(millis) >= 0 else None)
    if line.format == "gin" and (match := _GIN.search(text)):
        status, number, unit, method, path = match.groups()
        return Request(method, path, int(status), float(number) * _UNITS[unit])
    if line.format == "uwsgi" and (match := _UWSGI.search(text)):
        method, path, number, unit, status = match.groups()
        return Request(method, path, int(status), int(number) * _UNITS[unit])
    match = _QUOTED.search(text)
    if match:
        method, path, status, rest = match.groups()
        return Request(method, path, int(status), _seconds(rest))
    match = _MORGAN.search(text) if line.format == "access" else None
    if match:
        method, path, status, millis = match.groups()
        return Request(method, path, int(status), float(millis) / 1000)
    return None


def _seconds(rest: str) -> float | None:
    named = _NAMED_TIME.search(rest)
    if named:
        return float(named.group(1)) * _UNITS[named.group(2) or ""]
    last = _LAST_TIME.search(rest)
    if last:
        return float(last.group(1))
    millis = _LAST_MILLIS.search(rest)
    return int(millis.group(1)) / 1000 if millis else None


def _of_json(text: str) -> Request | None:
    try:
        fields = msgspec.json.decode(text[text.index("{") :])
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    fields = {**_object(fields, "request", "req"), **_object(fields, "response", "res"), **fields}
    status, method, path = (_first(fields, keys) for keys in (_JSON_STATUS, _JSON_METHOD, _JSON_PATH))
    if not str(status).isdecimal() or len(str(status)) != 3 or not isinstance(method, str) or not isinstance(path, str):
        return None
    for key, unit in _JSON_TIME.items():
        value = fields.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LONGEST:
            return Request(method, path, int(str(status)), value * unit)
    return Request(method, path, int(str(status)), None)


def _object(fields: dict[str, Any], *keys: str) -> dict[str, Any]:
    return next((fields[key] for key in keys if isinstance(fields.get(key), dict)), {})


def _first(fields: dict[str, Any], keys: tuple[str, ...]) -> object:
    return next((fields[key] for key in keys if key in fields), "")


class _Path:
    def __init__(self) -> None:
        self.count = 0
        self.errors = 0
        self.timed = 0
        self.seconds: list[float] = []


class Requests:
    """Counts requests by status class and path, in bounded memory: beyond it, paths count as `(others)`.

    Those of our own probes and checks are left out, and counted in `own`.
    """

    def __init__(self, most: int = MOST) -> None:
        self.classes: Counter[str] = Counter()
        self.own = 0
        self._most = most
        self._paths: dict[str, _Path] = {}
        self._dice = Random(0)  # noqa: S311 - which durations are kept is no secret

    def add(self, line: LogLine) -> None:
        """Count the request of a line, where it reports one."""
        request = None if line.continuation else read_request(line)
        if request is None:
            return
        if is_own(line):
            self.own += 1
            return
        self.classes[f"{request.status // 100}xx"] += 1
        name = f"{request.method} {normal_path(request.path)}"
        if name not in self._paths and len(self._paths) >= self._most:
            name = "(others)"
        path = self._paths.setdefault(name, _Path())
        path.count += 1
        path.errors += request.status >= 500
        if request.seconds is not None:
            self._sample(path, request.seconds)

    def _sample(self, path: _Path, seconds: float) -> None:
        """Keep an even choice of all durations (Vitter's algorithm R)."""
        path.timed += 1
        if len(path.seconds) < _SAMPLES:
            path.seconds.append(seconds)
        elif (place := self._dice.randrange(path.timed)) < _SAMPLES:
            path.seconds[place] = seconds

    def endpoints(self) -> list[Endpoint]:
        """Return the paths, the slowest first; without times, the most frequent."""
        found = [
            Endpoint(name, path.count, path.errors, *(_percentile(path.seconds, share) for share in (50, 95, 99)))
            for name, path in self._paths.items()
        ]
        return sorted(found, key=lambda one: (-(one.p95_ms or 0.0), -one.count, one.endpoint))


def _percentile(seconds: list[float], share: int) -> float | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    return round(ordered[max(0, -(-share * len(ordered) // 100) - 1)] * 1000, 3)

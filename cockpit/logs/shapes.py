"""The shapes of the lines that most of a log is made of: what tells their time and level, without reading them whole.

A shape is made from one line that has been classified. It takes a line only where the classifier could say nothing
else of it than the shape's format and the level it finds; every other line is left to the classifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

import msgspec

from cockpit.logs.after_time import JAVA_CLASS, JAVA_LEVEL
from cockpit.logs.fields import LEVEL_KEYS, TIME_KEYS, field_level, lower_names
from cockpit.logs.lazy import lazily
from cockpit.logs.levels import LEVEL_OF_NAME, status_level
from cockpit.logs.line import Level, LogLine
from cockpit.logs.timestamps import MONTH

_HOUR = r"(?:[01]\d|2[0-3])"
_SIXTY = r":[0-5]\d:[0-5]\d"
_COMMON = ("info", "debug", "warning", "warn", "error")  # are tried first: what follows the word decides
_WORDS = "|".join([*_COMMON, *sorted(set(LEVEL_OF_NAME) - {*_COMMON}, key=len, reverse=True)])
_UPPER = _WORDS.upper()
# A group in brackets that is no level itself: it has two characters or more.
_GROUP = rf"\[(?!\s*(?i:{_WORDS})\d?(?:\s*[\])>|:]|[\s/\[]))[ -Z\\^-~]{{2,100}}\]"


class Told(NamedTuple):
    """What a shape reads: the hour, the rest of the time, comparable within the shape, and what gives the level."""

    hour: bytes | str
    rest: bytes | str | float
    key: Hashable


class Shape(NamedTuple):
    """A kind of line: how to read one, what its key means, and how to write hour and rest as a time again.

    `read` returns the fields of Told, or None.
    """

    format: str
    read: Callable[[bytes], tuple[bytes | str, bytes | str | float, Hashable] | None]
    level: Callable[[Hashable], Level]
    time: Callable[[bytes | str, bytes | str | float], str]


def shape_of(line: LogLine) -> Shape | None:
    """Return the shape of a line that is a record of its own; None where it has none of these."""
    text = line.text
    if line.continuation or not text or not text.isascii():
        return None
    if text[0] == "{" and line.format == "json":
        return _json_shape()
    for maker in (_access, _timed, _logfmt, _syslog):
        made = maker(line)
        if made and made.read(text.encode()):
            return made
    return None


def _by_pattern(
    name: str, pattern: str, level: Callable[[Hashable], Level], time: str, forbidden: tuple[bytes, ...] = ()
) -> Shape:
    """Make a shape of a pattern with three groups: hour, rest and key; `time` is written from the first two."""
    match = re.compile(pattern.encode()).match

    def read(data: bytes) -> tuple[bytes, bytes, bytes] | None:
        found = match(data)
        if found is None:
            return None
        for one in forbidden:
            if one in data:
                return None
        return found.groups()  # type: ignore[return-value]

    def quick(data: bytes) -> tuple[bytes, bytes, bytes] | None:
        found = match(data)
        return found.groups() if found else None  # type: ignore[return-value]

    def write(hour: bytes | str, rest: bytes | str | float) -> str:
        return time.format(_text(hour), _text(rest))

    return Shape(name, read if forbidden else quick, level, write)


def _text(value: bytes | str | float) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _named(key: Hashable) -> Level:
    return LEVEL_OF_NAME[key.decode().lower()] if isinstance(key, bytes) else Level.NONE


def _access(line: LogLine) -> Shape | None:
    zone = re.search(rf"\[\d\d/(?:{MONTH})/\d{{4}}:{_HOUR}{_SIXTY} ([+-]\d{{4}})\] ", line.text)
    if line.format != "access" or zone is None:
        return None
    pattern = (
        r"(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\d[0-9a-f]*:[0-9a-f:]+) [^\[\"\n|\x1b]*"
        rf"\[(\d\d/(?:{MONTH})/\d{{4}}:{_HOUR})({_SIXTY}) {re.escape(zone.group(1))}\] "
        r'"[^"\\]*" (\d\d\d) '
    )
    return _by_pattern("access", pattern, _status, "{}{} " + zone.group(1))


def _status(key: Hashable) -> Level:
    return status_level(int(key)) if isinstance(key, bytes) else Level.NONE


_STAMP = lazily(
    rf"(\[?)\d{{4}}([-/])\d\d[-/]\d\d([T ]){_HOUR}{_SIXTY}(?:([.,])\d{{3,9}})?"
    rf"( ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w.:]))?(\]?)",
    re.ASCII,
)


def _timed(line: LogLine) -> Shape | None:
    stamp = _STAMP.match(line.text)
    if stamp is None or line.format not in ("plain", "python", "log4j", "postgres", "nginx-error"):
        return None
    opening, day, between, point, zone, closing = stamp.groups()
    if bool(opening) != bool(closing):
        return None
    zone = zone or ""
    fraction = rf"{re.escape(point)}\d{{3,9}}" if point else ""
    time = (
        rf"{re.escape(opening)}(\d{{4}}{day}\d\d{day}\d\d{between}{_HOUR})({_SIXTY}{fraction})"
        rf"{re.escape(zone)}{re.escape(closing)}"
    )
    for behind in _behind(line, zone, comma=between == " " and point == ",", slash=day == "/"):
        shape = _by_pattern(line.format, time + behind, _named, "{}{}" + zone)
        if shape.read(line.text.encode()):
            return shape
    return None


def _behind(line: LogLine, zone: str, *, comma: bool, slash: bool) -> Iterator[str]:
    """Return patterns of what may stand between the time and the level, and behind that; the quickest first."""
    if line.format == "nginx-error":
        yield rf" \[({_WORDS})\] \d+#\d+: "
        return
    if line.format == "postgres":
        if zone:
            yield r" \[\d+\] (LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG\d?):  "
        return
    java = JAVA_LEVEL + JAVA_CLASS
    if not comma or line.format == "python":
        yield rf"[ \t]+({_UPPER})(?=[ \t])" + (rf"(?!{JAVA_CLASS})" if comma else "")
    # A process's number in brackets behind a zone may be PostgreSQL's.
    group = _GROUP.replace("(?!", r"(?=[^\]]{0,60}[A-Za-z])(?!", 1) if zone else _GROUP
    level = rf"[ \t]+\[?((?<=\[)(?i:{_WORDS})(?=\])|(?<!\[)(?:{_UPPER})(?=[ \t]))"
    name = rf"(?:[ \t]+-[ \t]+(?!(?i:{_WORDS})\d?[\s/\[])[a-z_][\w.]+[ \t]+-)?"
    told = "" if not comma else rf"(?={java})" if line.format == "log4j" else rf"(?!{java})"
    nginx = r"(?! \[\w+\] \d+#\d+: )" if slash else ""
    yield rf"{nginx}{told}(?:{name}|(?:[ \t]+{group}){{0,2}}){level}"


def _logfmt(line: LogLine) -> Shape | None:
    head = re.match(
        r'(?:time|ts)=("?)\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?("?) ', line.text, re.ASCII
    )
    if line.format != "logfmt" or head is None:
        return None
    opening, between, zone, closing = head.groups()
    if opening != closing or (between == " " and not opening):
        return None
    key = line.text[: line.text.index("=")]
    pattern = (
        rf"{key}={opening}(\d{{4}}-\d\d-\d\d{between}{_HOUR})({_SIXTY}(?:\.\d{{1,9}})?)"
        rf"{re.escape(zone or '')}{opening} +"
        rf'(?:(?!level=)[a-z_]+=(?:"[^"\\]*"|[^\s"]+) +){{0,3}}level=({_WORDS})(?=[ \r]|$)'
    )
    # `time` goes before `ts`, wherever it stands.
    forbidden = (b"audit(", b"__REALTIME", *(() if key == "time" else (b"ime=", b"IME=")))
    return _by_pattern("logfmt", pattern, _named, "{}{}" + (zone or ""), forbidden)


_NOT_FIRST = f"(?i:{_WORDS})|http|https|grpc|grpcs|ws|wss|Completed|thread|kern|user|daemon|syslog|auth[a-z]*|at|in"


def _syslog(line: LogLine) -> Shape | None:
    if line.format != "syslog" or line.level is not Level.NONE:
        return None
    pattern = (
        rf"((?:{MONTH}) [ \d]\d {_HOUR})({_SIXTY}) [\w.-]+ [a-z][\w./-]*(?:\[\d+\])?: "
        rf"(?!(?:{_NOT_FIRST})\b)()[A-Za-z]?[a-z]{{3,}} "
    )
    return _by_pattern("syslog", pattern, lambda _: Level.NONE, "{}{}", (b'"', b"%", b"CEF:"))


class _Layout(NamedTuple):
    level: str
    time: str
    audited: bool


_JSON_TIME = lazily(rf"(\d{{4}}-\d\d-\d\d[T ]{_HOUR})({_SIXTY}(?:\.\d{{1,9}})?)(Z|[+-]\d\d:\d\d)?$", re.ASCII)
_LAYOUTS = 512
_decode = msgspec.json.Decoder().decode


def _json_shape() -> Shape:
    """Make the shape of JSON lines: which keys tell level and time is found out once for each set of keys."""
    layouts: dict[tuple[str, ...], _Layout | None] = {}
    levels: dict[Hashable, Level] = {}

    def read(data: bytes) -> tuple[str, str | float, Hashable] | None:
        if data[:1] != b"{" or b"1b[" in data or b"033[" in data:
            return None
        try:
            fields = _decode(data)
        except (ValueError, RecursionError):  # a byte that is not UTF-8 is a ValueError, too
            return None
        keys = tuple(fields)
        try:
            layout = layouts[keys]
        except KeyError:
            if len(layouts) > _LAYOUTS:
                layouts.clear()
            layout = layouts[keys] = _layout(keys)
        if layout is None or (layout.audited and str(fields["msg"]).startswith("audit(")):
            return None
        told, value = fields[layout.level], fields[layout.time]
        if type(told) is not str and type(told) is not int:
            return None
        if told not in levels:
            if len(levels) > _LAYOUTS:
                levels.clear()
            levels[told] = field_level("level", told, {})
        if not levels[told]:
            return None
        if type(value) is str:
            time = _JSON_TIME.match(value)
            if time is None:
                return None
            hour, rest, zone = time.groups()
            return f"{hour}{zone or ''}", rest, told
        return ("", value, told) if type(value) is float and 1e8 <= value < 1e11 else None

    return Shape("json", read, lambda key: levels.get(key) or field_level("level", key, {}), _json_time)


def _json_time(hour: bytes | str, rest: bytes | str | float) -> str:
    text = _text(hour)
    return f"{text[:13]}{_text(rest)}{text[13:]}" if text else _text(rest)


def _layout(keys: tuple[str, ...]) -> _Layout | None:
    names = lower_names(keys)
    level = next((names[key] for key in LEVEL_KEYS if key in names), None)
    time = next((names[key] for key in TIME_KEYS if key in names), None)
    wrapped = "log" in names and "stream" in names
    single = "__REALTIME_TIMESTAMP" in keys or "reqId" in keys
    if level is None or level.lower() != "level" or time is None or wrapped or single:
        return None
    return _Layout(level, time, "type" in keys and "msg" in keys)

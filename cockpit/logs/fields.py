"""Lines made of named fields: JSON objects and logfmt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

import msgspec

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import SYSLOG_SEVERITIES, named_level, numbered_level, otel_level, status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.timestamps import field_epoch

# Compared in lower case; the first that names a level decides.
LEVEL_KEYS = (
    *("level", "severity", "lvl", "levelname", "log.level", "loglevel", "level_name", "log_level", "@l"),
    *("severitytext", "severity_text", "priority", "levelno"),
)
TIME_KEYS = (
    *("time", "ts", "timestamp", "@timestamp", "asctime", "datetime", "@t", "t", "timeunixnano", "starttime"),
    *("start_time", "startlocal", "edgestarttimestamp", "edgeendtimestamp", "started_at", "date", "timemillis"),
    *("eventtime", "requestreceivedtimestamp"),
)
_MESSAGE_KEYS = ("msg", "message", "event", "@m", "@mt", "short_message", "body", "text")
_STATUS_KEYS = (
    *("status", "status_code", "statuscode", "response_code", "edgeresponsestatus", "downstreamstatus"),
    *("http.status_code", "http_status", "response_status", "sc-status"),
)
_REQUEST_KEYS = frozenset(
    "request request_uri uri path method request_method requestmethod clientrequestmethod requestpath url"  # noqa: SIM905
    " http.method http_method request_path res req cs-method".split()
)
# Objects in which frameworks keep the fields that others keep at the top.
_NESTED = ("log", "@fields", "fields", "record", "attr", "data", "jsonpayload")
_LETTERS = {"F": Level.FATAL, "E": Level.ERROR, "W": Level.WARNING, "I": Level.INFO}
_NEXTCLOUD = (Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.FATAL)
_PAIR = lazily(r'([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*+"|[^\s"]*)(?:\s+|$)')
_AUDIT_TIME = lazily(r"audit\((\d{10}\.\d+)")

_decode_json = msgspec.json.Decoder().decode


def parse_json(text: str, setting: Setting) -> Parsed | None:
    """Read a JSON object by the usual keys; where it has no level but is a request, its status decides."""
    try:
        fields = _decode_json(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return _read(fields, setting, "json") if isinstance(fields, dict) else None


def parse_logfmt(text: str, setting: Setting) -> Parsed | None:
    """Read `key=value key="quoted value"` by the usual keys; one pair is enough only if it is the level."""
    fields: dict[str, Any] = {}
    end = 0
    while match := _PAIR.match(text, end):
        key, value = match.groups()
        fields.setdefault(key, value[1:-1].replace('\\"', '"') if value[:1] == '"' else value)
        end = match.end()
    if len(fields) < 2 and not any(key.lower() in LEVEL_KEYS for key in fields):
        return None
    parsed = _read(fields, setting, "logfmt")
    return parsed._replace(message=f"{parsed.message} {text[end:]}") if end < len(text) else parsed


def judge(fields: dict[str, Any], setting: Setting) -> tuple[Level, float | None]:
    """Return the level and the time that an object's fields tell, whatever its message."""
    names = lower_names(fields)
    level = _level_of(fields, names)
    return level, _time_of(fields, names, setting)


def _read(fields: dict[str, Any], setting: Setting, format_name: str) -> Parsed:
    level, at = judge(fields, setting)
    names = lower_names(fields)
    told = {names[key] for key in (*LEVEL_KEYS, *TIME_KEYS) if key in names}
    message = ""
    for key in _MESSAGE_KEYS:
        value = _named(key, fields, names)
        if isinstance(value, str):
            told.add(names[key])
            message = value
            break
    inner = ""
    if format_name == "json" and "log" in fields and "stream" in fields and isinstance(fields["log"], str):
        inner = fields["log"].rstrip("\n")
    shown = [
        f"{key}={value}" for key, value in fields.items() if key not in told and isinstance(value, str | int | float)
    ]
    name = _dialect(fields) or format_name
    return Parsed(level, at, " ".join([message, *shown] if message else shown), name, inner=inner)


def _dialect(fields: dict[str, Any]) -> str:
    """Return the format's own name where the keys are those of one program."""
    if "__REALTIME_TIMESTAMP" in fields and "MESSAGE" in fields:
        return "journald"
    return "auditd" if "type" in fields and str(fields.get("msg", "")).startswith("audit(") else ""


def lower_names(fields: Iterable[str]) -> dict[str, str]:
    """Return the keys by their lower-case form; of several the one that is in lower case, or else the first."""
    names: dict[str, str] = {}
    for key in fields:
        lower = key.lower()
        if lower == key or lower not in names:
            names[lower] = key
    return names


def _named(key: str, fields: dict[str, Any], names: dict[str, str]) -> object:
    """Return the value of the field that has this name in lower case; None where there is none: a key may be empty."""
    return fields[names[key]] if key in names else None


def _level_of(fields: dict[str, Any], names: dict[str, str]) -> Level:
    for key in LEVEL_KEYS:
        if key in names and (level := field_level(key, fields[names[key]], fields)):
            return level
    level = _rarer_level(fields, names)
    if level is Level.NONE:
        for key in _NESTED:
            inner = _named(key, fields, names)
            if isinstance(inner, dict) and (level := judge(inner, Setting(UTC, 0.0))[0]):
                return level
        level = _status_of(fields, names)
    return level


def _rarer_level(fields: dict[str, Any], names: dict[str, str]) -> Level:
    """Return the level as single programs have it: MongoDB's `s`, Heroku's `at`, Serilog's silence, OTel's number."""
    if "s" in fields and "c" in fields and isinstance(fields["s"], str):
        return Level.DEBUG if fields["s"][:1] == "D" else _LETTERS.get(fields["s"], Level.NONE)
    if isinstance(fields.get("at"), str):
        return named_level(fields["at"])
    if "@t" in fields and ("@m" in fields or "@mt" in fields):
        return Level.INFO
    number = _named("severitynumber" if "severitynumber" in names else "severity_number", fields, names)
    if isinstance(number, int):
        return otel_level(number)
    batches = fields.get("resourceLogs")
    return _gravest(batches) if isinstance(batches, list) else Level.NONE


def _gravest(value: object, depth: int = 0) -> Level:
    """Return the gravest `severityText` or `severityNumber` of a batch that OpenTelemetry's collector wrote."""
    if depth > 8:
        return Level.NONE
    if isinstance(value, list):
        return max((_gravest(one, depth + 1) for one in value), default=Level.NONE)
    if not isinstance(value, dict):
        return Level.NONE
    number = value.get("severityNumber")
    own = named_level(str(value.get("severityText", ""))) or (otel_level(number) if isinstance(number, int) else 0)
    return max([Level(own), *(_gravest(one, depth + 1) for one in value.values() if isinstance(one, list | dict))])


def field_level(key: str, value: object, fields: dict[str, Any]) -> Level:
    """Return the level that a field of this name and value tells, among these fields."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("level") or value.get("no")
    if isinstance(value, str):
        if not (value.isdecimal() and value.isascii() and len(value) < 4):
            return named_level(value)
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Level.NONE
    if key == "priority":
        return SYSLOG_SEVERITIES[int(value)] if 0 <= value <= 7 else Level.NONE
    if key == "level" and "reqId" in fields and "remoteAddr" in fields and 0 <= value <= 4:
        return _NEXTCLOUD[int(value)]
    return numbered_level(value)


def _status_of(fields: dict[str, Any], names: dict[str, str]) -> Level:
    if not any(name in _REQUEST_KEYS for name in names):
        return Level.NONE
    for key in _STATUS_KEYS:
        if key in names and (level := _http_level(fields[names[key]])):
            return level
    for key in ("response", "res", "http"):
        inner = _named(key, fields, names)
        if isinstance(inner, dict):
            for name in ("status", "statusCode", "status_code"):
                if level := _http_level(inner.get(name)):
                    return level
    return Level.NONE


def _http_level(value: object) -> Level:
    status = str(value)
    return status_level(int(status)) if len(status) == 3 and status.isdecimal() and status.isascii() else Level.NONE


def _time_of(fields: dict[str, Any], names: dict[str, str], setting: Setting) -> float | None:
    for key in TIME_KEYS:
        if key in names:
            value = fields[names[key]]
            if isinstance(value, dict):
                value = value.get("$date") or value.get("timestamp")
            if (at := field_epoch(value, setting.zone)) is not None:
                return at
    micros = fields.get("__REALTIME_TIMESTAMP")
    if micros is not None:
        return field_epoch(micros, setting.zone)
    instant = fields.get("instant")
    if isinstance(instant, dict) and (second := field_epoch(instant.get("epochSecond"), setting.zone)) is not None:
        nanos = instant.get("nanoOfSecond")
        return second + (nanos / 1e9 if isinstance(nanos, int) and 0 <= nanos < 1_000_000_000 else 0)
    audit = _AUDIT_TIME.match(str(fields.get("msg", "")))
    return float(audit.group(1)) if audit else None

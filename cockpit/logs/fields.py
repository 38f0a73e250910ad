"""Lines made of named fields: JSON objects and logfmt."""

from __future__ import annotations

import re

import msgspec

from cockpit.logs.levels import named_level, numbered_level, status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.timestamps import field_epoch

_LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log.level", "loglevel", "@l", "Level")
_TIME_KEYS = ("time", "ts", "timestamp", "@timestamp", "asctime", "datetime", "@t", "t", "Timestamp")
_MESSAGE_KEYS = ("msg", "message", "event", "@m", "@mt")
_REQUEST_KEYS = ("request", "request_uri", "uri", "path", "method", "request_method")
_PAIR = re.compile(r'([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*+"|[^\s"]*)(?:\s+|$)')

_decode_json = msgspec.json.Decoder().decode


def parse_json(text: str, setting: Setting) -> Parsed | None:
    """Read a JSON object by the usual keys; where it has no level but is a request, its `status` decides."""
    try:
        fields = _decode_json(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return _read(fields, setting, "json") if isinstance(fields, dict) else None


def parse_logfmt(text: str, setting: Setting) -> Parsed | None:
    """Read `key=value key="quoted value"` by the usual keys; one pair is enough only if it is the level."""
    fields: dict[str, object] = {}
    end = 0
    while match := _PAIR.match(text, end):
        key, value = match.groups()
        fields.setdefault(key, value[1:-1].replace('\\"', '"') if value[:1] == '"' else value)
        end = match.end()
    if len(fields) < 2 and not any(key in fields for key in _LEVEL_KEYS):
        return None
    parsed = _read(fields, setting, "logfmt")
    return parsed._replace(message=f"{parsed.message} {text[end:]}") if end < len(text) else parsed


def _read(fields: dict[str, object], setting: Setting, format_name: str) -> Parsed:
    told = set()
    level, at, message = _status_level(fields), None, ""
    for key in _LEVEL_KEYS:
        if key in fields:
            told.add(key)
            level = _field_level(fields[key])
            break
    for key in _TIME_KEYS:
        if key in fields and (at := field_epoch(fields[key], setting.zone)) is not None:
            told.add(key)
            break
    for key in _MESSAGE_KEYS:
        value = fields.get(key)
        if isinstance(value, str):
            told.add(key)
            message = value
            break
    shown = [
        f"{key}={value}" for key, value in fields.items() if key not in told and isinstance(value, str | int | float)
    ]
    return Parsed(level, at, " ".join([message, *shown] if message else shown), format_name)


def _field_level(value: object) -> Level:
    if isinstance(value, str):
        return numbered_level(int(value)) if value.isdecimal() and len(value) < 4 else named_level(value)
    return numbered_level(value) if isinstance(value, int | float) else Level.NONE


def _status_level(fields: dict[str, object]) -> Level:
    status = str(fields.get("status", ""))
    if len(status) == 3 and status.isdecimal() and any(key in fields for key in _REQUEST_KEYS):
        return status_level(int(status))
    return Level.NONE

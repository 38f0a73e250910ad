"""From a line to its level, time and message, whatever format it has.

The first character says which formats to try; to add a format, write its function and name it in `_BY_FIRST`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from cockpit.logs import timestamps
from cockpit.logs.fields import parse_json, parse_logfmt
from cockpit.logs.header import leading_level, level_after
from cockpit.logs.levels import LEVEL_OF_LETTER, SYSLOG_SEVERITIES, named_level, status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting

_COMPOSE = re.compile(r"[\w.-]{1,64} *\| ")
_ACCESS = re.compile(
    r'(\S+) [^\["]*\[' + timestamps.ACCESS_TIME.pattern + r'\] "([^"\\]*+(?:\\.[^"\\]*+)*+)" (\d{3}) (.*)', re.ASCII
)
_PRIORITY = re.compile(r"<(\d{1,3})>")
_SYSLOG_5424 = re.compile(r"1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*+\])+)(?: |$)")
_SYSLOG_TAG = re.compile(r" (\S+) ([\w./@+()-]+)(?:\[\d+\])?: ")
_GLOG = re.compile(r"([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)\.\d{1,6} +\d+ [^\s\]]+\]", re.ASCII)
_RUBY = re.compile(r"([DIWEF]), \[(?=\d{4}-)", re.ASCII)
_APACHE_ERROR = re.compile(r"\[" + timestamps.APACHE_ERROR_TIME.pattern + r"\] \[(?:\w*:)?(\w+)\]", re.ASCII)
_POSTGRES_DETAIL = re.compile(r"[^:]{0,120}\b(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION):  ")
_NGINX_PROCESS = re.compile(r" \[\w+\] \d+#\d+: ")


def parse(text: str, setting: Setting) -> Parsed | None:
    """Return what the line's format says of it; None where it has none that is known."""
    if "| " in text[:70] and (prefix := _COMPOSE.match(text)):
        text = text[prefix.end() :]
    return _BY_FIRST.get(text[:1], _parse_other)(text, setting)


def parse_access(text: str) -> Parsed | None:
    """Read nginx's and Apache's common and combined access log; the level comes from the status."""
    match = _ACCESS.match(text) if '] "' in text else None
    if match is None:
        return None
    client, *time, request, status, rest = match.groups()
    message = f"{request} {status} {rest} {client}"
    return Parsed(status_level(int(status)), timestamps.access_epoch(*time), message, "access")


def _parse_digit(text: str, setting: Setting) -> Parsed | None:
    time = timestamps.ISO_TIME.match(text)
    if time:
        return _parse_timed(text, time, time.end(), setting)
    clock = timestamps.CLOCK_TIME.match(text)
    if clock:
        level, message = level_after(text, clock.end())
        return Parsed(level, None, message, "plain")
    return parse_access(text)


def _parse_timed(text: str, time: re.Match[str], end: int, setting: Setting) -> Parsed:
    at = timestamps.iso_epoch(time, setting.zone)
    rest = text[end:].lstrip()
    inner = _parse_fields(rest, setting)
    if inner:
        return inner._replace(at=at)
    level, message = level_after(text, end)
    if level is Level.NONE:
        if _POSTGRES_DETAIL.match(text, end):
            return Parsed(level, at, rest, "postgres", follows=True)
        tagged = _SYSLOG_TAG.match(text, end)
        if tagged and "T" in time.group(1):
            return _syslog(Level.NONE, at, text, tagged, setting)
    return Parsed(level, at, message, _timed_name(text, time, end))


def _timed_name(text: str, time: re.Match[str], end: int) -> str:
    stamp = time.group(1)
    if "/" in stamp and _NGINX_PROCESS.match(text, end):
        return "nginx-error"
    if ":  " in text and time.group(3) and " [" in text[end : end + 3]:
        return "postgres"
    # The default of logging's asctime: a blank and a comma.
    return "python" if " " in stamp and text[time.start() + 19 : time.start() + 20] == "," else "plain"


def _parse_bracket(text: str, setting: Setting) -> Parsed | None:
    time = timestamps.ISO_TIME.match(text, 1)
    if time:
        return _parse_timed(text, time, time.end() + (text[time.end() : time.end() + 1] == "]"), setting)
    clock = timestamps.CLOCK_TIME.match(text, 1)
    if clock:
        level, message = level_after(text, clock.end())
        return Parsed(level, None, message, "plain")
    apache = _APACHE_ERROR.match(text)
    if apache:
        *stamp, word = apache.groups()
        at = timestamps.apache_error_epoch(*stamp, zone=setting.zone)
        return Parsed(named_level(word.rstrip(string.digits)), at, text[apache.end() :].lstrip(), "apache-error")
    return _parse_leading(text)


def _parse_priority(text: str, setting: Setting) -> Parsed | None:
    priority = _PRIORITY.match(text)
    if priority is None:
        return None
    level = SYSLOG_SEVERITIES[int(priority.group(1)) & 7]
    rest = text[priority.end() :]
    modern = _SYSLOG_5424.match(rest)
    if modern:
        time = timestamps.ISO_TIME.match(modern.group(1))
        at = timestamps.iso_epoch(time, setting.zone) if time else None
        return Parsed(level, at, f"{modern.group(3)}: {rest[modern.end() :]}", "syslog")
    return _parse_syslog(rest, setting, level) or Parsed(level, None, rest, "syslog")


def _parse_syslog(text: str, setting: Setting, level: Level = Level.NONE) -> Parsed | None:
    time = timestamps.SYSLOG_TIME.match(text)
    if time is None:
        return None
    at = timestamps.syslog_epoch(time, setting.zone, setting.now)
    tagged = _SYSLOG_TAG.match(text, time.end())
    if tagged is None:
        return Parsed(level, at, text[time.end() :].lstrip(), "syslog")
    return _syslog(level, at, text, tagged, setting)


def _syslog(level: Level, at: float | None, text: str, tagged: re.Match[str], setting: Setting) -> Parsed:
    """Build a syslog line; where it carries no priority, its message may carry a level of its own."""
    message = text[tagged.end() :]
    if level is Level.NONE:
        inner = _parse_fields(message, setting) or _parse_leading(message)
        level = inner.level if inner else level
    return Parsed(level, at, f"{tagged.group(2)}: {message}", "syslog")


def _parse_letter(text: str, setting: Setting) -> Parsed | None:
    return _parse_syslog(text, setting) or _parse_lettered(text, setting) or _parse_other(text, setting)


def _parse_lettered(text: str, setting: Setting) -> Parsed | None:
    glog = _GLOG.match(text)
    if glog:
        letter, month, day, clock = glog.groups()
        at = timestamps.yearless_epoch(int(month), int(day), clock, setting.zone, setting.now)
        return Parsed(LEVEL_OF_LETTER[letter], at, text[glog.end() :].lstrip(), "glog")
    ruby = _RUBY.match(text)
    if ruby:
        time = timestamps.ISO_TIME.match(text, ruby.end())
        at = timestamps.iso_epoch(time, setting.zone) if time else None
        return Parsed(LEVEL_OF_LETTER[ruby.group(1)], at, text[ruby.end() - 1 :], "ruby")
    return None


def _parse_other(text: str, setting: Setting) -> Parsed | None:
    if "=" in text:
        fields = parse_logfmt(text, setting)
        if fields:
            return fields
    return parse_access(text) or _parse_leading(text)


def _parse_fields(text: str, setting: Setting) -> Parsed | None:
    """Read what follows a time or a tag where that is JSON, or logfmt with a level."""
    if text[:1] == "{":
        return parse_json(text, setting)
    return parse_logfmt(text, setting) if "level=" in text or "lvl=" in text else None


def _parse_leading(text: str) -> Parsed | None:
    level, message, name = leading_level(text)
    return Parsed(level, None, message, name) if level is not Level.NONE else None


_Parser = Callable[[str, Setting], Parsed | None]
_BY_FIRST: dict[str, _Parser] = {
    **dict.fromkeys(string.digits, _parse_digit),
    **dict.fromkeys("JFMASOND", _parse_letter),
    **dict.fromkeys("IWE", lambda text, setting: _parse_lettered(text, setting) or _parse_other(text, setting)),
    "{": parse_json,
    "[": _parse_bracket,
    "<": _parse_priority,
}

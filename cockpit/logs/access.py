"""Lines that report a request: access logs of web servers, proxies and balancers; the status gives the level."""

from __future__ import annotations

import re

from cockpit.logs import timestamps
from cockpit.logs.lazy import lazily
from cockpit.logs.levels import status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.stamps import stamp_at

_COMMON = lazily(
    r'(\S+) [^\["]*\[' + timestamps.ACCESS_TIME.pattern + r'\] "([^"\\]*+(?:\\.[^"\\]*+)*+)" (\d{3}) (.*)', re.ASCII
)
_METHOD = r"(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|CONNECT|TRACE|PROPFIND|REPORT|PRI|MKCOL|COPY|MOVE|LOCK|UNLOCK)"
# A request in quotes and a status behind it, or before it as balancers and proxy managers have it.
_REQUEST = lazily(rf'"{_METHOD} [^"]*+"(?: |: | - )(\d{{3}})(?=[\s,]|$)', re.ASCII)
_STATUS_FIRST = lazily(rf' ([1-5]\d\d) (?:[\d-]+ ){{1,5}}(?:- {_METHOD} |"{_METHOD} )', re.ASCII)
_HAPROXY = lazily(
    r"\S{1,60}:\d{1,5} \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] \S{1,100} \S{1,200} "
    r"[\d+/-]+ (?:(-1|\d{3}) )?\+?\d+ (?:\S+ \S+ )?[A-Za-z-]{2,4} ",
    re.ASCII,
)
_HAPROXY_FAILED = lazily(
    r"\S{1,60}:\d{1,5} \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] \S{1,100}/\S{1,100}: ", re.ASCII
)
_UWSGI = lazily(r"\[pid: \d+\|app: [^\]]*\] .{0,300}? \[([^\]]{24})\] .* \(HTTP/[\d.]+ (\d{3})\)", re.ASCII)
_GIN = lazily(r"(?:\[GIN\] )?(\d{4}[^|]{1,30}?) *\| *+(?:\x1b\[[\d;]*m)? *+([1-5]\d\d) *(?:\x1b\[[\d;]*m)?\|", re.ASCII)
_ELB = lazily(
    r"(?:(?:https?|h2|grpcs?|wss?) )?(\d{4}-\d\d-\d\dT[\d:.]+Z) \S+ \S+:\d+ \S+ [\d.-]+ [\d.-]+ [\d.-]+ (\d{3}|-) ",
    re.ASCII,
)
_SQUID = lazily(r"\s*(\d{10}\.\d{3}) +\d+ \S+ [A-Z_]+/(\d{3}) \d+ [A-Z]+ ", re.ASCII)
_CLOUDFRONT = lazily(r"(\d{4}-\d\d-\d\d)\t(\d\d:\d\d:\d\d)\t\S+\t\d+\t\S+\t[A-Z]+\t\S+\t\S+\t(\d{3})\t", re.ASCII)
_PROXY_MANAGER = lazily(r"\[([^\]]{20,30})\] (?:- )?(?:[\d-]+ )*?(\d{3}) (?:- )?- [A-Z]+ https? ", re.ASCII)
_BRACKET_TIME = lazily(r"\[(\d\d/(?:[A-Z][a-z]{2}|\d\d)/\d{4}[: ]\d\d:\d\d:\d\d(?: [+-]\d{4})?)\]", re.ASCII)
_MORGAN = lazily(rf"{_METHOD} \S+ (\d{{3}}) [\d.]+ ?ms\b", re.ASCII)


def parse_access(text: str, setting: Setting) -> Parsed | None:
    """Read an access log's line, whichever server's it is; None where it is none."""
    return parse_common(text) or _parse_other(text, setting)


def parse_common(text: str) -> Parsed | None:
    """Read nginx's and Apache's common and combined access log."""
    match = _COMMON.match(text) if '] "' in text else None
    if match is None:
        return None
    client, *time, request, status, rest = match.groups()
    message = f"{request} {status} {rest} {client}"
    return Parsed(status_level(int(status)), timestamps.access_epoch(*time), message, "access")


def parse_haproxy(text: str, setting: Setting) -> Parsed | None:
    """Read what HAProxy says of a request or, without a status, of a connection."""
    match = _HAPROXY.match(text)
    if match is None:
        failed = _HAPROXY_FAILED.match(text)
        return Parsed(Level.NONE, _bracket_epoch(failed.group(1), setting), text, "haproxy") if failed else None
    status = match.group(2)
    level = status_level(int(status)) if status and status != "-1" else Level.INFO
    return Parsed(level, _bracket_epoch(match.group(1), setting), text[match.end(1) + 2 :], "haproxy")


def parse_request(text: str, setting: Setting) -> Parsed | None:
    """Read a quoted request with its status, wherever in the text they stand; the time is None where none is found."""
    if '"' not in text:
        return None
    match = _REQUEST.search(text) or _STATUS_FIRST.search(text)
    if match is None:
        return None
    time = _BRACKET_TIME.search(text, 0, match.start() + 60)
    at = _bracket_epoch(time.group(1), setting) if time else None
    return Parsed(status_level(int(match.group(1))), at, text, "access")


def parse_balancer(text: str, setting: Setting) -> Parsed | None:
    """Read a line of AWS's load balancers, classic or application; one without a status got no answer."""
    elb = _ELB.match(text) if "Z " in text[:60] else None
    if elb is None:
        return None
    status = elb.group(2)
    level = status_level(int(status)) if status != "-" else Level.ERROR
    return Parsed(level, _epoch(elb.group(1), setting), text[elb.end(1) + 1 :], "elb")


def _parse_other(text: str, setting: Setting) -> Parsed | None:
    first = text[:1]
    if first == "[" or "0" <= first <= "9":
        uwsgi = _UWSGI.match(text)
        if uwsgi:
            stamp = stamp_at(uwsgi.group(1), 0, setting)
            return Parsed(status_level(int(uwsgi.group(2))), stamp and stamp.at, text[uwsgi.end(1) + 2 :], "uwsgi")
        gin = _GIN.match(text)
        if gin:
            return Parsed(status_level(int(gin.group(2))), _epoch(gin.group(1), setting), text[gin.end(1) :], "gin")
        squid = _SQUID.match(text)
        if squid:
            at = timestamps.field_epoch(float(squid.group(1)), setting.zone)
            return Parsed(status_level(int(squid.group(2))), at, text[squid.end(1) :].lstrip(), "squid")
        cloudfront = _CLOUDFRONT.match(text) if "\t" in text else None
        if cloudfront:
            day, clock, status = cloudfront.groups()
            return Parsed(status_level(int(status)), _epoch(f"{day} {clock}Z", setting), text, "cloudfront")
        proxied = _PROXY_MANAGER.match(text)
        if proxied:
            return Parsed(
                status_level(int(proxied.group(2))), _bracket_epoch(proxied.group(1), setting), text, "access"
            )
        haproxy = parse_haproxy(text, setting)
        if haproxy:
            return haproxy
    balanced = parse_balancer(text, setting)
    if balanced:
        return balanced
    morgan = _MORGAN.match(text)
    if morgan:
        return Parsed(status_level(int(morgan.group(1))), None, text, "access")
    return parse_request(text, setting) if _BRACKET_TIME.search(text, 0, 300) else None


def _epoch(text: str, setting: Setting) -> float | None:
    match = timestamps.ISO_TIME.match(text)
    if match:
        return timestamps.iso_epoch(match, setting.zone)
    stamp = stamp_at(text, 0, setting)
    return stamp.at if stamp else None


def _bracket_epoch(text: str, setting: Setting) -> float | None:
    stamp = stamp_at(text, 0, setting)
    return stamp.at if stamp else None

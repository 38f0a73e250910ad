"""From a line to its level, time and message, whatever format it has.

The first character says which formats to try; to add a format, write its function and name it in `_BY_FIRST`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from cockpit.logs import timestamps
from cockpit.logs.access import parse_access, parse_haproxy
from cockpit.logs.after_time import parse_after_time, postgres_detail, timed_name
from cockpit.logs.codes import coded_level, parse_cef
from cockpit.logs.fields import parse_json, parse_logfmt
from cockpit.logs.header import leading_level, level_after
from cockpit.logs.java_servers import parse_weblogic
from cockpit.logs.lazy import lazily
from cockpit.logs.lettered import parse_lettered, parse_tornado
from cockpit.logs.levels import LEVEL_OF_LETTER, SYSLOG_SEVERITIES, named_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.special import parse_special
from cockpit.logs.stamps import stamp_at, stamp_epoch

_PRIORITY = lazily(r"<(\d{1,3})>")
_SYSLOG_5424 = lazily(r"1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*+\])+)(?: |$)")
_SYSLOG_TAG = lazily(r" (\S*[^\s:]) ([\w./@+()-]+)(?:\[\d+\])?: ")
_SHORT_TAG = lazily(r"( )([\w./@+-]+)\[[\w.-]+\]: ")
_APACHE_ERROR = lazily(r"\[" + timestamps.APACHE_ERROR_TIME.pattern + r"\] \[(?:\w*:)?(\w+)\]", re.ASCII)
_CRI = lazily(r" (?:stdout|stderr) [FP] ")
_JUL = lazily(r"[A-Z][a-z]{2} \d{1,2}, \d{4} [\d:]+ [AP]M [\w.$]+ ", re.ASCII)
_OLD_REDIS = lazily(rf"\[\d+\] (\d\d) ({timestamps.MONTH}) (\d\d:\d\d:\d\d)(?:\.\d+)? ([.*#-]) ", re.ASCII)
_NEST = lazily(r"\[Nest\] +\d+ +- +", re.ASCII)
_KITCHEN = lazily(r"\d{1,2}:\d\d(?::\d\d)?[AP]M(?= )", re.ASCII)  # zerolog's
_REDIS = lazily(r"\d+:[A-Z] (?=\d)|\d+:signal-handler ", re.ASCII)
_REDIS_MARKS = {" . ": Level.DEBUG, " - ": Level.DEBUG, " * ": Level.NOTICE, " # ": Level.WARNING}
_BLUE_GENE = lazily(r"\S{1,20} 1\d{9} \d{4}\.\d\d\.\d\d \S+ (?=\d{4}-|[A-Z][a-z]{2} )", re.ASCII)
_LATER_TIME = lazily(r"(?<![\d:.])\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d")
_HEAD = 100  # characters in which a time that does not begin the line is looked for
_DEPTH = 3  # a line within a line within a line


def parse(text: str, setting: Setting, depth: int = 0) -> Parsed | None:
    """Return what the line's format says of it; None where it has none that is known."""
    found = _BY_FIRST.get(text[:1], _parse_other)(text, setting, depth)
    if found is None and depth == 0:
        return _parse_later_time(text, setting)
    return found


def _parse_digit(text: str, setting: Setting, depth: int) -> Parsed | None:
    time = timestamps.ISO_TIME.match(text)
    if time:
        return _parse_iso(text, time, time.end(), setting, depth)
    clock = timestamps.CLOCK_TIME.match(text)
    if clock:
        level, message = level_after(text, clock.end())
        return Parsed(level, None, message, "plain")
    kitchen = _KITCHEN.match(text)
    if kitchen:
        level, message = level_after(text, kitchen.end())
        return Parsed(level, None, message, "plain")
    redis = _REDIS.match(text)
    if redis:
        return _parse_redis(text, redis.end(), setting)
    return parse_access(text, setting) or _parse_stamped(text, 0, setting, depth)


def _parse_redis(text: str, position: int, setting: Setting) -> Parsed:
    stamp = stamp_at(text, position, setting)
    if stamp is None:
        return Parsed(Level.NONE, None, text, "redis")
    level = _REDIS_MARKS.get(text[stamp.end : stamp.end + 3], Level.NONE)
    return Parsed(level, stamp.at, text[stamp.end + 3 :], "redis")


def _parse_old_redis(match: re.Match[str], setting: Setting) -> Parsed:
    day, month, clock, mark = match.groups()
    number = timestamps.MONTHS.index(month) + 1
    at = timestamps.yearless_epoch(number, int(day), clock, setting.zone, setting.now)
    return Parsed(_REDIS_MARKS[f" {mark} "], at, match.string[match.end() :], "redis")


def _parse_iso(text: str, time: re.Match[str], end: int, setting: Setting, depth: int) -> Parsed:
    at = timestamps.iso_epoch(time, setting.zone)
    return _parse_timed(text, at, end, setting, depth, timed_name(text, time, end), "T" in time.group(1))


def _parse_timed(
    text: str, at: float | None, end: int, setting: Setting, depth: int, name: str = "plain", tagged: bool = True
) -> Parsed:
    """Read what follows a time that ends at `end`; `tagged` where that may be syslog's host and tag."""
    if text.startswith(" std", end) and (cri := _CRI.match(text, end)):
        return _within(text[cri.end() :], at, setting, depth, "cri")
    rest = text[end:].lstrip()
    inner = _parse_fields(rest, setting)
    if inner:
        return inner._replace(at=at)
    level, message = level_after(text, end)
    if level is not Level.NONE:
        return Parsed(level, at, message, name)
    follows = postgres_detail(text, end)
    if follows is not None:
        return Parsed(level, at, rest, "postgres", follows=follows)
    tag = (_SYSLOG_TAG.match(text, end) or _SHORT_TAG.match(text, end)) if tagged else None
    if tag:
        return _syslog(Level.NONE, at, text, tag, setting, depth)
    found = parse_after_time(text, end, rest, setting)
    if found:
        return found._replace(at=at)
    return _nested(rest, at, setting, depth) or Parsed(level, at, message, name)


def _nested(rest: str, at: float | None, setting: Setting, depth: int) -> Parsed | None:
    """Read a line of its own behind the time, such as another time and a level."""
    if depth >= _DEPTH or not ("0" <= rest[:1] <= "9" or rest[:1] in "[@"):
        time = _LATER_TIME.search(rest, 0, _HEAD) if depth == 0 else None
        if time is None:
            return None
        rest = rest[time.start() :]
    inner = parse(rest, setting, depth + 1)
    return inner._replace(at=at) if inner and inner.level is not Level.NONE else None


def _within(rest: str, at: float | None, setting: Setting, depth: int, name: str) -> Parsed:
    """Read a line that another program has wrapped."""
    inner = parse(rest.lstrip(), setting, depth + 1) if depth < _DEPTH else None
    return inner._replace(at=at if at is not None else inner.at) if inner else Parsed(Level.NONE, at, rest, name)


def _parse_bracket(text: str, setting: Setting, depth: int) -> Parsed | None:
    time = timestamps.ISO_TIME.match(text, 1)
    if time:
        return _parse_iso(text, time, time.end() + (text[time.end() : time.end() + 1] == "]"), setting, depth)
    clock = timestamps.CLOCK_TIME.match(text, 1)
    if clock:
        level, message = level_after(text, clock.end())
        return Parsed(level, None, message, "plain")
    old_redis = _OLD_REDIS.match(text)
    if old_redis:
        return _parse_old_redis(old_redis, setting)
    nest = _NEST.match(text)
    if nest and (found := _parse_stamped(text, nest.end(), setting, depth)):
        return found._replace(format="nest")
    apache = _APACHE_ERROR.match(text)
    if apache:
        *stamp, word = apache.groups()
        at = timestamps.apache_error_epoch(*stamp, zone=setting.zone)
        return Parsed(named_level(word.rstrip(string.digits)), at, text[apache.end() :].lstrip(), "apache-error")
    return (
        parse_tornado(text, setting)
        or parse_access(text, setting)
        or _parse_stamped(text, 1, setting, depth)
        or parse_special(text)
        or _parse_leading(text, setting)
    )


def _parse_stamped(text: str, start: int, setting: Setting, depth: int, *, tagged: bool = False) -> Parsed | None:
    """Read a line that begins, after `start` characters, with one of the rarer times."""
    stamp = stamp_at(text, start, setting)
    if stamp is None:
        return None
    end = stamp.end
    while text[end : end + 1] and text[end] in ']"':
        end += 1
    return _parse_timed(text, stamp.at, end, setting, depth, tagged=tagged)


def _parse_priority(text: str, setting: Setting, depth: int) -> Parsed | None:
    priority = _PRIORITY.match(text)
    if priority is None:
        return parse_weblogic(text, setting) or parse_special(text)
    level = SYSLOG_SEVERITIES[int(priority.group(1)) & 7]
    rest = text[priority.end() :]
    modern = _SYSLOG_5424.match(rest)
    if modern:
        time = timestamps.ISO_TIME.match(modern.group(1))
        at = timestamps.iso_epoch(time, setting.zone) if time else None
        return Parsed(level, at, f"{modern.group(3)}: {rest[modern.end() :]}", "syslog")
    return _parse_syslog(rest, setting, depth, level) or Parsed(level, None, rest, "syslog")


def _parse_syslog(text: str, setting: Setting, depth: int, level: Level = Level.NONE) -> Parsed | None:
    time = timestamps.SYSLOG_TIME.match(text)
    if time is None:
        return None
    at = timestamps.syslog_epoch(time, setting.zone, setting.now)
    tagged = _SYSLOG_TAG.match(text, time.end())
    if tagged is None:
        rest = text[time.end() :].lstrip()
        return Parsed(level or coded_level(rest), at, rest, "syslog")
    return _syslog(level, at, text, tagged, setting, depth)


def _syslog(level: Level, at: float | None, text: str, tagged: re.Match[str], setting: Setting, depth: int) -> Parsed:
    """Build a syslog line; where it carries no priority, its message may carry a level of its own."""
    message = text[tagged.end() :]
    if level is Level.NONE:
        inner = _parse_fields(message, setting)
        if inner is None and depth < _DEPTH:
            inner = parse_haproxy(message, setting) or parse(message.lstrip(), setting, depth + 1)
        if inner and inner.format == "haproxy":
            return inner._replace(at=at)
        level = inner.level if inner else coded_level(message)
    return Parsed(level, at, f"{tagged.group(2)}: {message}", "syslog")


def _parse_letter(text: str, setting: Setting, depth: int) -> Parsed | None:
    return (
        _parse_syslog(text, setting, depth)
        or parse_lettered(text, setting)
        or _parse_dated(text, setting, depth)
        or _parse_other(text, setting, depth)
    )


def _parse_dated(text: str, setting: Setting, depth: int) -> Parsed | None:
    """Read a line that begins with a weekday or a month; syslog's may have a fraction."""
    found = _parse_stamped(text, 0, setting, depth, tagged=text[:3] in timestamps.MONTHS)
    if found and found.level is Level.NONE and _JUL.match(text):
        return found._replace(format="jul")
    return found


def _parse_quote(text: str, setting: Setting, depth: int) -> Parsed | None:
    time = timestamps.ISO_TIME.match(text, 1)
    if time:
        return _parse_iso(text, time, time.end() + 1, setting, depth)
    return _parse_other(text, setting, depth)


def _parse_other(text: str, setting: Setting, _depth: int) -> Parsed | None:
    if "=" in text:
        fields = parse_logfmt(text, setting)
        if fields:
            return fields
    return parse_access(text, setting) or parse_special(text) or parse_cef(text) or _parse_leading(text, setting)


def _parse_fields(text: str, setting: Setting) -> Parsed | None:
    """Read what follows a time or a tag where that is JSON, or logfmt with a level."""
    if text[:1] == "{":
        return parse_json(text, setting)
    return parse_logfmt(text, setting) if "level=" in text or "lvl=" in text else None


def _parse_leading(text: str, setting: Setting) -> Parsed | None:
    level, message, name = leading_level(text)
    if level is Level.NONE:
        return None
    time = _LATER_TIME.search(text, 0, _HEAD)
    return Parsed(level, stamp_epoch(text[time.start() :], setting) if time else None, message, name)


def _parse_later_time(text: str, setting: Setting) -> Parsed | None:
    """Read a line whose time stands after something else: a file's name, a client, a thread."""
    blue_gene = _BLUE_GENE.match(text)
    if blue_gene:
        return parse(text[blue_gene.end() :], setting, depth=1)
    time = _LATER_TIME.search(text, 0, _HEAD)
    if time is None:
        return None
    found = parse(text[time.start() :].lstrip(), setting, depth=1)
    if found is None:
        return None
    before = text[: time.start()]
    if found.level is Level.NONE and (level := _level_before(before)):
        found = found._replace(level=level)
    return found._replace(message=text) if before.strip() else found


_BEFORE = lazily(r"[(\[|:]([A-Z][a-z]{0,8}|[A-Z]{1,9})[)\]|:]{1,2}[\s|:\[-]*$")


def _level_before(before: str) -> Level:
    """Return the level that stands, set off, right before the time."""
    match = _BEFORE.search(before)
    if match is None:
        return Level.NONE
    word = match.group(1)
    return LEVEL_OF_LETTER.get(word, Level.NONE) if len(word) == 1 else named_level(word)


_Parser = Callable[[str, Setting, int], Parsed | None]


def _parse_glog_or_other(text: str, setting: Setting, depth: int) -> Parsed | None:
    return parse_lettered(text, setting) or _parse_letter(text, setting, depth)


def _parse_object(text: str, setting: Setting, depth: int) -> Parsed | None:
    found = parse_json(text, setting)
    if found and found.inner and depth < _DEPTH:
        return _within(found.inner, found.at, setting, depth, "docker-json")
    return found


def _parse_hash(text: str, setting: Setting, depth: int) -> Parsed | None:
    return parse_weblogic(text, setting) or _parse_other(text, setting, depth)


_BY_FIRST: dict[str, _Parser] = {
    **dict.fromkeys(string.digits, _parse_digit),
    **dict.fromkeys("JFMASONDT", _parse_letter),
    **dict.fromkeys("IWEV", _parse_glog_or_other),
    "{": _parse_object,
    "[": _parse_bracket,
    "<": _parse_priority,
    "#": _parse_hash,
    '"': _parse_quote,
    "@": lambda text, setting, depth: _parse_stamped(text, 0, setting, depth),
}

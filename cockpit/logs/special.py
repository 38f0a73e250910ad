"""Formats of single programs that begin with something of their own: neither a time nor a level's name."""

from __future__ import annotations

from datetime import UTC

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import named_level, status_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed
from cockpit.logs.timestamps import ISO_TIME, iso_epoch

# `kern  :err   : [ 12.3] x` as `dmesg -x` writes it.
_DMESG = lazily(r"(?:kern|user|daemon|syslog|auth\w*)\s*:(\w+)\s*: ")
_KERNEL = lazily(r"\[ *\d+\.\d{6}\]")
_XORG = lazily(r"(?:\[ *\d+\.\d{3}\] )?\((EE|WW|II|--|\*\*|==|\+\+|!!)\) ")
_XORG_LEVELS = {"EE": Level.ERROR, "WW": Level.WARNING, "!!": Level.NOTICE}
_RABBIT = lazily(r"=(\w+) REPORT==== ")
_EVENT_XML = lazily(r"<Level>(\d)</Level>")
_LOG4J_XML = lazily(r"<log4j:event [^>]*\blevel=\"(\w+)\"")
_RAILS_COMPLETED = lazily(r"Completed (\d{3}) ")
_RAILS = lazily(r"(?:Started [A-Z]+ \"|Processing by \w|  Parameters: \{|Rendered )")
_RAILS_STARTED = lazily(r"Started [A-Z]+ \".{0,2000}\" for \S+ at (?=\d{4}-)")
_THREADED = lazily(r"[\w.-]{1,60}::([A-Z]{4,8})::")
_RUST_PANIC = lazily(r"thread '[^']*' (?:\(\d+\) )?panicked at ")
_EVENT_LEVELS = (Level.INFO, Level.FATAL, Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG)
_EVENT_CSV = lazily(r"(Information|Warning|Error|Critical|Verbose),\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4} ")
_MYSQL_SLOW = lazily(r"# (?:Time|User@Host|Query_time|Thread_id|Schema): ")


def parse_special(text: str) -> Parsed | None:
    """Read the line of one of these programs; None where it is none of theirs."""
    first = text[:1]
    if first == "[":
        return _bracket(text)
    if first == "(":
        return _xorg(text)
    if first == "<":
        return _xml(text)
    if first == "=":
        report = _RABBIT.match(text)
        return Parsed(named_level(report.group(1)), None, text, "erlang") if report else None
    if first == "#":
        slow = _MYSQL_SLOW.match(text)
        return Parsed(Level.NONE, None, text, "mysql-slow", follows=not text.startswith("# Time")) if slow else None
    return _worded(text)


def _bracket(text: str) -> Parsed | None:
    kernel = _KERNEL.match(text)
    if kernel:
        return Parsed(Level.NONE, None, text[kernel.end() :].lstrip(), "kernel")
    return _xorg(text)


def _xorg(text: str) -> Parsed | None:
    found = _XORG.match(text)
    return Parsed(_XORG_LEVELS.get(found.group(1), Level.INFO), None, text, "xorg") if found else None


def _xml(text: str) -> Parsed | None:
    if text.startswith("<Event"):
        level = _EVENT_XML.search(text)
        number = int(level.group(1)) if level else 0
        return Parsed(_EVENT_LEVELS[number] if number < len(_EVENT_LEVELS) else Level.NONE, None, text, "windows")
    log4j = _LOG4J_XML.match(text)
    return Parsed(named_level(log4j.group(1)), None, text, "log4j") if log4j else None


def _worded(text: str) -> Parsed | None:
    if text.startswith("- <Event"):
        return _xml(text[2:])
    completed = _RAILS_COMPLETED.match(text)
    if completed:
        return Parsed(status_level(int(completed.group(1))), None, text, "rails")
    if _RAILS.match(text):
        started = _RAILS_STARTED.match(text)
        time = ISO_TIME.match(text, started.end()) if started else None
        return Parsed(Level.NONE, iso_epoch(time, UTC) if time else None, text, "rails")
    dmesg = _DMESG.match(text)
    if dmesg and (level := named_level(dmesg.group(1))):
        return Parsed(level, None, text[dmesg.end() :], "kernel")
    threaded = _THREADED.match(text)
    if threaded and (level := named_level(threaded.group(1))):
        return Parsed(level, None, text[threaded.end() :], "plain")
    if _RUST_PANIC.match(text):
        return Parsed(Level.FATAL, None, text, "rust")
    if text.startswith("fatal error: "):
        return Parsed(Level.FATAL, None, text, "go")
    event = _EVENT_CSV.match(text)
    return Parsed(named_level(event.group(1)), None, text[event.end(1) + 1 :], "windows") if event else None

"""Lines whose first letter is their level: glog's, Ruby's logger's, Android's, and Tornado's in a bracket."""

from __future__ import annotations

import re

from cockpit.logs import timestamps
from cockpit.logs.lazy import lazily
from cockpit.logs.levels import LEVEL_OF_LETTER
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.stamps import stamp_epoch

_GLOG = lazily(r"([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d)\.\d{1,6} +\d+ [^\s\]]+\]", re.ASCII)
_COCKROACH = lazily(r"([IWEF])(\d\d)(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{6}) \d+ (?:\d+@)?[\w./-]+:\d+ ", re.ASCII)
_RUBY = lazily(r"([DIWEF]), \[(?=\d{4}-)", re.ASCII)
_LOGCAT = lazily(r"([VDIWEF])/[^(\n]{1,60}\( *\d+\): ", re.ASCII)  # in its "brief" and "time" formats
_TORNADO = lazily(r"\[([DIWEC]) ((?:[\d-]{6,10} )?[\d:.]{8,12}) ", re.ASCII)


def parse_lettered(text: str, setting: Setting) -> Parsed | None:
    """Read glog's line, Ruby's or Android's; None where it is none of them."""
    glog = _GLOG.match(text)
    if glog:
        letter, month, day, clock = glog.groups()
        at = timestamps.yearless_epoch(int(month), int(day), clock, setting.zone, setting.now)
        return Parsed(LEVEL_OF_LETTER[letter], at, text[glog.end() :].lstrip(), "glog")
    cockroach = _COCKROACH.match(text)
    if cockroach:
        letter, *date, clock = cockroach.groups()
        at = stamp_epoch(f"20{'-'.join(date)} {clock}", setting)
        return Parsed(LEVEL_OF_LETTER[letter], at, text[cockroach.end() :].lstrip(), "glog")
    ruby = _RUBY.match(text)
    if ruby:
        time = timestamps.ISO_TIME.match(text, ruby.end())
        at = timestamps.iso_epoch(time, setting.zone) if time else None
        return Parsed(LEVEL_OF_LETTER[ruby.group(1)], at, text[ruby.end() - 1 :], "ruby")
    logcat = _LOGCAT.match(text)
    return Parsed(LEVEL_OF_LETTER[logcat.group(1)], None, text[2:], "logcat") if logcat else None


def parse_tornado(text: str, setting: Setting) -> Parsed | None:
    """Read `[E 260701 12:00:00 web:1971] message`."""
    tornado = _TORNADO.match(text)
    if tornado is None:
        return None
    return Parsed(
        LEVEL_OF_LETTER[tornado.group(1)], stamp_epoch(tornado.group(2), setting), text[tornado.end() :], "tornado"
    )

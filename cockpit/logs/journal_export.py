"""journald's export format: a field a line, a blank line after each entry; the priority's line stands for the entry."""

from __future__ import annotations

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import SYSLOG_SEVERITIES
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.timestamps import field_epoch

_NAME = "journald"
_PRIORITIES = frozenset("01234567")
_FIELD = lazily(r"_{0,2}[A-Z][A-Z0-9_]{2,63}=")
_OF_JOURNAL = lazily(r"__(?:CURSOR|REALTIME_TIMESTAMP|MONOTONIC_TIMESTAMP|SEQNUM|SEQNUM_ID)=|_[A-Z][A-Z_]+=")


def parse(text: str, setting: Setting) -> Parsed | None:
    """Read one field; None for any other line."""
    if not _FIELD.match(text):
        return None
    name, _, value = text.partition("=")
    if name == "PRIORITY" and (value := value.strip()) in _PRIORITIES:
        return Parsed(SYSLOG_SEVERITIES[int(value)], None, text, _NAME)
    if name == "__REALTIME_TIMESTAMP":
        return Parsed(Level.NONE, field_epoch(value, setting.zone), text, _NAME)
    if name in ("MESSAGE", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY", "SYSLOG_PID") or _OF_JOURNAL.match(text):
        return Parsed(Level.NONE, None, value if name == "MESSAGE" else text, _NAME)
    return None

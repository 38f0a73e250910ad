"""The logs of Java's application servers, which tell their levels in columns of their own: WebSphere and WebLogic.

WebSphere's: https://www.ibm.com/docs/en/was/9.0.5?topic=files-jvm-log-interpretation, "event type". WebLogic's:
https://docs.oracle.com/middleware/12213/wls/WLLOG/logging_services.htm, "message attributes".
"""

from __future__ import annotations

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import named_level
from cockpit.logs.line import Level
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.stamps import stamp_at

_WEBSPHERE = lazily(r" [0-9a-f]{8} \S[^ ]{0,60} *([FEWAICDORZ123<>]) ")
# What went to the streams (O and R) has no level: a stream is none.
_EVENT_TYPES = {
    "F": Level.FATAL,
    "E": Level.ERROR,
    "W": Level.WARNING,
    "A": Level.NOTICE,
    "I": Level.INFO,
    "C": Level.INFO,
    "D": Level.DEBUG,
    **dict.fromkeys("123<>", Level.TRACE),
}
_WEBLOGIC = lazily(r"(?:####)?<(?=[A-Z][a-z]{2} \d{1,2}, \d{4} )")
_SEVERITY = lazily(r"> ?<(\w+)> ?<")


def parse_websphere(text: str, end: int, rest: str) -> Parsed | None:
    """Read what stands behind the time of a line of SystemOut.log; its own time is left out."""
    found = _WEBSPHERE.match(text, end)
    return Parsed(_EVENT_TYPES.get(found.group(1), Level.NONE), None, rest, "websphere") if found else None


def parse_weblogic(text: str, setting: Setting) -> Parsed | None:
    """Read a line of a server's log, or of its standard output, which has fewer columns."""
    begin = _WEBLOGIC.match(text)
    stamp = stamp_at(text, begin.end(), setting) if begin else None
    severity = _SEVERITY.match(text, stamp.end) if stamp else None
    if stamp is None or severity is None:
        return None
    return Parsed(named_level(severity.group(1)), stamp.at, text[severity.end() - 1 :], "weblogic")

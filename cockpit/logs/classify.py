"""A log's lines classified one after the other, stack traces with the record they belong to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, tzinfo

from cockpit.logs.formats import parse
from cockpit.logs.line import Level, LogLine
from cockpit.logs.parsed import Parsed, Setting

# Lines at the left margin that belong to a trace: Python's, Java's and Go's.
_TRACE = re.compile(
    r"Traceback \(most recent call last\):|(?:Caused by|Suppressed): |During handling of the above exception"
    r"|The above exception was the direct cause|\.{3} \d+ more|goroutine \d+ \[|created by |exit status \d+$"
    r"|(?:[A-Za-z_$][\w$]*\.)*[A-Z]\w*(?:Error|Exception|Throwable|Interrupt|Exit|Group|Warning)(?:: |:$|$)"
)
# What starts a trace of its own, where no record before it reports an error.
_UNCAUGHT = re.compile(r"Traceback \(most recent call last\):|Exception in thread ")
_GO_STACK = re.compile(r"goroutine \d+ \[")
_GO_FRAME = re.compile(r"[\w./$*()\[\]{}·-]+\(.*\)$")
_TEXT = "text"
_TRACE_FORMAT = "trace"


class Classifier:
    """Classifies the lines of one log in their order; `zone` is that of times that name none.

    `clock` (epoch seconds) tells the year of dates that carry none.
    """

    def __init__(self, source: str, *, zone: tzinfo = UTC, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._zone = zone
        self._clock = clock
        self._record: Parsed | None = None  # what a continuation would belong to
        self._awaits_exception = False  # a Python traceback ends in one line at the margin
        self._in_go_stack = False  # whose frames stand at the margin

    def classify(self, text: str) -> LogLine:
        """Return the next line with its level, time, format and message."""
        if not text.strip():
            self._in_go_stack = False
            return LogLine(text, Level.NONE, None, self._source, _TEXT, text)
        if self._record is not None and self._continues(text):
            return self._follow(text, self._record, text)
        awaits_exception, self._awaits_exception, self._in_go_stack = self._awaits_exception, False, False
        if _UNCAUGHT.match(text):
            self._awaits_exception = text.startswith("Traceback")
            parsed: Parsed | None = Parsed(Level.ERROR, None, text, _TRACE_FORMAT)
        else:
            parsed = parse(text.lstrip(), Setting(self._zone, self._clock()))
        if parsed is None:
            if awaits_exception and self._record is not None:
                return self._follow(text, self._record, text)
            self._record = None
            return LogLine(text, Level.NONE, None, self._source, _TEXT, text)
        if parsed.follows and self._record is not None:
            return self._follow(text, self._record, parsed.message)
        self._record = parsed
        return LogLine(text, parsed.level, parsed.at, self._source, parsed.format, parsed.message)

    def _continues(self, text: str) -> bool:
        """Whether this line belongs to the record before it, and what that means for the next one."""
        if text[0] in " \t" or (self._in_go_stack and _GO_FRAME.match(text)):
            return True
        if self._record is None or self._record.level < Level.WARNING:
            return False
        if _TRACE.match(text):
            self._awaits_exception = text.startswith("Traceback")
            self._in_go_stack = _GO_STACK.match(text) is not None
            return True
        # Node's way to print what was thrown; in a log without times it is a record of its own.
        return self._record.at is not None and text.startswith("Error: ")

    def _follow(self, text: str, record: Parsed, message: str) -> LogLine:
        return LogLine(text, record.level, record.at, self._source, record.format, message, continuation=True)

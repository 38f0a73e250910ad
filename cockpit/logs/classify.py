"""A log's lines classified one after the other, stack traces with the record they belong to."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo

import msgspec

from cockpit.logs import journal_export
from cockpit.logs.colours import without_colours
from cockpit.logs.columns import Columns
from cockpit.logs.folds import Folds
from cockpit.logs.formats import parse
from cockpit.logs.lazy import lazily
from cockpit.logs.line import Level, LogLine
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.wrapped import Wrapped, unwrap

# Lines at the left margin that belong to a trace: Python's, Java's, Go's, .NET's, PHP's, Ruby's, Node's and Rust's.
_TRACE = lazily(
    r"Traceback \(most recent call last\):|(?:Caused by|Suppressed): |During handling of the above exception"
    r"|The above exception was the direct cause|\.{3} \d+ more|goroutine \d+ \[|created by |exit status \d+$"
    r"|--- End of |Stack trace:$|\[(?:previous )?(?:exception|stacktrace)\]|#\d+ |\"\}\s*$|thrown in "
    r"|\S+\.(?:rb|js|ts|mjs|cjs):\d+|Node\.js v\d|note: run with `RUST_BACKTRACE|stack backtrace:|--> "
    r"|(?:at|in) [\w.$<>]+\(|[\w.-]+(?:/[\w.@~-]+)+\.[\w.()*\[\]]+$"
    r"|(?:[A-Za-z_$][\w$]*(?:\.|::))*[A-Z]\w*(?:Error|Exception|Throwable|Interrupt|Exit|Group|Warning)(?:: |:$|$| \()"
)
# What starts a trace of its own, where no record before it reports an error.
_UNCAUGHT = lazily(
    r"Traceback \(most recent call last\):|Exception in thread |Unhandled exception\. |Uncaught (?:\w+Error|Exception)"
    r"|Unhandled Exception: "
)
_GO_STACK = lazily(r"goroutine \d+ \[")
_GO_FRAME = lazily(r"[\w./$*()\[\]{}·-]+\(.*\)$")
# What a terminal obeys, raw or as syslog daemons and JSON escape it.
_ANSI = lazily(r"(?:\x1b|#033|\\x1b|\\u001b)\[[\d;?]*[A-Za-z]|\x1b\([A-Z]")
_COMPOSE = lazily(r"[\w.-]{1,64} *\| ")
_TEXT = "text"
_TRACE_FORMAT = "trace"
_SERVICES = 64  # of one log with docker compose's prefixes


class _State:
    """What the lines so far mean for the next one."""

    def __init__(self) -> None:
        self.record: Parsed | None = None  # what a continuation would belong to
        self.margin = 0  # how far that record itself is indented
        self.awaits_exception = False  # a Python traceback ends in one line at the margin
        self.in_go_stack = False  # whose frames stand at the margin


class Classifier:
    """Classifies the lines of one log in their order; `zone` is that of times that name none.

    `clock` (epoch seconds) tells the year of dates that carry none; `folds` are shared by logs whose lines are in one
    order.
    """

    def __init__(
        self, source: str, *, zone: tzinfo = UTC, clock: Callable[[], float] = time.time, folds: Folds | None = None
    ) -> None:
        self._source = source
        self._zone = zone
        self._clock = clock
        self._columns = Columns()
        self._states: dict[str, _State] = {"": _State()}  # by docker compose's prefix
        self.folds = Folds(zone, clock) if folds is None else folds

    @property
    def by_columns(self) -> bool:
        """Whether the log has named its columns, so that any line may be a row."""
        return self._columns.known

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours the first is, where none before it is known."""
        if self.folds.last is None:
            scout = Classifier(self._source, zone=self._zone, clock=self._clock, folds=self.folds.ahead())
            self.folds.foresee(scout.classify(text).at for text in texts)

    def classify(self, text: str) -> LogLine:
        """Return the next line with its level, time, format and message; never raises, but warns of our mistakes."""
        try:
            if "\x1b" in text or "033[" in text or "1b[" in text:
                return self._classify_escaped(text)
            return self._unwrapped(text, text)
        except Exception as error:  # one line that we do not read well must not end the reading of its log
            # Nothing of the error's own text: it may quote the line, which may hold a secret.
            told = f"a log line that brings a {type(error).__name__} is shown as plain text: please report it"
            warnings.warn(told, RuntimeWarning, stacklevel=1)
            plain = without_colours(text)
            return LogLine(plain, Level.NONE, None, self._source, _TEXT, plain, raw=text if text != plain else "")

    def _classify_escaped(self, raw: str) -> LogLine:
        """Read a line with escapes in it; those that are not about colours stay in its text and message."""
        text = without_colours(raw)
        line = self._unwrapped(text, _ANSI.sub("", text))
        message = text if "\x1b" in text else line.message
        return msgspec.structs.replace(line, message=message, raw=raw if raw != text else "")

    def _unwrapped(self, text: str, plain: str) -> LogLine:
        wrapped = unwrap(plain, self._zone)
        if wrapped is not None:
            return self._classify(text, wrapped.text, self._state(wrapped.stream), wrapped)
        prefix = _COMPOSE.match(plain) if "| " in plain[:70] else None
        if prefix is None:
            return self._classify(text, plain, self._states[""])
        return self._classify(text, plain[prefix.end() :], self._state(prefix.group()))

    def _state(self, service: str) -> _State:
        if service not in self._states and len(self._states) > _SERVICES:
            service = ""
        return self._states.setdefault(service, _State())

    def _classify(self, text: str, plain: str, state: _State, wrapped: Wrapped | None = None) -> LogLine:
        """Return the line `text`, whose part without colours, prefixes and wrapping is `plain`."""
        nothing = LogLine(
            text, Level.NONE, wrapped and wrapped.at, self._source, wrapped.format if wrapped else _TEXT, plain
        )
        if not plain.strip():
            state.in_go_stack = False
            return nothing
        if state.record is not None and self._continues(plain, state, state.record):
            return self._follow(text, state.record, plain)
        awaits_exception, state.awaits_exception, state.in_go_stack = state.awaits_exception, False, False
        if _UNCAUGHT.match(plain):
            state.awaits_exception = plain.startswith("Traceback")
            parsed: Parsed | None = Parsed(Level.ERROR, None, plain, _TRACE_FORMAT)
        else:
            parsed = self._parse(plain, Setting(self._zone, self._clock()))
        if parsed is None:
            if awaits_exception and state.record is not None:
                return self._follow(text, state.record, plain)
            state.record = None
            return nothing
        if parsed.follows and state.record is not None:
            return self._follow(text, state.record, parsed.message)
        if wrapped is not None and wrapped.at is not None:
            parsed = parsed._replace(at=wrapped.at)
        elif (at := parsed.at) is None:
            if state.record is not None and state.record.format == "jul":
                # java.util.logging has the time on one line, and level and message on the next.
                parsed = parsed._replace(at=state.record.at)
        elif not self.folds.even_from <= at < self.folds.even_until:
            parsed = parsed._replace(at=self.folds.meant(at, lambda zone: self._time_in(zone, plain)))
        state.record = parsed
        state.margin = len(plain) - len(plain.lstrip())
        return LogLine(text, parsed.level, parsed.at, self._source, parsed.format, parsed.message)

    def _parse(self, plain: str, setting: Setting) -> Parsed | None:
        if plain[0] == "#" and (directive := self._columns.directive(plain)):
            return directive
        if self._columns.known and (row := self._columns.read(plain, setting)):
            return row
        return journal_export.parse(plain, setting) or parse(plain.lstrip(), setting)

    def _time_in(self, zone: tzinfo, plain: str) -> float | None:
        parsed = self._parse(plain, Setting(zone, self._clock()))
        return None if parsed is None else parsed.at

    def _continues(self, plain: str, state: _State, record: Parsed) -> bool:
        """Whether this line belongs to the record before it, and what that means for the next one."""
        if plain[0] in " \t" and (state.margin == 0 or len(plain) - len(plain.lstrip()) > state.margin):
            return True
        if state.in_go_stack and _GO_FRAME.match(plain):
            return True
        if record.level < Level.WARNING:
            return False
        if _TRACE.match(plain):
            state.awaits_exception = plain.startswith("Traceback")
            state.in_go_stack = _GO_STACK.match(plain) is not None
            return True
        # Node's way to print what was thrown; in a log without times it is a record of its own.
        return record.at is not None and plain.startswith("Error: ")

    def _follow(self, text: str, record: Parsed, message: str) -> LogLine:
        return LogLine(text, record.level, record.at, self._source, record.format, message, continuation=True)

"""A log's lines classified one after the other, stack traces with the record they belong to."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
from math import inf

import msgspec

from cockpit.logs import journal_export
from cockpit.logs.colours import without_colours
from cockpit.logs.columns import Columns
from cockpit.logs.formats import parse
from cockpit.logs.lazy import lazily
from cockpit.logs.line import Level, LogLine
from cockpit.logs.parsed import Parsed, Setting
from cockpit.logs.twice import LATE, even_around, meant, other_fold, shown_again, sure_before
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
_UNTIMED = 50  # lines at a log's beginning, after which it has no times
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

    `clock` (epoch seconds) tells the year of dates that carry none.
    """

    def __init__(self, source: str, *, zone: tzinfo = UTC, clock: Callable[[], float] = time.time) -> None:
        self._source = source
        self._zone = zone
        self._clock = clock
        self._columns = Columns()
        self._states: dict[str, _State] = {"": _State()}  # by docker compose's prefix
        self._even_from, self._even_until = inf, -inf  # between which no time is shown twice by the clock
        self.last: float | None = None  # the time of the line before, where the clock goes back not far from it
        self.is_live = False  # whether lines are read as they are written
        self.is_guess = False  # whether that of two alike hours was taken of which the newest lines are

    @property
    def by_columns(self) -> bool:
        """Whether the log has named its columns, so that any line may be a row."""
        return self._columns.known

    def sure_before(self, at: float) -> float:
        """Return the last second before the hours that look alike, where `at` is in one of them; `at` itself else."""
        return sure_before(at, self._zone)

    def foresee(self, texts: Iterable[str]) -> None:
        """Learn from the lines to come of which of two alike hours the first is, where none before it is known."""
        if self.last is not None:
            return
        scout = Classifier(self._source, zone=self._zone, clock=self._clock)
        scout.last, first = -inf, None  # so it takes the first hour, until the times go back
        latest = self._clock() + LATE
        for number, text in enumerate(texts):
            line = scout.classify(text)
            if line.at is None:
                if first is None and number > _UNTIMED:
                    return
                continue
            again = shown_again(line.at, self._zone)
            if first is None:
                if not again:
                    return
                first = line.at
            if again and line.at + again <= latest:
                continue  # it may be of either
            # Of the first hour, where that is not over yet, or the second begins after this line.
            if again or sure_before(line.at, self._zone) < line.at:
                self.last = first
            return

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
        elif not self._even_from <= at < self._even_until:
            parsed = self._settled(plain, parsed, at)
        state.record = parsed
        state.margin = len(plain) - len(plain.lstrip())
        return LogLine(text, parsed.level, parsed.at, self._source, parsed.format, parsed.message)

    def _parse(self, plain: str, setting: Setting) -> Parsed | None:
        if plain[0] == "#" and (directive := self._columns.directive(plain)):
            return directive
        if self._columns.known and (row := self._columns.read(plain, setting)):
            return row
        return journal_export.parse(plain, setting) or parse(plain.lstrip(), setting)

    def _settled(self, plain: str, parsed: Parsed, at: float) -> Parsed:
        """Return what was read with the time that is meant, where the clock may show that twice."""
        self._even_from, self._even_until = even_around(at, self._zone)
        if self._even_from <= at < self._even_until:
            return parsed
        if shown_again(at, self._zone):
            # Read again, since only where the zone tells its time the line has two: not where it names an offset.
            now = self._clock()
            second = self._parse(plain, Setting(other_fold(self._zone), now))
            if second is not None and second.at is not None and second.at > at:
                self.is_guess = self.is_guess or self.last is None
                at = meant(at, second.at, last=self.last, now=now, is_live=self.is_live)
                parsed = parsed._replace(at=at)
        self.last = at
        return parsed

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

"""What a log said lately: its lines within a span of time up to now, read from the end, however long the log is."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.errors import ObservationError
from cockpit.logs.classify import Classifier
from cockpit.logs.encodings import wide_encoding
from cockpit.logs.line import Level, LogLine
from cockpit.logs.own import OWN
from cockpit.logs.patterns import Patterns
from cockpit.logs.query import opened
from cockpit.logs.split import LineSplitter

_STEP = 1024 * 1024
_FARTHEST = 512 * 1024 * 1024  # bytes that are read back at most
_TIMELESS = 8  # steps back without any time: there will be none
_OFTEN = 1_000  # lines between two looks at the clock
_PROBED = 200  # lines at the beginning of a step, among which one is to tell its time


class LogWindow(Struct, frozen=True):
    """Counts of a log's lines within a span; `last_at` is the newest time in the log (epoch seconds), None if none.

    Lines of our own probes and checks are left out, and counted in `own`. `whole` says whether the span was read
    from its beginning; `patterns` has only those that were asked for.
    """

    lines: int
    levels: dict[Level, int]
    patterns: dict[str, int]
    own: int
    last_at: float | None
    whole: bool = True

    def at_least(self, level: Level) -> int:
        """Return how many lines are of this level or graver."""
        return sum(count for one, count in self.levels.items() if one >= level)


def together(windows: Sequence[LogWindow]) -> LogWindow:
    """Return what several files of one log come to."""
    levels: Counter[Level] = Counter()
    patterns: Counter[str] = Counter()
    for window in windows:
        levels.update(window.levels)
        patterns.update(window.patterns)
    times = [window.last_at for window in windows if window.last_at is not None]
    return LogWindow(
        sum(window.lines for window in windows),
        dict(levels),
        dict(patterns),
        sum(window.own for window in windows),
        max(times, default=None),
        all(window.whole for window in windows),
    )


def window_of(
    path: Path,
    *,
    since: float,
    now: float,
    zone: tzinfo = UTC,
    own_patterns: Mapping[str, str] = {},
    patterns: bool = False,
    seconds: float = 60.0,
    encoding: str = "",
) -> LogWindow:
    """Count the lines of a log from `since` to `now`, a minute ahead of it included.

    A line without a time has that of the line before it. Raises NotFoundError or ObservationError where the log cannot
    be read, or not within `seconds`.
    """
    levels: Counter[Level] = Counter()
    found: Counter[str] = Counter()
    searched = Patterns(own_patterns)
    lines = own = 0
    at: float | None = None
    last_at: float | None = None
    deadline = time.monotonic() + seconds
    if wide_encoding(path, encoding):
        with opened(path, encoding) as file:
            return window_of(
                Path(str(file.name)), since=since, now=now, zone=zone, own_patterns=own_patterns, patterns=patterns,
                seconds=seconds,
            )  # fmt: skip
    start, whole = _start(path, since, zone, now)
    for number, line in enumerate(_lines(path, start, zone, now, encoding)):
        if number % _OFTEN == 0 and time.monotonic() > deadline:
            raise ObservationError(f"{path} has more than can be read in {short_duration(seconds)}",
                                   fix="Give a shorter within, or a longer timeout")  # fmt: skip
        at = line.at if line.at is not None else at
        last_at = at if last_at is None or (at is not None and at > last_at) else last_at
        if at is None or not since <= at <= now + 60:
            continue
        if OWN in line.text:
            own += 1
            continue
        lines += 1
        levels[Level.NONE if line.continuation else line.level] += 1
        if patterns:
            found.update(searched.of(line.text))
    counted = {name: found[name] for name in searched.names} if patterns else {}
    return LogWindow(lines, dict(levels), counted, own, last_at, whole)


def _start(path: Path, since: float, zone: tzinfo, now: float) -> tuple[int, bool]:
    """Return where to begin to read, and whether everything since then is read from there."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        position = size
        timeless = 0
        while position > 0 and size - position < _FARTHEST:
            position = max(0, position - _STEP)
            earliest = next((line.at for line in _probe(path, position, zone, now) if line.at is not None), None)
            if earliest is not None and earliest < since:
                return position, True
            timeless = timeless + 1 if earliest is None else 0
            if timeless == _TIMELESS:
                break
        return position, position == 0


def _probe(path: Path, position: int, zone: tzinfo, now: float) -> Iterator[LogLine]:
    for number, line in enumerate(_lines(path, position, zone, now)):
        if number == _PROBED:
            return
        yield line


def _lines(path: Path, position: int, zone: tzinfo, now: float, encoding: str = "") -> Iterator[LogLine]:
    """Return the lines from a position on, the one that is cut there left out."""
    classifier, splitter = Classifier(path.name, zone=zone, clock=lambda: now), LineSplitter(encoding=encoding)
    with opened(path) as file:
        file.seek(position)
        cut = position > 0
        while block := file.read(_STEP):
            for raw in splitter.feed(block):
                if not cut:
                    yield classifier.classify(raw.text)
                cut = False
        for raw in splitter.flush():
            if not cut:
                yield classifier.classify(raw.text)

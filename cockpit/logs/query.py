"""Asking a log file: which lines, and how many of what; any size of file in bounded memory."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from heapq import merge
from io import FileIO
from itertools import islice, tee
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import NotFoundError, ObservationError, UsageError
from cockpit.logs.backward import start_of_last_lines
from cockpit.logs.classify import Classifier
from cockpit.logs.encodings import narrow
from cockpit.logs.levels import named_level
from cockpit.logs.line import LEVELS, Level, LogLine, RawLine
from cockpit.logs.match import TextFilter
from cockpit.logs.split import LineSplitter

_CHUNK = 1024 * 1024
_FORESEEN = 100_000  # lines, which are in memory at once


class LogQuery(Struct, frozen=True):
    """Which lines are wanted; `since` is in epoch seconds, `last` a number of lines."""

    text: TextFilter | None = None
    minimum: Level = Level.NONE
    since: float | None = None
    last: int | None = None

    @property
    def wants_all(self) -> bool:
        """Whether every line is wanted, at most counted from the end."""
        return self.text is None and self.minimum is Level.NONE and self.since is None


def parse_query(
    *, grep: str | None = None, level: str | None = None, since: str | None = None, last: int | None = None, now: float
) -> LogQuery:
    """Read a query as a command line gives it; UsageError says which part is wrong, and what would be right."""
    if last is not None and last < 0:
        raise UsageError(f"{last} is no number of lines", fix="Give 0 or more")
    try:
        start = None if since is None else now - parse_duration(since)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return LogQuery(TextFilter.strict(grep) if grep else None, parse_level(level) if level else Level.NONE, start, last)


def parse_level(word: str) -> Level:
    """Return the level a person names, by any of its usual names."""
    level = named_level(word)
    if level is Level.NONE and word.lower() != Level.NONE.word:
        raise UsageError(f"{word!r} is no level", fix="Use one of " + ", ".join(level.word for level in LEVELS))
    return level


class Chooser:
    """Applies a query to lines in their order: a line without a time has that of the line before it."""

    def __init__(self, query: LogQuery) -> None:
        self._query = query
        self._at: float | None = None

    def wants(self, line: LogLine) -> bool:
        """Whether the next line is wanted; with `since`, lines before the first known time are not."""
        query = self._query
        if line.at is not None:
            self._at = line.at
        if query.since is not None and (self._at is None or self._at < query.since):
            return False
        return line.level >= query.minimum and (query.text is None or query.text.matches(line.text))


def select(
    path: Path,
    query: LogQuery,
    *,
    source: str = "",
    zone: tzinfo = UTC,
    clock: Callable[[], float] = time.time,
    encoding: str = "",
    end: int | None = None,
) -> Iterator[LogLine]:
    """Return the wanted lines of a file, or of its first `end` bytes, oldest first; `encoding` is of what is not UTF-8.

    Raises NotFoundError or ObservationError where it cannot be read.
    """
    classifier = Classifier(source or path.name, zone=zone, clock=clock)
    chosen = (line for line, _ in _choose(path, query, classifier, encoding, end))
    return chosen if query.last is None else iter(deque(chosen, maxlen=query.last))


class LogFile(NamedTuple):
    """A file of the log `name`; `zone` is that of times that name none, `encoding` that of lines that are not UTF-8."""

    path: Path
    name: str = ""
    zone: tzinfo = UTC
    encoding: str = ""


def select_merged(
    files: Sequence[LogFile], query: LogQuery, *, clock: Callable[[], float] = time.time
) -> Iterator[LogLine]:
    """Return the wanted lines of several files, in the order of their times, as `select` does."""
    if len(files) == 1:
        (file,) = files
        return select(file.path, query, source=file.name, zone=file.zone, clock=clock, encoding=file.encoding)
    chosen = (line for line, _ in choose_merged(files, query, clock=clock))
    return chosen if query.last is None else iter(deque(chosen, maxlen=query.last))


def choose_merged(
    files: Sequence[LogFile], query: LogQuery, *, clock: Callable[[], float]
) -> Iterator[tuple[LogLine, int]]:
    """Return the wanted lines of several files with their sizes; a line without a time follows the one before it."""
    return (
        chosen for _, chosen in merge(*(_by_time(_chosen_of(file, query, clock)) for file in files), key=itemgetter(0))
    )


def _chosen_of(file: LogFile, query: LogQuery, clock: Callable[[], float]) -> Iterator[tuple[LogLine, int]]:
    classifier = Classifier(file.name or file.path.name, zone=file.zone, clock=clock)
    return _choose(file.path, query, classifier, file.encoding)


def _by_time(chosen: Iterator[tuple[LogLine, int]]) -> Iterator[tuple[float, tuple[LogLine, int]]]:
    latest = 0.0
    for one in chosen:
        # A file's own order holds: merging looks at the first of each only.
        latest = max(latest, one[0].at or 0.0)
        yield latest, one


def _choose(
    path: Path, query: LogQuery, classifier: Classifier, encoding: str, end: int | None = None
) -> Iterator[tuple[LogLine, int]]:
    tail = query.last if query.wants_all else None
    chooser = Chooser(query)
    ahead, raws = tee(_read(path, tail, encoding, end))
    classifier.foresee(raw.text for raw in islice(ahead, _FORESEEN))
    del ahead  # what it has read is kept until then
    for raw in raws:
        line = classifier.classify(raw.text)
        if chooser.wants(line):
            yield line, raw.size


def _read(path: Path, tail: int | None, encoding: str, end: int | None) -> Iterator[RawLine]:
    splitter = LineSplitter(encoding=encoding)
    with opened(path, encoding) as file:
        if tail is not None:
            size = os.fstat(file.fileno()).st_size
            size = size if end is None else min(size, end)
            file.seek(start_of_last_lines(file.fileno(), size, tail, scan_limit=None))
        while block := file.read(_CHUNK if end is None else min(_CHUNK, max(end - file.tell(), 0))):
            yield from splitter.feed(block)
    yield from splitter.flush()


@contextmanager
def opened(path: Path, encoding: str = "") -> Iterator[FileIO]:
    """Return a log's bytes, in which a line feed is one byte; CockpitError where it cannot be read."""
    try:
        with narrow(path, encoding) as readable, readable.open("rb", buffering=0) as file:
            yield file
    except FileNotFoundError:
        raise NotFoundError(f"there is no log at {path}", fix="Name a file, or a log of cockpit.yaml") from None
    except OSError as error:
        raise ObservationError(f"{path} cannot be read: {error.strerror or error}") from None

"""What a log file comes to: counts by level, format, pattern, template and path."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cockpit.logs.classify import Classifier
from cockpit.logs.fingerprints import Fingerprints
from cockpit.logs.line import LEVELS
from cockpit.logs.patterns import Patterns
from cockpit.logs.query import LogFile, LogQuery, choose_merged, opened
from cockpit.logs.recent import classified, read_back
from cockpit.logs.requests import Requests
from cockpit.logs.tally import Counted, Tally

_KNOWN_BYTES = 64 * 1024 * 1024  # of archives that are looked through for what is not new


class Wanted(Struct, frozen=True):
    """What is to be counted beside levels and formats; a template is new since `released_at` (epoch seconds)."""

    patterns: bool = False
    own_patterns: dict[str, str] = {}
    fingerprints: bool = False
    released_at: float | None = None
    requests: bool = False

    @property
    def lines(self) -> bool:
        """Whether lines must be read one by one."""
        return self.patterns or self.fingerprints or self.requests


def stats(
    *logs: Path | LogFile,
    query: LogQuery = LogQuery(),  # noqa: B008
    wanted: Wanted = Wanted(),  # noqa: B008
    zone: tzinfo = UTC,
    clock: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Count the wanted lines of files together, as `cockpit logs --stats --json` prints it; times are RFC 3339 UTC.

    The lines of a stack trace count as `none`, so that the levels add up to `lines`. Our own traffic stands in both;
    `errors`, patterns and requests leave it out: `own_traffic` lines. Raises as `select` does.
    """
    files = [log if isinstance(log, LogFile) else LogFile(log, zone=zone) for log in logs]
    patterns, fingerprints, requests = Patterns(wanted.own_patterns), Fingerprints(), Requests()
    if query.wants_all and query.last is None and not wanted.lines:
        tally = Tally()
        for log in files:
            classifier = Classifier(log.path.name, zone=log.zone, clock=clock)
            with opened(log.path, log.encoding) as file:
                tally.take(Counted(classifier, log.zone, clock(), encoding=log.encoding).count(file))
    else:
        tally = Tally()
        if wanted.fingerprints and wanted.released_at is not None:
            for log in files:
                _know_archives(fingerprints, log, clock)
        chosen = choose_merged(files, query, clock=clock)
        for line, size in chosen if query.last is None else deque(chosen, maxlen=query.last):
            tally.add(line, size)
            tally.note_own(line)
            if wanted.patterns:
                patterns.add(line.text)
            if wanted.fingerprints:
                fingerprints.add(line)
            if wanted.requests:
                requests.add(line)
    found: dict[str, Any] = {
        "lines": tally.levels.total(),
        "bytes": tally.bytes,
        "levels": {level.word: tally.levels[level] for level in LEVELS},
        "first_at": _rfc3339(tally.first_at),
        "last_at": _rfc3339(tally.last_at),
        "formats": dict(tally.formats.most_common()),
        "errors": tally.errors,
        "own_traffic": tally.own.total(),
        "patterns": {},
        "fingerprints": [],
    }
    if wanted.patterns:
        found["patterns"] = dict(patterns.counts)
    if wanted.fingerprints:
        ranked = [msgspec.structs.asdict(one) for one in fingerprints.ranked(since=wanted.released_at)]
        times = ("first_at", "last_at")
        found["fingerprints"] = [{**one, **{key: _rfc3339(one[key]) for key in times}} for one in ranked]
        found["fingerprints_left_out"] = fingerprints.left_out
    if wanted.requests:
        endpoints = [msgspec.structs.asdict(one) for one in requests.endpoints()]
        found["requests"] = {"classes": dict(sorted(requests.classes.items())), "endpoints": endpoints}
    return found


def _know_archives(fingerprints: Fingerprints, log: LogFile, clock: Callable[[], float]) -> None:
    """Let what a log said before its present file count as known."""
    stop = threading.Event()
    stretches, _ = read_back(
        log.path, most=_KNOWN_BYTES, stop=stop, archives=True, skip_present=True, encoding=log.encoding
    )
    classifier = Classifier(log.name or log.path.name, zone=log.zone, clock=clock)
    for line in classified(stretches, classifier.classify, stop):
        fingerprints.know(line)


def _rfc3339(at: float | None) -> str | None:
    if at is None:
        return None
    moment = datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")

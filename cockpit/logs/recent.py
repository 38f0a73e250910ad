"""What a log has said lately: its lines by template, and its requests by path; read from the end, in bounded time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from cockpit.logs.fingerprints import Fingerprint, Fingerprints
from cockpit.logs.line import LogLine, RawLine
from cockpit.logs.query import opened
from cockpit.logs.requests import Endpoint, Requests
from cockpit.logs.split import LineSplitter

MOST_BYTES = 16 * 1024 * 1024
_STEP = 256 * 1024
_TURN = 200  # lines after which other threads get a turn


class Recent(Struct, frozen=True):
    """Templates, those new since `since` (epoch seconds) first, and requests by status class and path.

    `since` is None where it was not asked for, or the log was not read as far back: then nothing is known to be new.
    `whole` says whether it was read from its beginning. Of `left_out` lines the templates were too many.
    """

    fingerprints: list[Fingerprint]
    classes: dict[str, int]
    endpoints: list[Endpoint]
    lines: int
    since: float | None
    whole: bool
    left_out: int


def recent(
    path: Path,
    classify: Callable[[str], LogLine],
    *,
    since: float | None,
    stop: threading.Event,
    most: int = MOST_BYTES,
) -> Recent:
    """Read the last `most` bytes of a log, or until `stop` is set.

    Raises NotFoundError or ObservationError where it cannot be read.
    """
    fingerprints, requests = Fingerprints(), Requests()
    lines = 0
    first_at: float | None = None
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
    for raw in _lines(path, max(size - most, 0)):
        line = classify(raw.text)
        lines += 1
        first_at = line.at if first_at is None else first_at
        fingerprints.add(line)
        requests.add(line)
        if lines % _TURN == 0:
            time.sleep(0)
            if stop.is_set():
                break
    whole = size <= most
    reaches = whole or (since is not None and first_at is not None and first_at < since)
    known = since if reaches else None
    return Recent(
        fingerprints.ranked(since=known),
        dict(sorted(requests.classes.items())),
        requests.endpoints(),
        lines,
        known,
        whole,
        fingerprints.left_out,
    )


def _lines(path: Path, start: int) -> Iterator[RawLine]:
    splitter = LineSplitter()
    with opened(path) as file:
        file.seek(start)
        cut = start > 0  # the line that is cut there is left out
        while block := file.read(_STEP):
            for raw in splitter.feed(block):
                if not cut:
                    yield raw
                cut = False
        if not cut:
            yield from splitter.flush()

"""What a log has said lately: its lines by template, and its requests by path; read from the end, in bounded time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from cockpit.errors import NotFoundError, ObservationError
from cockpit.logs.fingerprints import Fingerprint, Fingerprints
from cockpit.logs.history import History, Stretch
from cockpit.logs.line import LogLine
from cockpit.logs.packed import GivenUpError
from cockpit.logs.requests import Endpoint, Requests
from cockpit.logs.volumes import VOLUME_SPAN

MOST_BYTES = 16 * 1024 * 1024
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
    encoding: str = "",
) -> Recent:
    """Read the last `most` bytes of a log, or until `stop` is set; with `since`, rotated and packed archives, too.

    Raises NotFoundError or ObservationError where it cannot be read.
    """
    fingerprints, requests = Fingerprints(), Requests()
    lines = 0
    first_at: float | None = None
    stretches, whole = read_back(path, most=most, stop=stop, archives=since is not None, encoding=encoding)
    for line in classified(stretches, classify, stop):
        lines += 1
        first_at = line.at if first_at is None else first_at
        fingerprints.add(line)
        requests.add(line)
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


def read_back(
    path: Path, *, most: int, stop: threading.Event, archives: bool, skip_present: bool = False, encoding: str = ""
) -> tuple[list[Stretch], bool]:
    """Return about the last `most` bytes of a log, oldest first, and whether nothing is before them.

    With `archives` it goes on in those; `skip_present` leaves the present file out.
    """
    history = History(path, encoding=encoding)
    found: list[Stretch] = []
    try:
        with contextlib.suppress(GivenUpError):
            if not path.exists():
                raise NotFoundError(f"there is no log at {path}", fix="Name a file, or a log of cockpit.yaml")
            place = history.end()
            if skip_present:
                place -= place % VOLUME_SPAN
            read = 0
            while read < most and not stop.is_set():
                at_start = place % VOLUME_SPAN == 0
                if at_start and not archives:
                    return found[::-1], True
                stretch = history.before(place, stop)
                if stretch is None:
                    return found[::-1], True
                found.append(stretch)
                read += len(stretch.data)
                place = stretch.start
    except OSError as error:
        raise ObservationError(f"{path} cannot be read: {error.strerror or error}") from None
    finally:
        history.close()
    return found[::-1], False


def classified(
    stretches: list[Stretch], classify: Callable[[str], LogLine], stop: threading.Event
) -> Iterator[LogLine]:
    """Return the lines of stretches as they are understood, until `stop` is set; other threads get their turn."""
    number = 0
    for stretch in stretches:
        for raw in stretch.lines():
            number += 1
            yield classify(raw.text)
            if number % _TURN == 0:
                time.sleep(0)
                if stop.is_set():
                    return

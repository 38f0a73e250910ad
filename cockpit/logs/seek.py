"""Finding a place in the whole of a log: a match, an error, a time; with progress, and cancelled at will."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from threading import Event

from cockpit.logs.history import History, Stretch
from cockpit.logs.levels import LEVEL_OF_NAME
from cockpit.logs.line import Level, LogLine
from cockpit.logs.packed import GivenUpError
from cockpit.logs.seek_time import PRIMER, Progress, TimeSeeker
from cockpit.logs.tagged import LineClassifier
from cockpit.logs.volumes import VOLUME_SPAN

_SCAN = 1024 * 1024

# What every line that the classifier calls an error has in it, in lower case: a part of a word, a letter or a number.
_NAMES = {"traceback", "exception", *(name for name, level in LEVEL_OF_NAME.items() if level >= Level.ERROR)}
_GRAVE_WORDS = tuple(name.encode() for name in _NAMES if not any(part in name and part != name for part in _NAMES))
# One pattern each: the search for what begins alike is a fast one.
_GRAVE_NUMBERS = tuple(
    re.compile(pattern)
    for pattern in (
        rb'" 5\d\d ',
        rb"status\W{1,4}5\d\d",
        *(rb"%s\w*\W{1,5}\d" % key for key in (b"level", b"severity", b"lvl", b"priority", b"@l")),
        rb"\n\W*(?:<\d|[ef]\d{4}(?:\d\d)? |[ef], \[)",
        rb"\|\W*(?:<\d|[ef]\d{4}(?:\d\d)? |[ef], \[)",
    )
)
# A letter that is a level stands alone: what may be around it, and the letter, as one byte each.
_ALONE = bytes(1 if byte in b" \t\r\n|:,-()[]!/" else 2 if byte in b"EFC" else 0 for byte in range(256))

Wants = Callable[[LogLine], bool]


class Seeker:
    """Looks through a log's history; `classifier` makes a new one for its lines.

    Blocking: call it from a thread. `progress` gets the part of the present volume done, from 0 to 1; GivenUpError
    where `cancel` is set.
    """

    def __init__(self, history: History, classifier: Callable[[], LineClassifier]) -> None:
        self._history = history
        self._classifier = classifier
        self._times = TimeSeeker(history, classifier)

    def classified(self, stretch: Stretch, cancel: Event) -> tuple[list[LogLine], list[int]]:
        """Return a stretch's lines as if all before it had been read, and their places."""
        raws = stretch.lines()
        primer = self._history.before(stretch.start, cancel, PRIMER) if stretch.start % VOLUME_SPAN else None
        primed = primer.lines() if primer is not None else []
        classifier = self._classifier()
        lines = [classifier.classify(raw.text) for raw in (*primed, *raws)]
        if classifier.folds.is_guess:
            start = primer.start if primer is not None else stretch.start
            classifier = self._classifier()
            classifier.folds.last = self._times.last_before(start, [line.at for line in lines], cancel)
            lines = [classifier.classify(raw.text) for raw in (*primed, *raws)]
        return lines[len(primed) :], stretch.places(raws)

    def find_error(self, place: int, *, forward: bool, cancel: Event, progress: Progress) -> int | None:
        """Return the place of the first error at or after `place`, or else of the last before it."""
        return self._find(place, _grave, forward=forward, cancel=cancel, progress=progress, needed=may_hold_error)

    def find(self, place: int, wants: Wants, *, forward: bool, cancel: Event, progress: Progress) -> int | None:
        """Return the place of the first line wanted at or after `place`, or else of the last before it."""
        return self._find(place, wants, forward=forward, cancel=cancel, progress=progress)

    def find_text(
        self, place: int, matches: Callable[[str], bool], *, forward: bool, cancel: Event, progress: Progress
    ) -> int | None:
        """Return the place of the first line whose text matches; nothing else of the lines is looked at."""
        for stretch in self._stretches(place, forward=forward, cancel=cancel, progress=progress):
            lines = stretch.lines()
            chosen = [index for index, line in enumerate(lines) if matches(line.text)]
            if chosen:
                return stretch.places(lines)[chosen[0 if forward else -1]]
        return None

    def find_time(self, at: float, cancel: Event, progress: Progress) -> int | None:
        """Return the place of the first line at or after a time (epoch seconds); lines are taken to be in its order."""
        return self._times.find(at, cancel, progress)

    def _find(
        self, place: int, wants: Wants, *, forward: bool, cancel: Event, progress: Progress,
        needed: Callable[[bytes], bool] | None = None,
    ) -> int | None:  # fmt: skip
        for stretch in self._stretches(place, forward=forward, cancel=cancel, progress=progress):
            if needed is not None and not needed(stretch.data):
                continue
            lines, places = self.classified(stretch, cancel)
            chosen = [start for line, start in zip(lines, places, strict=True) if wants(line)]
            if chosen:
                return chosen[0 if forward else -1]
        return None

    def _stretches(self, place: int, *, forward: bool, cancel: Event, progress: Progress) -> Iterator[Stretch]:
        end = self._history.end() if forward else 0
        size, told = 64 * 1024, 0.0  # what is near is found at once, then the steps grow
        while True:
            if cancel.is_set():
                raise GivenUpError("cancelled")
            now = time.monotonic()
            if now - told >= 0.1:
                told = now
                progress(_part_done(place, end) if forward else 1 - _part_done(place, self._whole(place)))
            stretch = self._history.after(place, cancel, size) if forward else self._history.before(place, cancel, size)
            if stretch is None:
                return
            yield stretch
            place = stretch.end if forward else stretch.start
            size = min(size * 2, _SCAN)

    def _whole(self, place: int) -> int:
        return place // VOLUME_SPAN * VOLUME_SPAN + self._history.size_of(place)


def may_hold_error(data: bytes) -> bool:
    """Whether an error could be among these lines: cheap, and never wrong where it says no."""
    lined = b"\n" + data
    lowered = lined.lower()
    return (
        any(word in lowered for word in _GRAVE_WORDS)
        or any(number.search(lowered) for number in _GRAVE_NUMBERS)
        or b"\1\2\1" in lined.translate(_ALONE)
    )


def _grave(line: LogLine) -> bool:
    return line.is_error


def _part_done(place: int, end: int) -> float:
    offset, size = place % VOLUME_SPAN, end % VOLUME_SPAN
    return min(offset / size, 1.0) if size else 1.0

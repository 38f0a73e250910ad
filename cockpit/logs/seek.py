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
from cockpit.logs.tagged import LineClassifier
from cockpit.logs.volumes import VOLUME_SPAN, place_of

_PRIMER = 8 * 1024  # bytes before a stretch by which it is known to what its first lines belong
_TIMED_WITHIN = 64 * 1024  # bytes of lines without a time that are looked through for one
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

Progress = Callable[[float], object]
Wants = Callable[[LogLine], bool]


class Seeker:
    """Looks through a log's history; `classifier` makes a new one for its lines.

    Blocking: call it from a thread. `progress` gets the part of the present volume done, from 0 to 1; GivenUpError
    where `cancel` is set.
    """

    def __init__(self, history: History, classifier: Callable[[], LineClassifier]) -> None:
        self._history = history
        self._classifier = classifier

    def classified(self, stretch: Stretch, cancel: Event) -> tuple[list[LogLine], list[int]]:
        """Return a stretch's lines as if all before it had been read, and their places."""
        classifier = self._classifier()
        primer = self._history.before(stretch.start, cancel, _PRIMER) if stretch.start % VOLUME_SPAN else None
        if primer is not None:
            for raw in primer.lines():
                classifier.classify(raw.text)
        lines = stretch.lines()
        return [classifier.classify(raw.text) for raw in lines], stretch.places(lines)

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
        volumes = self._history.volumes()
        lowest = 0
        for number in reversed(volumes):  # the newest that begins before it
            first = self._time_after(place_of(number, 0), cancel)
            if number == volumes[0] or (first is not None and first[1] < at):
                lowest = number
                break
        size = self._history.size_of(place_of(lowest, 0))
        low, high = 0, size
        while low < high:
            if cancel.is_set():
                raise GivenUpError("cancelled")
            progress(1 - (high - low) / max(size, 1))
            middle = (low + high) // 2
            found = self._time_after(self._history.line_start(place_of(lowest, middle), cancel), cancel)
            if found is None or found[1] >= at:
                high = middle
            else:
                low = max(found[0] % VOLUME_SPAN + 1, middle + 1)
        found = self._time_after(place_of(lowest, low), cancel, whole_line=True)
        if found is not None and found[1] >= at:
            return found[0]
        return None if found is None else self._next_timed(found[0], at, cancel)

    def _next_timed(self, place: int, at: float, cancel: Event) -> int | None:
        while (stretch := self._history.after(place, cancel)) is not None:
            lines, places = self.classified(stretch, cancel)
            for line, start in zip(lines, places, strict=True):
                if line.at is not None and line.at >= at:
                    return start
            place = stretch.end
        return None

    def _time_after(self, place: int, cancel: Event, *, whole_line: bool = False) -> tuple[int, float] | None:
        """The first line with a time that starts at or after a place, and its time."""
        if whole_line:
            place = self._history.line_start(place, cancel)
        seen = 0
        while seen < _TIMED_WITHIN and (stretch := self._history.after(place, cancel, 4096)) is not None:
            classifier = self._classifier()
            lines = stretch.lines()
            for raw, start in zip(lines, stretch.places(lines), strict=True):
                line = classifier.classify(raw.text)
                if line.at is not None:
                    return start, line.at
            seen += len(stretch.data)
            place = stretch.end
        return None

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

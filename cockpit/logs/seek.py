"""Finding a place in the whole of a log: a match, an error, a time; with progress, and cancelled at will."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from threading import Event

from cockpit.logs.history import STRETCH, History, Stretch
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
        # Of hours that the clock shows twice: where they begin, and the time of the line before some places in them.
        self._begins: dict[float, int] = {}
        self._lasts: dict[int, float | None] = {}

    def classified(self, stretch: Stretch, cancel: Event) -> tuple[list[LogLine], list[int]]:
        """Return a stretch's lines as if all before it had been read, and their places."""
        raws = stretch.lines()
        primer = self._history.before(stretch.start, cancel, _PRIMER) if stretch.start % VOLUME_SPAN else None
        primed = primer.lines() if primer is not None else []
        classifier = self._classifier()
        lines = [classifier.classify(raw.text) for raw in (*primed, *raws)]
        if classifier.is_guess:
            start, sure_before = primer.start if primer is not None else stretch.start, classifier.sure_before
            classifier = self._classifier()
            times = [line.at for line in lines if line.at is not None]
            alike = next((at for at in times if sure_before(at) < at), None)
            classifier.last = None if alike is None else self._last_before(start, sure_before(alike), cancel)
            lines = [classifier.classify(raw.text) for raw in (*primed, *raws)]
        return lines[len(primed) :], stretch.places(raws)

    def _last_before(self, place: int, sure: float, cancel: Event) -> float | None:
        """Return the time of the last line before a place, by all lines from the last ones on whose times are sure."""
        begin = self._begins.get(sure)
        if begin is None:
            begin = self._bisect(sure, cancel, lambda _: None)
            if begin is None:
                return None
            self._begins[sure] = begin
        known = max((one for one in self._lasts if begin < one <= place), default=begin)
        if known == begin:
            classifier = self._begun(begin, cancel)
        else:
            classifier = self._classifier()
            classifier.last = self._lasts[known]
        while known < place:
            if cancel.is_set():
                raise GivenUpError("cancelled")
            is_here = known // VOLUME_SPAN == place // VOLUME_SPAN
            stretch = self._history.after(known, cancel, min(place - known, STRETCH) if is_here else STRETCH)
            if stretch is None or stretch.start >= place:
                break
            for raw in stretch.lines():
                classifier.classify(raw.text)
            known = stretch.end
            self._lasts[known] = classifier.last
        return classifier.last

    def _begun(self, place: int, cancel: Event) -> LineClassifier:
        """Return a classifier that knows the last lines before a place, in whichever volume, or else those after it."""
        classifier = self._classifier()
        primer = self._history.before(place, cancel, _PRIMER)
        if primer is not None:
            for raw in primer.lines():
                classifier.classify(raw.text)
        elif (stretch := self._history.after(place, cancel)) is not None:
            classifier.foresee(raw.text for raw in stretch.lines())
        return classifier

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
        # Of what the clock shows twice only the lines before tell which is meant: it is read on from the last sure one.
        sure = self._classifier().sure_before(at)
        place = self._bisect(sure, cancel, progress)
        return place if place is None or sure == at else self._next_timed(place, at, cancel)

    def _bisect(self, at: float, cancel: Event, progress: Progress) -> int | None:
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
        classifier = self._begun(place, cancel)
        while (stretch := self._history.after(place, cancel)) is not None:
            if cancel.is_set():
                raise GivenUpError("cancelled")
            raws = stretch.lines()
            for raw, start in zip(raws, stretch.places(raws), strict=True):
                line = classifier.classify(raw.text)
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

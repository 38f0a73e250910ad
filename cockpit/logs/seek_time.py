"""Finding in the whole of a log where its lines reach a time, and what time they have come to at a place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Event

from cockpit.logs.history import STRETCH, History
from cockpit.logs.packed import GivenUpError
from cockpit.logs.tagged import LineClassifier
from cockpit.logs.volumes import VOLUME_SPAN, place_of

PRIMER = 8 * 1024  # bytes before a place by which it is known to what the first lines from there on belong
_TIMED_WITHIN = 64 * 1024  # bytes of lines without a time that are looked through for one

Progress = Callable[[float], object]


class TimeSeeker:
    """Looks for times in a log's history, as `Seeker` does for what its lines say."""

    def __init__(self, history: History, classifier: Callable[[], LineClassifier]) -> None:
        self._history = history
        self._classifier = classifier
        # Of hours that the clock shows twice: where they begin, and the time of the line before some places in them.
        self._begins: dict[float, int] = {}
        self._lasts: dict[int, float | None] = {}

    def find(self, at: float, cancel: Event, progress: Progress) -> int | None:
        """Return the place of the first line at or after a time (epoch seconds); lines are taken to be in its order."""
        # Of what the clock shows twice only the lines before tell which is meant: it is read on from the last sure one.
        sure = self._classifier().folds.sure_before(at)
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

    def last_before(self, place: int, times: Iterable[float | None], cancel: Event) -> float | None:
        """Return the time of the last line before a place, where those from there on look like two `times` each.

        It is told by all lines from the last ones on whose times are sure; None where it is not known.
        """
        sure_before = self._classifier().folds.sure_before
        sure = next((before for at in times if at is not None and (before := sure_before(at)) < at), None)
        if sure is None:
            return None
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
            classifier.folds.last = self._lasts[known]
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
            self._lasts[known] = classifier.folds.last
        return classifier.folds.last

    def _begun(self, place: int, cancel: Event) -> LineClassifier:
        """Return a classifier that knows the last lines before a place, in whichever volume, or else those after it."""
        classifier = self._classifier()
        primer = self._history.before(place, cancel, PRIMER)
        if primer is not None:
            for raw in primer.lines():
                classifier.classify(raw.text)
        elif (stretch := self._history.after(place, cancel)) is not None:
            classifier.foresee(raw.text for raw in stretch.lines())
        return classifier

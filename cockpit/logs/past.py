"""Bringing other parts of a log into its buffer: what came before, what came after, what is around a place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from threading import Event, Lock

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.chosen import LineFilter
from cockpit.logs.held import Span
from cockpit.logs.history import History, Stretch
from cockpit.logs.line import LogLine
from cockpit.logs.match import SlowPatternError
from cockpit.logs.packed import GivenUpError
from cockpit.logs.seek import Seeker
from cockpit.logs.seek_time import Progress
from cockpit.logs.volumes import VOLUME_SPAN, place_of

ROWS = 300  # that one loading brings, at least
_NEAR = 128 * 1024  # bytes


class Past:
    """Fills `buffer` from the log's history, through the filter in force; blocking: call it from threads.

    One call at a time changes the buffer. GivenUpError where `cancel` is set; loading more is given up, too, where
    another filter was put in force. One that is too slow for what is read is taken off.
    """

    def __init__(self, history: History, seeker: Seeker, buffer: LogBuffer) -> None:
        self._history = history
        self._seeker = seeker
        self._buffer = buffer
        self._lock = Lock()

    def load_earlier(self, cancel: Event, progress: Progress, *, on_rows: Callable[[], object] = lambda: None) -> bool:
        """Put earlier lines before those in memory; False where there are none."""
        with self._lock:
            return self._load_earlier(self._buffer.filter, cancel, progress, on_rows)

    def load_later(self, cancel: Event, progress: Progress) -> bool:
        """Add the lines after those in memory; False where the file has no more."""
        with self._lock:
            return self._load_later(self._buffer.filter, cancel, progress)

    def go(self, place: int, cancel: Event, progress: Progress) -> None:
        """Hold the lines around a place instead of those in memory, also where another filter comes meanwhile."""
        with self._lock:
            while True:
                sieve = self._buffer.filter
                empty = Span(place, place)
                if not self._buffer.replace(
                    (), (), empty, has_end=False, sieve=sieve, when=lambda: not cancel.is_set()
                ):
                    raise GivenUpError("cancelled")
                try:
                    self._load_later(sieve, cancel, progress)
                    with contextlib.suppress(OSError):  # what is there can be shown; who reads on before it is told
                        self._load_earlier(sieve, cancel, progress, lambda: None)
                except GivenUpError:
                    if cancel.is_set():
                        raise
                else:
                    return

    def oldest(self, cancel: Event) -> int:
        """Return the place of the very first line that can be read; whoever reads on before it is told why not."""
        for number in self._history.volumes():
            with contextlib.suppress(OSError):
                first = self._history.after(place_of(number, 0), cancel, 1024)
                if first is not None:
                    return first.start
        return self._history.end()

    def part_of(self, place: int) -> tuple[float, int]:
        """Return how far into its volume a place is, from 0 to 1, and the volume's size in bytes."""
        size = self._history.size_of(place)
        return (place % VOLUME_SPAN / size if size else 1.0), size

    def _load_earlier(
        self, sieve: LineFilter | None, cancel: Event, progress: Progress, on_rows: Callable[[], object]
    ) -> bool:
        def read(size: int) -> int | None:
            start = self._buffer.span.start
            if start is None:
                return None
            stretch = self._history.before(start, cancel, size)
            if stretch is None:
                return None
            lines, places = self._chosen(stretch, sieve, cancel)
            self._check(sieve, cancel)
            taken = self._buffer.prepend(lines, places, stretch.start, before=start, sieve=sieve)
            if taken is None:
                return 0  # others came first: it goes on before those, or another filter, and it ends
            if lines and not taken:
                return None  # there is no room for them
            if taken:
                on_rows()
            progress(1 - self.part_of(stretch.start)[0])
            return taken

        return self._load(read, sieve, cancel)

    def _load_later(self, sieve: LineFilter | None, cancel: Event, progress: Progress) -> bool:
        def read(size: int) -> int | None:
            end = self._buffer.span.end
            if end is None:
                return None
            stretch = self._history.after(end, cancel, size)
            if stretch is None:
                return None
            lines, places = self._chosen(stretch, sieve, cancel)
            self._check(sieve, cancel)
            if not self._buffer.extend(lines, places, stretch.end, after=end, sieve=sieve):
                return None if self._buffer.extent.has_end else 0
            progress(self.part_of(stretch.end)[0])
            return len(lines)

        return self._load(read, sieve, cancel)

    def _load(self, read: Callable[[int], int | None], sieve: LineFilter | None, cancel: Event) -> bool:
        """Read ever larger stretches until they have brought enough rows, or None says that there are no more."""
        rows, size, found_any = 0, _NEAR, False
        while rows < ROWS:
            self._check(sieve, cancel)
            found = read(size)
            if found is None:
                return found_any
            found_any = True
            rows += found
            size = min(size * 2, 8 * _NEAR)
        return True

    def _check(self, sieve: LineFilter | None, cancel: Event) -> None:
        if cancel.is_set() or self._buffer.filter is not sieve:
            raise GivenUpError("cancelled")

    def _chosen(self, stretch: Stretch, sieve: LineFilter | None, cancel: Event) -> tuple[list[LogLine], list[int]]:
        if sieve is None:
            return self._seeker.classified(stretch, cancel)
        try:
            if not any(sieve.matches(raw.text) for raw in stretch.lines()):
                return [], []
            lines, places = self._seeker.classified(stretch, cancel)
            chosen = [(line, place) for line, place in zip(lines, places, strict=True) if sieve.wants(line)]
        except SlowPatternError as error:
            self._buffer.give_up(sieve)
            raise GivenUpError(str(error)) from None
        return [line for line, _ in chosen], [place for _, place in chosen]

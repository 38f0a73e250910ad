"""Going anywhere in a log's whole history off the loop: one journey at a time, with progress, cancelled by Esc."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from threading import Event

from textual.message import Message
from textual.widget import Widget

from cockpit.errors import CockpitError
from cockpit.logs.buffer import LogBuffer
from cockpit.logs.history import History
from cockpit.logs.packed import GivenUpError
from cockpit.logs.past import Past
from cockpit.logs.reader import LogReader
from cockpit.logs.seek import Seeker
from cockpit.logs.seek_time import Progress
from cockpit.logs.sieve import Sieve
from cockpit.logs.volumes import VOLUME_SPAN
from cockpit.tui.widgets.log_journey import Arrived, Travelled

_SMALL = 100_000  # bytes: less is a few screens, and no place to get lost in


class LogTravel:
    """Journeys of `view` through the log that `reader` follows; they end in its messages."""

    def __init__(self, view: Widget, reader: LogReader, buffer: LogBuffer) -> None:
        self._view = view
        self.path = reader.path
        self._reader = reader
        self._buffer = buffer
        self._history = History(self.path, reader.follower.known, encoding=reader.encoding)
        self._seeker = Seeker(self._history, reader.new_classifier)
        self._past = Past(self._history, self._seeker, buffer)
        self._cancel = Event()
        self._under_way = ""
        self._part = 0.0
        self._stopped: tuple[object] | None = None  # the filter that was in force when somebody stopped a journey
        self._nothing_before: tuple[object, object] | None = None
        self._nothing_after: tuple[object, object] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a journey is, which nobody has stopped."""
        return bool(self._under_way) and not self._cancel.is_set()

    @property
    def progress(self) -> str:
        """What is under way, and how far; empty where nothing is."""
        return f"{self._under_way} {self._part:.0%}, Esc stops" if self.is_under_way else ""

    def position(self, number: int) -> str:
        """Return where in the log a line is, such as `43 % of 9.8 GB` or `2 files back`."""
        place = self._buffer.place_of(number)
        if place is None:
            return ""
        volume, offset = divmod(place, VOLUME_SPAN)
        back, size = self._reader.follower.volume - volume, self._reader.follower.position
        if back:
            return "1 file back" if back == 1 else f"{back} files back"
        return f"{offset / size:.0%} of {_bytes(size)}" if size > _SMALL else ""

    def close(self) -> None:
        """End what is under way."""
        self._cancel.set()
        self._view.run_worker(self._history.close, thread=True, exit_on_error=False)

    def cancel(self) -> bool:
        """Stop what is under way, which it will say; whether anything was."""
        if not self.is_under_way:
            return False
        self._cancel.set()
        self._stopped = (self._buffer.filter,)
        return True

    def leave(self) -> None:
        """Stop what is under way, of which nothing is said any more: somebody goes elsewhere."""
        self._cancel.set()
        self._cancel, self._under_way = Event(), ""

    def end(self, journey: object) -> bool:
        """Take note that a journey has ended; False where it is not the one that was begun last."""
        if journey is not self._cancel:
            return False
        self._under_way = ""
        return True

    def earlier(self, *, asked: bool = False) -> bool:
        """Bring the lines before those in memory; return whether anything is under way.

        Unless `asked` by a person, not where there were none before, nor where a person has stopped that.
        """
        state = self._buffer.span.start, self._buffer.filter
        is_done = self._is_stopped() or state == self._nothing_before
        if self.is_under_way or state[0] is None or (not asked and is_done):
            return self.is_under_way

        def load(cancel: Event, progress: Progress) -> Arrived | None:
            more = self._past.load_earlier(cancel, progress, on_rows=self._tell)
            if not more:
                self._nothing_before = self._buffer.span.start, self._buffer.filter
            return None

        self._nothing_before = state
        self._start("reading back", load)
        return True

    def later(self, *, asked: bool) -> None:
        """Bring the lines after those in memory; at the log's end, join it again, where a person `asked` for more."""
        state = self._buffer.span.end, self._buffer.filter
        is_done = self._is_stopped() or state == self._nothing_after
        if self.is_under_way or (not asked and is_done):
            return

        def load(cancel: Event, progress: Progress) -> Arrived | None:
            if self._past.load_later(cancel, progress):
                return None
            self._nothing_after = self._buffer.span.end, self._buffer.filter
            if asked:
                self._reader.rejoin(lambda: not cancel.is_set())
            return None

        self._nothing_after = state
        self._start("reading on", load)

    def find_error(self, *, forward: bool) -> None:
        """Go to the nearest error beyond the lines in memory."""
        otherwise = "no later error" if forward else "no earlier error"
        self._find(partial(self._seeker.find_error, forward=forward), "errors", otherwise, forward=forward)

    def find_match(self, sieve: Sieve, *, forward: bool) -> None:
        """Go to the nearest line beyond those in memory that is chosen."""
        otherwise = f"no {'later' if forward else 'earlier'} match"
        if sieve.text_only:
            self._find(
                lambda place, cancel, progress: self._seeker.find_text(
                    place, sieve.matches, forward=forward, cancel=cancel, progress=progress
                ),
                sieve.typed, otherwise, forward=forward,
            )  # fmt: skip
        else:
            self._find(
                lambda place, cancel, progress: self._seeker.find(
                    place, sieve.wants, forward=forward, cancel=cancel, progress=progress
                ),
                sieve.typed, otherwise, forward=forward,
            )  # fmt: skip

    def go_to_time(self, at: float) -> None:
        """Go to the first line at or after a time, in epoch seconds."""

        def go(cancel: Event, progress: Progress) -> Arrived:
            place = self._seeker.find_time(at, cancel, progress)
            return self._go(place, cancel, progress) if place is not None else Arrived(None, "nothing is that late")

        self._start("going to the time", go)

    def go_home(self) -> None:
        """Go to the very first line, in the oldest archive that is there."""
        self._start("going to the beginning", lambda cancel, progress: self._go(
            self._past.oldest(cancel), cancel, progress
        ))  # fmt: skip

    def go(self, place: int, *, anew: bool = False) -> None:
        """Go to the line that starts at a place; `anew` reads it again although it is in memory."""

        def go(cancel: Event, progress: Progress) -> Arrived:
            if anew:
                self._past.go(place, cancel, progress)
            return self._go(place, cancel, progress)

        self._start("going there", go)

    def _find(self, find: Callable[..., int | None], what: str, otherwise: str, *, forward: bool) -> None:
        span = self._buffer.span
        start = span.end if forward else span.start

        def look(cancel: Event, progress: Progress) -> Arrived:
            if start is None:
                return Arrived(None, otherwise)
            place = find(start, cancel=cancel, progress=progress)
            return Arrived(None, otherwise) if place is None else self._go(place, cancel, progress)

        self._start(f"looking {'on' if forward else 'back'} for {what}", look)

    def _go(self, place: int, cancel: Event, progress: Progress) -> Arrived:
        if self._buffer.number_of(place) is None:
            self._past.go(place, cancel, progress)
        return Arrived(place)

    def _is_stopped(self) -> bool:
        return self._stopped is not None and self._stopped[0] is self._buffer.filter

    def _start(self, what: str, journey: Callable[[Event, Progress], Arrived | None]) -> None:
        self._stopped = None
        self._cancel.set()
        cancel = self._cancel = Event()
        self._under_way, self._part = what, 0.0

        def progress(part: float) -> None:
            if cancel is self._cancel:
                self._part = part
                self._tell()

        def travel() -> None:
            try:
                arrived = journey(cancel, progress) or Arrived(None)
            except GivenUpError:
                arrived = Arrived(None, "stopped" if cancel.is_set() else "")
            except CockpitError as error:
                arrived = Arrived(None, str(error))
            except OSError as error:
                arrived = Arrived(None, error.strerror or str(error))
            except Exception as error:  # the thread's end: a journey that nobody ends would be under way for ever
                arrived = Arrived(None, f"cannot be read: {error!r}")
            arrived.journey = cancel
            self._post(arrived)

        self._view.run_worker(travel, thread=True, group="travel", exit_on_error=False)

    def _tell(self) -> None:
        self._post(Travelled())

    def _post(self, message: Message) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended while a thread was still reading
            if self._view.is_attached:
                self._view.post_message(message)


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"

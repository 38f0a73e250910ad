"""A log read in a thread of its own: followed, classified, counted, and put into a buffer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.counters import LogCounters, LogCounts
from cockpit.logs.encodings import wide_encoding
from cockpit.logs.flood import FLOOD, Flood, places_of, with_places
from cockpit.logs.follow import TAIL_LINES, Batch, Follower, FollowState
from cockpit.logs.held import Span
from cockpit.logs.line import LogLine, RawLine
from cockpit.logs.volumes import FIRST_VOLUME, place_of

if TYPE_CHECKING:
    from cockpit.logs.feeds import Feed
    from cockpit.logs.tagged import LineClassifier

FIRST_LINES = 120  # that are more than most screens show
_POLL_SECONDS = 0.05
_UNSEEN_SECONDS = 0.5  # between looks at a log that nobody sees
_REST_SECONDS = 0.25  # and while nobody waits for each line, as long as few come
_FEW = 100  # lines in one poll
_NEWS_SECONDS = 0.1  # at most so often are news told, however fast the lines come
_CALM_SECONDS = 0.25  # and so often to a screen that is far away
_SLICE = 500  # lines after which other threads get a turn
_READY_SECONDS = 2.0  # that a feed has to gather what was there before


def _never() -> bool:
    return False


class ReaderStatus(Struct, frozen=True):
    """How the reading of a log stands; `reason` says why it waits, or what happened to the file last.

    `skipped` lines were counted, but came too fast to be shown: they are in the file.
    """

    counts: LogCounts
    state: FollowState = FollowState.WAITING
    reason: str = ""
    skipped: int = 0


class LogReader:
    """Follows the log at `path` into `buffer`; `on_news` is called from the thread when lines or counts changed.

    What was in the file at the start is counted, but not as a rate of now; it begins once `ready` is set, or has
    not been for a while. Lines that are `tagged` with a log's name are read as that log's. With `first`, no more
    lines than that are read until `go_on` is called: then the others of `tail` are put before them. A file in a
    wide `encoding` is read through a feed, whose file `path` then is. `on_lines` is given what is put into the
    buffer, in the thread, before it is.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        buffer: LogBuffer,
        on_news: Callable[[], object] = lambda: None,
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        tail: int = TAIL_LINES,
        first: int | None = None,
        poll_seconds: float = _POLL_SECONDS,
        tagged: bool = False,
        encoding: str = "",
        ready: threading.Event | None = None,
        on_lines: Callable[[Sequence[LogLine]], object] | None = None,
    ) -> None:
        self.path = path
        self.buffer = buffer
        self.on_news = on_news
        self._on_lines = on_lines
        self._ready = ready
        self._tail = tail
        self._owed = 0 if first is None else max(tail - first, 0)  # lines before the first ones
        self._may_go_on = False
        self._is_seen = True
        self._poll_seconds = poll_seconds
        self.encoding = encoding
        self.is_calm = False  # whether news are told seldom: every time costs the screen a frame
        self.may_rest: Callable[[], bool] = _never  # whether nobody waits for each line; asked in the thread
        self._has_rested = False
        self._came = 0  # lines in the last poll
        self.rows = FIRST_LINES  # that a screen shows: so many lines of a flood are put into memory, always as many
        self.follower = Follower(path, tail=tail - self._owed, encoding=encoding)
        self._feed: Feed | None = None  # of a file in a wide encoding
        self._knows_width = False
        self._is_tagged = tagged
        self._name, self._zone, self._clock = name, zone, clock
        self._classifier = self.new_classifier()
        self._counters = LogCounters(name, clock=clock)
        self._is_live = False
        self._flood = Flood(buffer, self._counters, self._classifier, self.new_classifier)
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._rejoining: Callable[[], bool] | None = None  # asked whether it is still wanted
        # Daemonic: a read that hangs on a dead network file system does not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=f"log {name}", daemon=True)
        self.status = ReaderStatus(LogCounts(name))

    @property
    def is_flooded(self) -> bool:
        """Whether lines have just come faster than a screen can show: what is in memory moves on at once."""
        return self._flood.is_under_way

    def start(self) -> None:
        """Begin to read; once is enough."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it closes its files, and tells no more news."""
        self._stop.set()
        self._wake.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout)

    def go_on(self) -> None:
        """Read what was put off until the first lines were on the screen."""
        self._may_go_on = True
        self._wake.set()

    def see(self, *, seen: bool) -> None:
        """Look for new lines as often as somebody who sees them would want, or now and then."""
        self._is_seen = seen
        if seen:
            self._wake.set()

    def rejoin(self, when: Callable[[], bool]) -> None:
        """Hold the log's newest lines again, where others are in the buffer, if that is wanted `when` they are read."""
        self._rejoining = when
        self._wake.set()

    def new_classifier(self) -> LineClassifier:
        """Return a classifier for this log's lines, as if none had been read yet."""
        if self._is_tagged:
            from cockpit.logs.tagged import TaggedClassifier

            return TaggedClassifier(zone=self._zone, clock=self._clock)
        return Classifier(self._name, zone=self._zone, clock=self._clock)

    def _run(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # the thread's end: a log that is no longer read must say so in its pane
            self.status = ReaderStatus(self.status.counts, FollowState.UNREADABLE, f"is no longer read: {error!r}")
            self.on_news()
        self.follower.close()
        if self._feed is not None:
            self._feed.stop()

    def _read_on(self) -> None:
        if self._ready is not None:
            self._ready.wait(_READY_SECONDS)
        told_at = 0.0
        told = None
        while not self._stop.is_set():
            rejoined = self._rejoin(self._rejoining) if self._rejoining is not None else False
            more = self._step()
            if self._owed and self._may_go_on:
                self._read_owed()
            pause = _CALM_SECONDS if self.is_calm else _NEWS_SECONDS if more else 0.0
            if rejoined or (told != self.status and time.monotonic() - told_at >= pause):
                told, told_at = self.status, time.monotonic()
                self.on_news()
            if not more:
                self._has_rested = self._came < _FEW and self.may_rest()
                least = _UNSEEN_SECONDS if not self._is_seen else _REST_SECONDS if self._has_rested else 0.0
                self._wake.wait(max(self._poll_seconds, least))
            self._wake.clear()

    def _rejoin(self, when: Callable[[], bool]) -> bool:
        blocks = self.follower.tail_before(self._tail or TAIL_LINES)
        if blocks is None:
            return False  # it is tried again when there is a file
        classifier = self.new_classifier()
        raws, places = with_places(blocks)
        classifier.foresee(raw.text for raw in raws)
        lines = [classifier.classify(raw.text) for raw in raws]
        span = Span(blocks.place, blocks.place + blocks.size)
        is_done = self.buffer.replace(lines, places, span, has_end=True, when=when)
        if self._rejoining is when:
            self._rejoining = None
        return is_done

    def _read_owed(self) -> None:
        """Put the lines before the first ones, and count them."""
        count, self._owed = self._owed, 0
        start = self.follower.start
        earlier = self.follower.read_before(start, count)
        if self.follower.volume != FIRST_VOLUME or not earlier.lines:
            return
        raws = list(earlier.lines)
        places = places_of(raws, place_of(FIRST_VOLUME, earlier.offset))
        classifier = self.new_classifier()
        classifier.foresee(raw.text for raw in raws)
        lines = [classifier.classify(raw.text) for raw in raws]
        for line, raw in zip(lines, raws, strict=True):
            self._counters.add(line, raw.size, live=False)
        self.buffer.prepend(lines, places, places[0], sieve=None, before=place_of(FIRST_VOLUME, start))
        self.status = msgspec.structs.replace(self.status, counts=self._counters.snapshot())

    def _step(self) -> bool:
        """Take in one poll; whether there is more to read already."""
        batch = self.follower.poll()
        if not self._knows_width and self.follower.position:
            self._knows_width = True
            if self._is_wide():
                return True
        self._came = sum(block.n_lines for block in batch.blocks)
        most = FLOOD * round(_REST_SECONDS / _POLL_SECONDS) if self._has_rested else FLOOD
        if self._is_live and self._came > most:
            for block in self._flood.take(batch.blocks, self.rows):
                self._show(*with_places(block))
        else:
            self._take_in(batch)
        # What the first look found was there before us, and so is what it could not read in one go.
        self._is_live = self._classifier.folds.is_live = self._is_live or not batch.more
        state, reason = batch.state, batch.reason or (self.status.reason if batch.state is self.status.state else "")
        if self._feed is not None and self._feed.trouble:
            state, reason = FollowState.WAITING, self._feed.trouble  # what it fills is there all the same
        self.status = ReaderStatus(self._counters.snapshot(), state, reason, self._flood.skipped)
        return batch.more

    def _is_wide(self) -> bool:
        """Whether what the first look has found must be turned into UTF-8: then a feed does that from now on."""
        wide = wide_encoding(self.path, self.encoding)
        if not wide:
            return False
        from cockpit.logs.wide import WideFeed  # few logs are

        self._feed = feed = WideFeed(self._name, self.path, wide)
        feed.start()
        self.follower.close()
        self.path, self.follower, self._owed = feed.path, Follower(feed.path, tail=self._tail), 0
        return True

    def _take_in(self, batch: Batch) -> None:
        for number, block in enumerate(batch.blocks):
            raws, places = with_places(block)
            if number == 0 and not self._is_live:
                later = (raw for other in batch.blocks[1:] for raw in other.lines())
                self._classifier.foresee(raw.text for raw in chain(raws, later))
            for start in range(0, len(raws), _SLICE):
                self._show(raws[start : start + _SLICE], places[start : start + _SLICE])
                time.sleep(0)

    def _show(self, raws: Sequence[RawLine], places: Sequence[int], *, counted: bool = True) -> None:
        lines = []
        for raw in raws:
            line = self._classifier.classify(raw.text)
            if counted:
                self._counters.add(line, raw.size, live=self._is_live)
            lines.append(line)
        if lines:
            if self._on_lines is not None:
                self._on_lines(lines)
            self.buffer.append(lines, places, places[-1] + raws[-1].size)

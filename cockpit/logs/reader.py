"""A log read in a thread of its own: followed, classified, counted, and put into a buffer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from itertools import accumulate
from pathlib import Path

from msgspec import Struct

from cockpit.logs.buffer import LogBuffer, Span
from cockpit.logs.bulk import LevelCounter
from cockpit.logs.classify import Classifier
from cockpit.logs.counters import LogCounters, LogCounts
from cockpit.logs.follow import TAIL_LINES, Batch, Follower, FollowState
from cockpit.logs.line import LogLine, RawLine
from cockpit.logs.sieve import Sieve
from cockpit.logs.split import Block
from cockpit.logs.tagged import LineClassifier, TaggedClassifier

_POLL_SECONDS = 0.06
_NEWS_SECONDS = 0.1  # at most so often are news told, however fast the lines come
_SLICE = 500  # lines after which other threads get a turn
_FLOOD = 600  # lines in one poll that are more than a screen can show
_SHOWN_OF_FLOOD = 32 * 1024  # bytes at the end of a flood that are put into memory: a screen or two


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

    What was in the file at the start is counted, but not as a rate of now. Lines that are `tagged` with a log's name
    are read as that log's. `on_lines` is given what is put into the buffer, in the thread, before it is.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        buffer: LogBuffer,
        on_news: Callable[[], object],
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        tail: int = TAIL_LINES,
        poll_seconds: float = _POLL_SECONDS,
        tagged: bool = False,
        on_lines: Callable[[Sequence[LogLine]], object] | None = None,
    ) -> None:
        self.path = path
        self._on_lines = on_lines
        self._buffer = buffer
        self._on_news = on_news
        self._tail = tail
        self._poll_seconds = poll_seconds
        self.follower = Follower(path, tail=tail)
        self._is_tagged = tagged
        self._name, self._zone, self._clock = name, zone, clock
        self._classifier = self.new_classifier()
        self._levels = LevelCounter(self._classifier)
        self._counters = LogCounters(name, clock=clock)
        self._is_live = False
        self._skipped = 0
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._must_rejoin = False
        # Daemonic: a read that hangs on a dead network file system does not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=f"log {name}", daemon=True)
        self.status = ReaderStatus(LogCounts(name))

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it closes its files, and tells no more news."""
        self._stop.set()
        self._wake.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout)

    def rejoin(self) -> None:
        """Hold the log's newest lines again, where others are in the buffer."""
        self._must_rejoin = True
        self._wake.set()

    def new_classifier(self) -> LineClassifier:
        """Return a classifier for this log's lines, as if none had been read yet."""
        if self._is_tagged:
            return TaggedClassifier(lambda name: Classifier(name, zone=self._zone, clock=self._clock))
        return Classifier(self._name, zone=self._zone, clock=self._clock)

    def _run(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # the thread's end: a log that is no longer read must say so in its pane
            self.status = ReaderStatus(self.status.counts, FollowState.UNREADABLE, f"is no longer read: {error!r}")
            self._on_news()

    def _read_on(self) -> None:
        with self.follower:
            told_at = 0.0
            told = None
            while not self._stop.is_set():
                rejoined = self._rejoin() if self._must_rejoin else False
                more = self._step()
                if rejoined or (told != self.status and (not more or time.monotonic() - told_at >= _NEWS_SECONDS)):
                    told, told_at = self.status, time.monotonic()
                    self._on_news()
                if not more:
                    self._wake.wait(self._poll_seconds)
                self._wake.clear()

    def _rejoin(self) -> bool:
        self._must_rejoin = False
        blocks = self.follower.tail_before(self._tail or TAIL_LINES)
        if blocks is None:
            return False
        classifier = self.new_classifier()
        raws, places = _with_places(blocks.lines(), blocks.place)
        lines = [classifier.classify(raw.text) for raw in raws]
        self._buffer.replace(lines, places, Span(blocks.place, blocks.place + blocks.size), has_end=True)
        return True

    def _step(self) -> bool:
        """Take in one poll; whether there is more to read already."""
        batch = self.follower.poll()
        if self._is_live and sum(block.n_lines for block in batch.blocks) > _FLOOD:
            self._take_flood(batch.blocks)
        else:
            self._take_in(batch)
        # What the first look found was there before us, and so is what it could not read in one go.
        self._is_live = self._is_live or not batch.more
        reason = batch.reason or (self.status.reason if batch.state is self.status.state else "")
        self.status = ReaderStatus(self._counters.snapshot(), batch.state, reason, self._skipped)
        return batch.more

    def _take_in(self, batch: Batch) -> None:
        for block in batch.blocks:
            raws, places = _with_places(block.lines(), block.place)
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
            self._buffer.append(lines, places, places[-1] + raws[-1].size)

    def _take_flood(self, blocks: Sequence[Block]) -> None:
        """Count every line, and put into memory what a filter chooses, or else the last ones."""
        for block in blocks[:-1]:
            self._count(block)
            self._pass(block)
            time.sleep(0)
        last = blocks[-1]
        cut = last.rest.find(b"\n", max(len(last.rest) - _SHOWN_OF_FLOOD, 0)) + 1
        if len(last.rest) > _SHOWN_OF_FLOOD and 0 < cut < len(last.rest):
            before = Block(last.first, last.rest[:cut], last.limit, last.place)
            self._count(before)
            self._pass(before)
            last = Block(None, last.rest[cut:], last.limit, last.place + before.size)
        raws, places = _with_places(last.lines(), last.place)
        self._show(raws, places)

    def _count(self, block: Block) -> None:
        self._counters.add_many(self._levels.count(block), block.size, live=self._is_live)

    def _pass(self, block: Block) -> None:
        """Let a block of a flood go by, but for what a filter looks for in it."""
        sieve = self._buffer.filter
        if not isinstance(sieve, Sieve):
            self._skipped += block.n_lines
            self._buffer.skip(block.n_lines, block.place + block.size)
            return
        raws, places = _with_places(block.lines(), block.place)
        chosen = [index for index, raw in enumerate(raws) if sieve.matches(raw.text)][-_SLICE:]
        if not chosen:
            return
        classifier = self.new_classifier()
        lines = [classifier.classify(raws[index].text) for index in chosen]
        wanted = [(line, places[index]) for line, index in zip(lines, chosen, strict=True) if sieve.wants(line)]
        self._buffer.append_chosen(
            [line for line, _ in wanted], [place for _, place in wanted], block.place + block.size, sieve=sieve
        )


def _with_places(raws: list[RawLine], place: int) -> tuple[list[RawLine], list[int]]:
    return raws, list(accumulate((raw.size for raw in raws[:-1]), initial=place)) if raws else []

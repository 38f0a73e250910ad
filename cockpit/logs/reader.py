"""A log read in a thread of its own: followed, classified, counted, and put into a buffer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path

from msgspec import Struct

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.counters import LogCounters, LogCounts
from cockpit.logs.follow import TAIL_LINES, Batch, Follower, FollowState

_POLL_SECONDS = 0.2
_NEWS_SECONDS = 0.1  # at most so often are news told, however fast the lines come
_SLICE = 500  # lines after which other threads get a turn


class ReaderStatus(Struct, frozen=True):
    """How the reading of a log stands; `reason` says why it waits, or what happened to the file last."""

    counts: LogCounts
    state: FollowState = FollowState.WAITING
    reason: str = ""


class LogReader:
    """Follows the log at `path` into `buffer`; `on_news` is called from the thread when lines or counts changed.

    What was in the file at the start is counted, but not as a rate of now.
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
    ) -> None:
        self._buffer = buffer
        self._on_news = on_news
        self._follower = Follower(path, tail=tail)
        self._classifier = Classifier(name, zone=zone, clock=clock)
        self._counters = LogCounters(name, clock=clock)
        self._is_live = False
        self._stop = threading.Event()
        # Daemonic: a read that hangs on a dead network file system does not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name=f"log {name}", daemon=True)
        self.status = ReaderStatus(LogCounts(name))

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; it closes its files, and tells no more news."""
        self._stop.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # the thread's end: a log that is no longer read must say so in its pane
            self.status = ReaderStatus(self.status.counts, FollowState.UNREADABLE, f"is no longer read: {error!r}")
            self._on_news()

    def _read_on(self) -> None:
        with self._follower:
            told_at = 0.0
            told = None
            while not self._stop.is_set():
                more = self._step()
                if told != self.status and (not more or time.monotonic() - told_at >= _NEWS_SECONDS):
                    told, told_at = self.status, time.monotonic()
                    self._on_news()
                self._stop.wait(0 if more else _POLL_SECONDS)

    def _step(self) -> bool:
        """Take in one poll; whether there is more to read already."""
        batch = self._follower.poll()
        self._take_in(batch)
        # What the first look found was there before us, and so is what it could not read in one go.
        self._is_live = self._is_live or not batch.more
        reason = batch.reason or (self.status.reason if batch.state is self.status.state else "")
        self.status = ReaderStatus(self._counters.snapshot(), batch.state, reason)
        return batch.more

    def _take_in(self, batch: Batch) -> None:
        for start in range(0, len(batch.lines), _SLICE):
            lines = []
            for raw in batch.lines[start : start + _SLICE]:
                line = self._classifier.classify(raw.text)
                self._counters.add(line, raw.size, live=self._is_live)
                lines.append(line)
            self._buffer.append(lines)
            time.sleep(0)

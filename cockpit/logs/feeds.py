"""Logs that are no file: a command's output, a pipe, several files in one, each kept in a spool and read as a file."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path

from cockpit import process
from cockpit.errors import ProcessError
from cockpit.logs.classify import Classifier
from cockpit.logs.encodings import wide_encoding
from cockpit.logs.follow import Batch, Follower, FollowState
from cockpit.logs.spool import Spool
from cockpit.logs.tagged import TAG
from cockpit.logs.volumes import is_glob, matching

_CHUNK = 64 * 1024
_FIRST_PAUSE = 1.0  # seconds before a command that has ended is started again; doubled each time, up to:
_LONGEST_PAUSE = 60.0
_LASTED = 30.0  # seconds after which a command counts as having worked
_LAST_WORDS = 500  # bytes
LOOK_SECONDS = 0.1
_GLOB_SECONDS = 2.0
_ROOM_SECONDS = 1.0  # between two tries to write where there was no room
_TOLD = 3  # files of several that are told of
_MERGED_TAIL = 200  # lines of each file at the start


class Feed:
    """Fills `path` from a thread; `trouble` says why nothing comes, or is empty.

    `ready` is set once what was there before is in it: what comes later is news.
    """

    def __init__(self, name: str, *, is_ready: bool = True) -> None:
        self.ready = threading.Event()
        if is_ready:
            self.ready.set()
        self._spool = Spool(name)
        self.path = self._spool.path
        self.trouble = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"feed {name}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; with it go the files. It does not wait."""
        self._stop.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._fill()
        except Exception as error:  # the thread's end: a log that is no longer fed must say so in its pane
            self.trouble = f"is no longer read: {error!r}"
        self.ready.set()
        self._stop.wait()
        self._spool.close()

    def _fill(self) -> None:
        raise NotImplementedError

    def _keep(self, data: bytes) -> None:
        """Write to the spool; until there is room, say so, and read no more: so nothing is lost."""
        before = self.trouble
        while not self._stop.is_set():
            try:
                self._spool.write(data)
            except OSError as error:
                self.trouble = f"waits for room: {error.strerror or error} in {self.path.parent}"
                data = b""  # it is owed
                self._stop.wait(_ROOM_SECONDS)
            else:
                self.trouble = before
                return


class CommandFeed(Feed):
    """What a command says on either stream; it is started again when it ends, ever later while it does not last."""

    def __init__(
        self, name: str, argv: Sequence[str], *, cwd: Path | None = None, first_pause: float = _FIRST_PAUSE
    ) -> None:
        super().__init__(name)
        self._argv = argv
        self._cwd = cwd
        self._first_pause = first_pause
        self._last_words = b""

    def _take(self, data: bytes) -> None:
        self.trouble = ""
        self._last_words = (self._last_words + data)[-_LAST_WORDS:]
        self._keep(data)

    def _fill(self) -> None:
        pause = self._first_pause
        while not self._stop.is_set():
            started = time.monotonic()
            self._last_words = b""
            try:
                ended = process.run(
                    self._argv, cwd=self._cwd, timeout=None, cancel=self._stop, on_output=self._take, grace=1.0
                )
                why = f"ended with status {ended.code}" if ended.code else "ended"
            except ProcessError as error:
                why = str(error)
            if time.monotonic() - started >= _LASTED:
                pause = self._first_pause
            if self._last_words and not self._last_words.endswith(b"\n"):
                self._keep(b"\n")  # or its next life would go on in that line
            said = self._last_words.decode("utf-8", "replace").strip().rpartition("\n")[2]
            for left in range(round(pause), -1, -1):
                again = f"starts again in {left} s" if left else "starts again"
                self.trouble = f"{why}, {again}" + (f": {said}" if said and "status" in why else "")
                if self._stop.wait(min(1.0, pause)) or not left:
                    break
            pause = min(pause * 2, _LONGEST_PAUSE)


class PipeFeed(Feed):
    """What comes through a descriptor, such as standard input, until its end."""

    def __init__(self, name: str, descriptor: int) -> None:
        super().__init__(name)
        self._descriptor = descriptor

    def _fill(self) -> None:
        in_line = False
        while not self._stop.is_set():
            ready, _, _ = select.select([self._descriptor], [], [], LOOK_SECONDS)
            if not ready:
                continue
            data = os.read(self._descriptor, _CHUNK)
            if not data:
                if in_line:
                    self._keep(b"\n")  # or whoever follows would wait for the rest of that line
                self.trouble = "has come to its end"
                return
            in_line = not data.endswith(b"\n")
            self._keep(data)


class MergedFeed(Feed):
    """Several files in one, by the lines' times, each line after its file's name; `patterns` are (name, path or glob).

    `encodings` has by these names those of lines that are not UTF-8.

    What is there at the start is put in order; after that lines are in order as far as they come within a look.
    """

    def __init__(
        self,
        name: str,
        patterns: Sequence[tuple[str, str]],
        *,
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.time,
        encodings: Mapping[str, str] = {},
    ) -> None:
        super().__init__(name, is_ready=False)
        self._patterns = patterns
        self._encodings = encodings
        self._zone = zone
        self._clock = clock
        self._members: dict[str, _Member] = {}

    def _fill(self) -> None:
        looked_at = -_GLOB_SECONDS
        try:
            while not self._stop.is_set():
                if time.monotonic() - looked_at >= _GLOB_SECONDS:
                    looked_at = time.monotonic()
                    self._look_for_files(at_start=not self._members)
                lines = [line for member in self._members.values() for line in member.read()]
                self.trouble = self._troubles()
                if lines:
                    lines.sort(key=lambda line: line[0])
                    self._keep("".join(f"{name}{TAG}{text}\n" for _, name, text in lines).encode("utf-8", "replace"))
                self.ready.set()
                self._stop.wait(LOOK_SECONDS)
        finally:
            for member in self._members.values():
                member.close()

    def _look_for_files(self, *, at_start: bool) -> None:
        for name, pattern in self._patterns:
            paths = matching(pattern) if is_glob(pattern) else [pattern]
            for path in paths:
                if path not in self._members:
                    title = Path(path).stem if is_glob(pattern) else name
                    classifier = Classifier(title, zone=self._zone, clock=self._clock)
                    # A file that appears later is new: all of it is.
                    tail = _MERGED_TAIL if at_start else 1_000_000
                    encoding = self._encodings.get(name, "")
                    self._members[path] = _Member(
                        title, Path(path), classifier, tail=tail, encoding=encoding, may_go=is_glob(pattern)
                    )

    def _troubles(self) -> str:
        if not self._members:
            return "no file is there yet"
        found = [member.trouble for member in self._members.values() if member.trouble]
        more = [f"{len(found) - _TOLD} more"] if len(found) > _TOLD else []
        return ", ".join(found[:_TOLD] + more)


class _Member:
    """One of the files, with the time of its last line, which lines without one have, too.

    `trouble` is why nothing comes, after its name; that it is gone is none where it `may_go`.
    """

    def __init__(
        self, name: str, path: Path, classifier: Classifier, *, tail: int, encoding: str, may_go: bool
    ) -> None:
        self._name = name
        self._path = path
        self._classifier = classifier
        self._tail = tail
        self._encoding = encoding
        self._follower = Follower(path, tail=tail, encoding=encoding)
        self._knows_width = False
        self._feed: Feed | None = None  # of a file in a wide encoding
        self._may_go = may_go
        self._at = 0.0
        self.trouble = ""

    def read(self) -> list[tuple[float, str, str]]:
        found = []
        batch = self._follower.poll()
        if not self._knows_width and self._follower.position:
            self._knows_width = True
            if wide := wide_encoding(self._path, self._encoding):
                batch = self._follow_narrowed(wide)
        self.trouble = self._trouble(batch)
        lines = batch.lines
        if not self._at:
            self._classifier.foresee(raw.text for raw in lines)
        for raw in lines:
            line = self._classifier.classify(raw.text)
            self._at = line.at if line.at is not None else self._at
            found.append((self._at, self._name, raw.text))
        folds = self._classifier.folds
        folds.is_live = folds.is_live or not batch.more
        return found

    def _trouble(self, batch: Batch) -> str:
        if self._feed is not None:
            why = self._feed.trouble
        elif batch.state is FollowState.FOLLOWING or (batch.state is FollowState.WAITING and self._may_go):
            why = ""
        else:
            why = batch.reason
        return f"{self._name} {why}" if why else ""

    def _follow_narrowed(self, wide: str) -> Batch:
        from cockpit.logs.wide import WideFeed  # few logs are

        self._feed = feed = WideFeed(self._name, self._path, wide)
        feed.start()
        self._follower.close()
        self._follower = Follower(feed.path, tail=self._tail)
        return self._follower.poll()

    def close(self) -> None:
        self._follower.close()
        if self._feed is not None:
            self._feed.stop()


class FeedPool:
    """Feeds by what they are made from: two panes that show the same command run it once."""

    def __init__(self) -> None:
        self._feeds: dict[object, tuple[Feed, int]] = {}
        self._lock = threading.Lock()

    def acquire(self, key: object, make: Callable[[], Feed]) -> Feed:
        """Return the feed of a key, started; give it back with `release`."""
        with self._lock:
            feed, holders = self._feeds.get(key, (None, 0))
            if feed is None:
                feed = make()
                feed.start()
            self._feeds[key] = feed, holders + 1
            return feed

    def release(self, key: object) -> None:
        """Give a feed back; nobody's is stopped."""
        with self._lock:
            feed, holders = self._feeds.pop(key)
            if holders > 1:
                self._feeds[key] = feed, holders - 1
            else:
                feed.stop()

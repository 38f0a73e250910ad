"""Counting a whole file by level and format, as fast as its lines are alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from datetime import tzinfo
from typing import Protocol

from cockpit.logs.classify import Classifier
from cockpit.logs.encodings import decoded
from cockpit.logs.line import Level, LogLine, RawLine
from cockpit.logs.own import OWN_BYTES, is_own
from cockpit.logs.parsed import Setting
from cockpit.logs.shapes import Shape, shape_of
from cockpit.logs.split import LINE_LIMIT, LineSplitter
from cockpit.logs.stamps import stamp_epoch
from cockpit.logs.timestamps import ACCESS_TIME, access_epoch
from cockpit.logs.twice import shown_again

BLOCK = 512 * 1024
_SHAPES = 6  # that are remembered of one file
_HOURS = 20_000  # that are kept before they are settled
_TRIES = 200  # lines of no known shape, after which no more are looked for

_Span = tuple[bytes | str | float, bytes | str | float]


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Tally:
    """Counts of a file's lines by level and format, and their first and last time; `own` are those of our traffic."""

    def __init__(self) -> None:
        self.bytes = 0
        self.levels: Counter[Level] = Counter()
        self.own: Counter[Level] = Counter()
        self.formats: Counter[str] = Counter()
        self.first_at: float | None = None
        self.last_at: float | None = None

    def add(self, line: LogLine, size: int) -> None:
        """Count a line of `size` bytes; of a stack trace's lines only the first has a level."""
        self.bytes += size
        self.levels[Level.NONE if line.continuation else line.level] += 1
        self.formats[line.format] += 1
        self.saw(line.at)

    def note_own(self, line: LogLine) -> None:
        """Count a line, where it is of our own traffic, among those."""
        if is_own(line):
            self.own[Level.NONE if line.continuation else line.level] += 1

    @property
    def errors(self) -> int:
        """How many lines are errors or worse, without our own traffic."""
        return sum(count - self.own[level] for level, count in self.levels.items() if level >= Level.ERROR)

    def take(self, other: Tally) -> None:
        """Add what was counted of another file."""
        self.bytes += other.bytes
        self.levels += other.levels
        self.own += other.own
        self.formats += other.formats
        self.saw(other.first_at)
        self.saw(other.last_at)

    def saw(self, at: float | None) -> None:
        """Take in the time of a line."""
        if at is not None:
            self.first_at = at if self.first_at is None else min(self.first_at, at)
            self.last_at = at if self.last_at is None else max(self.last_at, at)


class _Seen:
    """What one shape has read so far: keys, and the earliest and latest rest of each hour."""

    def __init__(self, shape: Shape, setting: Setting) -> None:
        self.shape = shape
        self.keys: defaultdict[Hashable, int] = defaultdict(int)
        self.hours: dict[bytes | str, _Span] = {}
        self.uneven: set[bytes | str] = set()
        self._setting = setting

    def is_even(self, hour: bytes | str) -> bool:
        """Whether there is such an hour, and the clock went evenly in it: else its times do not sort as text."""
        if hour in self.uneven:
            return False
        if hour == "" or hour in self.hours:
            return True
        first, last = (self.epoch(hour, rest) for rest in (":00:00", ":59:59"))
        even = first is not None and last is not None and last - first == 3599 and not self._is_shown_again(last)
        if not even:
            self.uneven.add(hour)
        return even

    def _is_shown_again(self, last: float) -> bool:
        """Whether the clock shows of an hour the last minutes twice, or all: only the lines' order tells them apart."""
        return shown_again(last, self._setting.zone) > 0

    def epoch(self, hour: bytes | str, rest: bytes | str | float) -> float | None:
        """Return the epoch seconds of an hour and the rest of a time."""
        if isinstance(rest, float):
            return rest
        text = self.shape.time(hour, rest)
        access = ACCESS_TIME.match(text)
        return access_epoch(*access.groups()) if access else stamp_epoch(text, self._setting)

    def settle(self, tally: Tally) -> None:
        """Add the times to a tally, and forget them."""
        for hour, span in self.hours.items():
            for rest in span:
                tally.saw(self.epoch(hour, rest))
        self.hours.clear()


class Counted:
    """Counts a file; what it finds is exactly what the classifier says of its lines, one after the other."""

    def __init__(self, classifier: Classifier, zone: tzinfo, now: float, *, encoding: str = "") -> None:
        self.tally = Tally()
        self._classifier = classifier
        self._setting = Setting(zone, now)
        self._encoding = encoding
        self._seen: list[_Seen] = []
        self._tries = 0
        self._last: bytes | None = None  # a line that a shape has read, and the classifier does not know of yet

    def count(self, file: Readable) -> Tally:
        """Read the file to its end and return the counts."""
        for block in _blocks(file, self._encoding):
            if isinstance(block, RawLine):
                self._slow(block)
            else:
                self._block(block)
        for seen in self._seen:
            seen.settle(self.tally)
            for key, count in seen.keys.items():
                self.tally.levels[seen.shape.level(key)] += count
                self.tally.formats[seen.shape.format] += count
        return self.tally

    def _block(self, lines: list[bytes]) -> None:
        if OWN_BYTES in b"\n".join(lines):
            classifier = Classifier("", zone=self._setting.zone)
            for own in lines:
                if OWN_BYTES in own:
                    self.tally.note_own(classifier.classify(own.decode("utf-8", "replace")))
        rest = iter(lines)
        line = next(rest, None)
        while line is not None:
            seen = self._reader_of(line)
            if seen is None:
                self._classify(line)
                line = next(rest, None)
            else:
                line = self._run(seen, line, rest)
        self.tally.bytes += sum(map(len, lines)) + len(lines)

    def _reader_of(self, line: bytes) -> _Seen | None:
        """Return which shape reads the line, and put it first."""
        for index, seen in enumerate(self._seen):
            told = seen.shape.read(line)
            if told is not None and seen.is_even(told[0]):
                if index:
                    self._seen.insert(0, self._seen.pop(index))
                return seen
        return None

    def _run(self, seen: _Seen, line: bytes | None, rest: Iterator[bytes]) -> bytes | None:
        """Read lines as long as the shape reads them, and return the first that it does not."""
        read, keys, hours = seen.shape.read, seen.keys, seen.hours
        current: bytes | str | None = None
        low: bytes | str | float = ""
        high: bytes | str | float = ""
        last = line
        while line is not None:
            told = read(line)
            if told is None:
                break
            hour, at, key = told
            if hour != current:
                if not seen.is_even(hour):
                    break
                if current is not None:
                    hours[current] = (low, high)
                current = hour
                low, high = hours.get(hour, (at, at))
            if at < low:  # type: ignore[operator]
                low = at
            elif at > high:  # type: ignore[operator]
                high = at
            keys[key] += 1
            last = line
            line = next(rest, None)
        if current is not None:
            hours[current] = (low, high)
        if len(hours) > _HOURS:
            seen.settle(self.tally)
        self._last = last
        return line

    def _classify(self, line: bytes) -> None:
        text = decoded(line.removesuffix(b"\r"), self._encoding)
        classified = self._told(text)
        self.tally.add(classified, 0)
        if self._tries < _TRIES and len(self._seen) < _SHAPES and not self._classifier.by_columns:
            self._tries += 1
            shape = shape_of(classified)
            if shape is not None:
                self._tries = 0
                self._seen.append(_Seen(shape, self._setting))
        elif self._classifier.by_columns and self._seen:
            self._forget()

    def _forget(self) -> None:
        """Settle what the shapes have read, and read no more by them: the log has named its columns."""
        for seen in self._seen:
            seen.settle(self.tally)
            for key, count in seen.keys.items():
                self.tally.levels[seen.shape.level(key)] += count
                self.tally.formats[seen.shape.format] += count
        self._seen.clear()

    def _slow(self, raw: RawLine) -> None:
        self.tally.add(self._told(raw.text), raw.size)

    def _told(self, text: str) -> LogLine:
        if self._last is not None:
            # What comes may belong to the line before it.
            self._classifier.classify(decoded(self._last.removesuffix(b"\r"), self._encoding))
            self._last = None
        return self._classifier.classify(text)


def _blocks(file: Readable, encoding: str) -> Iterator[list[bytes] | RawLine]:
    """Return a file's lines in lots, without their ends; those beyond the limit and the unfinished one alone."""
    splitter = LineSplitter(encoding=encoding)
    begun = b""
    while block := file.read(BLOCK):
        if splitter.pending:
            head, end, block = block.partition(b"\n")
            yield from splitter.feed(head + end)
            if not end:
                continue
        data = begun + block
        cut = data.rfind(b"\n")
        begun = data[cut + 1 :]
        if cut >= 0:
            yield from _lot(data[:cut].split(b"\n"), encoding)
        if len(begun) > LINE_LIMIT:
            yield from splitter.feed(begun)
            begun = b""
    yield from splitter.feed(begun)
    yield from splitter.flush()


def _lot(lines: list[bytes], encoding: str) -> Iterator[list[bytes] | RawLine]:
    if max(map(len, lines)) <= LINE_LIMIT:
        yield lines
        return
    for line in lines:
        if len(line) <= LINE_LIMIT:
            yield [line]
        else:
            yield from LineSplitter(encoding=encoding).feed(line + b"\n")

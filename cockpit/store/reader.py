"""Reads journals as they grow: many files of many writers, each up to its last newline."""

from __future__ import annotations

import hashlib
import operator
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from msgspec import Struct

from cockpit.store.envelope import BadLine, Stored, decode_lines
from cockpit.store.layout import JournalName, is_stream, parse_journal_path


class JournalFault(Struct, frozen=True):
    """A line that is no event, or that should not be where it is; `line` counts from 1, 0 is the file itself."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class Bookmark(Struct, frozen=True):
    """How far a journal has been read: `sha256` is of all before `offset`, `written` and `changed` were its times."""

    name: JournalName
    inode: int
    offset: int
    written: int
    changed: int
    sha256: str
    lines: int
    last_number: int
    last_id: str


class _Progress:
    """How far one file has been read: `size` is what it measured then, `offset` the end of its last whole line."""

    def __init__(self, name: JournalName, inode: int, holding: bytes = b"") -> None:
        self.name = name
        self._holding = holding
        self.inode = inode
        self.size = 0
        self.offset = 0
        self.faults: list[JournalFault] = []
        self._lines = 0
        self._last = (0, "")

    def read(self, path: str) -> list[Stored] | None:
        """Return the events in whole lines that are new, or None where the file is not the one that was read."""
        with Path(path).open("rb") as file:
            file.seek(max(self.offset - 1, 0))
            if self.offset and file.read(1) != b"\n":
                return None
            data = file.read()
        self.size = self.offset + len(data)
        end = data.rfind(b"\n") + 1
        self.offset += end
        lines = _lines_holding(self._holding, data, end) if self._holding else data[:end].split(b"\n")[:-1]
        return self._checked(decode_lines(lines))

    def bookmark(self, path: str) -> Bookmark | None:
        """Return how far the file at this place has been read; None where that is not what stands there now."""
        status = os.stat(path)  # noqa: PTH116 - as below
        data = _read(path)[: self.offset]
        if len(data) < self.offset or status.st_ino != self.inode:
            return None
        written = status.st_mtime_ns if status.st_size == self.offset else 0
        sha256 = hashlib.sha256(data).hexdigest()
        return Bookmark(
            self.name, self.inode, self.offset, written, status.st_ctime_ns, sha256, self._lines, *self._last
        )

    @classmethod
    def at(cls, mark: Bookmark, path: str) -> _Progress | None:
        """Return the progress that a bookmark tells of; None where the file begins otherwise now."""
        status = os.stat(path)  # noqa: PTH116 - a flight has hundreds of files, and a Path costs more than the answer
        same = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        if same != (mark.inode, mark.offset, mark.written, mark.changed):
            data = _read(path)[: mark.offset]
            if len(data) < mark.offset or hashlib.sha256(data).hexdigest() != mark.sha256:
                return None
        progress = cls(mark.name, status.st_ino)
        progress.size = progress.offset = mark.offset
        progress._lines, progress._last = mark.lines, (mark.last_number, mark.last_id)
        return progress

    def unfinished(self) -> JournalFault | None:
        """Return what stands behind the last newline: an event that is being written, or that never was."""
        if self.size == self.offset:
            return None
        reason = f"the last {self.size - self.offset} bytes are no whole line: a write that is under way or was cut off"
        return JournalFault(self.name.path, self._lines + 1, reason)

    def _checked(self, events: Sequence[Stored | BadLine]) -> list[Stored]:
        good = self._all_well(events)
        return good if good is not None else list(self._one_by_one(events))

    def _all_well(self, events: Sequence[Stored | BadLine]) -> list[Stored] | None:
        """Return these lines' events where nothing is wrong with any: without a turn of the interpreter for each."""
        good = [event for event in events if isinstance(event, Stored)]
        if not good or len(good) < len(events):
            return None
        envelopes = [event.envelope for event in good]
        numbers = [envelope.s for envelope in envelopes]
        if (
            {envelope.w for envelope in envelopes} != {self.name.writer}
            or {envelope.stream for envelope in envelopes} != {self.name.stream}
            or not all(map(operator.lt, [self._last[0], *numbers], numbers))
        ):
            return None
        self._lines += len(good)
        self._last = (numbers[-1], good[-1].id)
        return good

    def _one_by_one(self, events: Iterable[Stored | BadLine]) -> Iterator[Stored]:
        writer, stream = self.name.writer, self.name.stream
        sequence, last_id = self._last
        for event in events:
            self._lines += 1
            if isinstance(event, BadLine):
                self._fault(event.reason)
                continue
            envelope = event.envelope
            if envelope.w != writer or envelope.stream != stream:
                self._fault(f"belongs to writer {envelope.w} in {envelope.stream}")
                continue
            if envelope.s <= sequence and event.id != last_id:
                self._fault(f"equivocation: the writer used number {envelope.s} twice or went back to it")
            sequence, last_id = envelope.s, event.id
            yield event
        self._last = (sequence, last_id)

    def _fault(self, reason: str) -> None:
        self.faults.append(JournalFault(self.name.path, self._lines, reason))


def _read(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read()


def _lines_holding(wanted: bytes, data: bytes, end: int) -> list[bytes]:
    """Return the lines before `end` in which these bytes stand: most hold none, and are not even cut out."""
    lines = []
    at = data.find(wanted, 0, end)
    while at >= 0:
        begin, stop = data.rfind(b"\n", 0, at) + 1, data.index(b"\n", at)
        lines.append(data[begin:stop])
        at = data.find(wanted, stop, end)
    return lines


class JournalReader:
    """Follows every journal of some streams, or of all, below a store's root; not safe between threads.

    An event comes once; it comes again when a copy of it turns up with a signature that was not seen before. With
    `holding`, only lines that hold these bytes are looked at: for who needs few of many; the lines of faults do not
    count then.
    """

    def __init__(self, root: Path, streams: Iterable[str] | None = None, *, holding: bytes = b"") -> None:
        self._root = root
        self._holding = holding
        self._streams = None if streams is None else tuple(dict.fromkeys(streams))
        self._progress: dict[str, _Progress] = {}
        self._unreadable: dict[str, JournalFault] = {}
        self._seen: set[str] = set()

    def poll(self) -> list[Stored]:
        """Return the events that came since the last call, in each file's order; costs one stat a file."""
        return list(chain.from_iterable(self.by_file()))

    def by_file(self) -> Iterator[list[Stored]]:
        """Yield what `poll` returns, file by file: for who needs a file's events no more once the next one is read."""
        streams = list_streams(self._root) if self._streams is None else self._streams
        for stream in streams:
            for entry in _entries(self._root / "journal" / stream):
                events = self._unseen(self._grown(f"journal/{stream}/{entry.name}", entry))
                if events:
                    yield events

    def bookmarks(self) -> list[Bookmark] | None:
        """Return how far each file has been read; None where anything is wrong with one, or it changes meanwhile."""
        if self.faults():
            return None
        try:
            marks = [progress.bookmark(os.fspath(self._root / path)) for path, progress in self._progress.items()]
        except OSError:
            return None
        return [mark for mark in marks if mark is not None] if None not in marks else None

    @classmethod
    def resumed(
        cls, root: Path, streams: Iterable[str], marks: Iterable[Bookmark], seen: Iterable[str]
    ) -> JournalReader | None:
        """Return a reader that goes on from bookmarks, its next `poll` giving what is not among the events `seen`.

        None where a file is gone, or no longer begins as it did.
        """
        reader = cls(root, streams)
        reader._seen.update(seen)
        for mark in marks:
            try:
                path = mark.name.path
                progress = _Progress.at(mark, f"{root}/{path}")
            except OSError:
                return None
            if progress is None:
                return None
            reader._progress[path] = progress
        return reader

    def faults(self) -> list[JournalFault]:
        """Return what is wrong with the files as they were last read."""
        found = list(self._unreadable.values())
        for progress in self._progress.values():
            found += progress.faults
            unfinished = progress.unfinished()
            if unfinished is not None:
                found.append(unfinished)
        return sorted(found, key=lambda fault: (fault.path, fault.line))

    def _unseen(self, events: list[Stored]) -> list[Stored]:
        ids = {event.id for event in events if event.signature is None}
        if len(ids) < len(events) or not self._seen.isdisjoint(ids):
            return list(filter(self._accept, events))
        self._seen |= ids
        return events

    def _accept(self, event: Stored) -> bool:
        key = event.id if event.signature is None else f"{event.id} {event.signature}"
        if key in self._seen:
            return False
        self._seen.add(event.id)
        if event.signature is not None:
            self._seen.add(key)
        return True

    def _grown(self, path: str, entry: os.DirEntry[str]) -> list[Stored]:
        progress = self._progress.get(path)
        name = progress.name if progress is not None else parse_journal_path(path)
        if name is None:
            return []
        try:
            status = entry.stat()
            if progress is None or progress.inode != status.st_ino:
                progress = _Progress(name, status.st_ino, self._holding)
            elif progress.size == status.st_size:
                return []
            events = progress.read(entry.path)
            if events is None:
                progress = _Progress(name, status.st_ino, self._holding)
                events = progress.read(entry.path) or []
        except FileNotFoundError:
            return []
        except OSError as error:
            self._unreadable[path] = JournalFault(path, 0, f"cannot be read: {error.strerror}")
            return []
        self._unreadable.pop(path, None)
        self._progress[path] = progress
        return events


def list_streams(root: Path) -> list[str]:
    """Return the streams that have a directory below a store's root, sorted."""
    return sorted(
        stream
        for service in _entries(root / "journal")
        for environment in _entries(service)
        for run in _entries(environment)
        if is_stream(stream := f"{service.name}/{environment.name}/{run.name}")
    )


def _entries(directory: os.PathLike[str]) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return

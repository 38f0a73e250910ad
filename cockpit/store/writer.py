"""One process's journals: appended event by event, each on the disk before `append` returns."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable

from cockpit.errors import NotSavedError
from cockpit.store import files
from cockpit.store.envelope import Stored, encode_line
from cockpit.store.layout import JournalName, is_writer, require_stream
from cockpit.store.location import StoreLocation

SEGMENT_BYTES = 128 * 1024  # a commit stores a growing file anew: small segments keep the repository small

Seal = Callable[[int, str | None], Stored]


class StreamJournal:
    """One stream's segments of one writer; `sequence` and `last_id` go on from one segment to the next."""

    def __init__(self, location: StoreLocation, stream: str, writer: str) -> None:
        self.sequence = 1
        self.last_id: str | None = None
        self._location = location
        self._stream = stream
        self._writer = writer
        self._segment = 0
        self._descriptor: int | None = None
        self._size = 0

    def append(self, event: Stored) -> None:
        """Write `event` as the next one; raises NotSavedError, and the journal is then as before."""
        line = encode_line(event.payload, event.signature)
        saved = False
        try:
            descriptor = self._descriptor_for(len(line))
            _write(descriptor, line)
            os.fsync(descriptor)
            self._size += len(line)
            self.sequence += 1
            self.last_id = event.id
            saved = True
        except OSError as error:
            raise NotSavedError(
                f"the event was not saved: {self._location.journal}: {error.strerror}", fix=_remedy(error)
            ) from error
        finally:
            if not saved:
                self._take_back()

    def close(self) -> None:
        """Leave the current segment."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _descriptor_for(self, length: int) -> int:
        if self._descriptor is not None:
            status = os.fstat(self._descriptor)
            foreign = status.st_nlink == 0 or status.st_size != self._size  # removed or rewritten under our feet
            if foreign or (self._size and self._size + length > SEGMENT_BYTES):
                self.close()
        if self._descriptor is None:
            self._descriptor = self._next_segment()
            self._size = 0
        return self._descriptor

    def _next_segment(self) -> int:
        self._segment += 1
        path = self._location.root / JournalName(self._stream, self._writer, self._segment).path
        share = self._location.share
        files.make_directories(path.parent, below=self._location.common, share=share)
        descriptor = files.create(path, share=share, flags=os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # says that its writer lives: nobody replaces it
            os.fsync(descriptor)
            files.sync_directory(path.parent)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _take_back(self) -> None:
        if self._descriptor is None:
            return
        try:
            os.ftruncate(self._descriptor, self._size)
            os.fsync(self._descriptor)
        except OSError:  # the torn line stays, readers cut it off; the next event begins a new segment
            with contextlib.suppress(OSError):
                self.close()
            self._descriptor = None


class JournalWriter:
    """The journals of one process start, by stream; not safe between threads."""

    def __init__(self, location: StoreLocation, writer: str) -> None:
        if not is_writer(writer):
            raise ValueError(f"a writer id is 32 lower-case hex digits, not {writer!r}")
        self.writer = writer
        self._location = location
        self._journals: dict[str, StreamJournal] = {}

    def append(self, stream: str, seal: Seal) -> Stored:
        """Store the event that `seal(sequence, id of the event before)` makes; raises NotSavedError."""
        journal = self._journals.get(stream)
        if journal is None:
            require_stream(stream)
            journal = self._journals[stream] = StreamJournal(self._location, stream, self.writer)
        event = seal(journal.sequence, journal.last_id)
        journal.append(event)
        return event

    def close(self) -> None:
        """Close every file."""
        for journal in self._journals.values():
            journal.close()


def _write(descriptor: int, line: bytes) -> None:
    if os.write(descriptor, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _remedy(error: OSError) -> str:
    if isinstance(error, FileExistsError):
        return "That journal is of an earlier start and is never continued: start the cockpit again"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on that disk, then do it again"
    return "Put that right, then do it again"

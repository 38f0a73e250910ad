"""One open log file: reading on, telling a truncation, splitting into lines."""

from __future__ import annotations

import errno
import os

from cockpit.logs.split import Block, LineSplitter
from cockpit.logs.volumes import Volume, place_of

_CHUNK = 256 * 1024
_LEAST = 4096  # bytes: there may be more than the size says
_ANCHOR = 256  # bytes before the position, by which a rewritten file is told from a grown one


class Incarnation:
    """One file that had, or has, the log's name; read through its descriptor, wherever it was moved to."""

    def __init__(self, descriptor: int, volume: int = 0, *, encoding: str = "") -> None:
        self.descriptor = descriptor
        status = os.fstat(descriptor)
        self._device, self._inode = status.st_dev, status.st_ino
        self.volume = volume  # which of the files that had the name this is, in their order
        self.position = 0
        self.at_end = False
        self.idle_polls = 0
        self._splitter = LineSplitter(encoding=encoding)
        self._anchor = b""
        self._may_begin_with_hole = True

    @property
    def status(self) -> os.stat_result:
        """The status of the open file, whatever name it has by now."""
        return os.fstat(self.descriptor)

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished line have been read."""
        return self._splitter.pending

    @property
    def left(self) -> Volume:
        """How to know this file again, wherever it is moved or packed to, by what was read of it last."""
        # Nothing is asked of the descriptor: another thread may ask this while it is closed.
        return Volume(self.volume, self._device, self._inode, self.position, self._anchor)

    def is_at(self, status: os.stat_result) -> bool:
        """Whether `status` is that of this very file; its inode number is not reused while it is open."""
        return os.path.samestat(self.status, status)

    def skip_to(self, position: int) -> None:
        """Go on reading at `position`; the hole that a file may begin with is skipped."""
        if position < self.after_hole(position) or position == 0:
            return  # from the beginning: it may still be nothing but a hole
        self.position, self._may_begin_with_hole = position, False
        self._anchor = os.pread(self.descriptor, min(_ANCHOR, position), max(position - _ANCHOR, 0))

    def after_hole(self, position: int) -> int:
        """Return `position`, or where the hole ends that it is in."""
        # What has a line before it is in none: the zeros need not be read, of which there may be gigabytes.
        if position and os.pread(self.descriptor, 1, position - 1) == b"\n":
            return position
        return max(position, end_of_hole(self.descriptor))

    def read(self, budget: int, blocks: list[Block]) -> None:
        """Add to `blocks` the lines that the next bytes complete, reading about `budget` bytes at most."""
        if self._may_begin_with_hole:
            self._skip_hole()
            self.at_end = self._may_begin_with_hole
            if self.at_end:
                return  # what comes only now may be more of the hole
        while budget > 0:
            # No room for more than there is: every look at every log would take it, and cut it up.
            there = max(self.status.st_size - self.position, _LEAST)
            data = os.pread(self.descriptor, min(_CHUNK, budget, there), self.position)
            self.at_end = not data
            if self.at_end:
                break
            budget -= len(data)
            place = place_of(self.volume, self.position - self.pending)
            self.position += len(data)
            self._anchor = (self._anchor + data[-_ANCHOR:])[-_ANCHOR:]
            self.idle_polls = 0
            block = self._splitter.cut(data, place)
            if block.size:
                blocks.append(block)

    def was_rewritten(self) -> bool:
        """Whether the bytes last read are no longer there: truncated, even if it has outgrown them since."""
        anchor = os.pread(self.descriptor, len(self._anchor), self.position - len(self._anchor))
        return anchor != self._anchor

    def restart(self, volume: int, blocks: list[Block]) -> None:
        """Go back to the beginning, as another volume, adding to `blocks` the line that was cut off."""
        self.finish(blocks)
        self.volume, self.position, self._anchor = volume, 0, b""
        self._may_begin_with_hole = True

    def finish(self, blocks: list[Block]) -> None:
        """Add to `blocks` an unfinished line, whose end will not come."""
        place = place_of(self.volume, self.position - self.pending)
        blocks += [Block(line, b"", place=place) for line in self._splitter.flush()]

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)

    def _skip_hole(self) -> None:
        self.position = end_of_hole(self.descriptor, self.position)
        self._anchor = bytes(min(_ANCHOR, self.position))
        self._may_begin_with_hole = os.pread(self.descriptor, 1, self.position) in (b"", b"\0")


def end_of_hole(descriptor: int, start: int = 0) -> int:
    """Return where the zeros that a file may begin with end, of which those before `start` are known.

    After a truncation a writer that does not append goes on at its old offset: what is before that is no line.
    """
    if os.pread(descriptor, 1, start) != b"\0":
        return start
    try:
        start = os.lseek(descriptor, start, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # no data yet
            return os.fstat(descriptor).st_size
        # Otherwise it is on a file system that knows no holes.
    while block := os.pread(descriptor, _CHUNK, start):
        text = block.lstrip(b"\0")
        start += len(block) - len(text)
        if text:
            break
    return start

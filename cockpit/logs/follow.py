"""Following a file as it grows, through rotation by rename, truncation and removal, like `tail -F`."""

from __future__ import annotations

import os
import stat
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from cockpit.closing import Closing
from cockpit.logs.backward import Earlier, read_before, start_of_last_lines
from cockpit.logs.incarnation import Incarnation
from cockpit.logs.line import RawLine
from cockpit.logs.split import Block
from cockpit.logs.volumes import FIRST_VOLUME, Known, Volume, place_of

TAIL_LINES = 1000
_POLL_BYTES = 1024 * 1024
_REMEMBERED = 100  # volumes
_PATIENCE = 25  # polls without news after which a file that was rotated away is let go


class FollowState(StrEnum):
    """Whether a log can be read now."""

    FOLLOWING = "following"
    WAITING = "waiting"  # there is no file at the path
    UNREADABLE = "unreadable"  # there is something, and it cannot be read


class Batch(Struct, frozen=True):
    """What one poll found: blocks of new lines, oldest first, the state after it, and why, or what became of the file.

    `reason` goes on after the file's name: `does not exist yet`, `was rotated: reading the new file`.
    `more` says that the file holds more already: poll again at once.
    """

    blocks: tuple[Block, ...]
    state: FollowState
    reason: str = ""
    more: bool = False

    @property
    def lines(self) -> tuple[RawLine, ...]:
        """The new lines one by one."""
        return tuple(line for block in self.blocks for line in block.lines())


class Follower(Closing):
    """Follows the file at `path` from its last `tail` lines on; use it as a context manager, or `close` it.

    A file that appears later, or takes the place of another, is read from its beginning. No poll waits for data.
    """

    def __init__(self, path: Path, *, tail: int = TAIL_LINES, encoding: str = "") -> None:
        self._path = path
        self._tail = tail
        self._encoding = encoding
        self._current: Incarnation | None = None
        self._former: list[Incarnation] = []
        self._starts_at_tail = True
        self._absence = "does not exist yet"
        self._start = 0
        self._volume = FIRST_VOLUME - 1
        self.left: tuple[Volume, ...] = ()  # the volumes that were read and left, oldest first

    @property
    def start(self) -> int:
        """The offset in the current file of the first line that was read from it: where `read_before` goes on."""
        return self._start

    def poll(self) -> Batch:
        """Return what has been written since the last poll; never raises for what the file system does."""
        blocks: list[Block] = []
        try:
            state, reason = self._poll(blocks)
        except FileNotFoundError:
            state, reason = FollowState.WAITING, self._absence
        except OSError as error:
            state, reason = FollowState.UNREADABLE, error.strerror or str(error)
        more = self._current is not None and not self._current.at_end and state is FollowState.FOLLOWING
        return Batch(tuple(blocks), state, reason, more)

    @property
    def position(self) -> int:
        """How far the current file has been read, in bytes."""
        current = self._current
        return current.position if current is not None else 0

    @property
    def volume(self) -> int:
        """The volume that is read now, or was read last."""
        return self._volume

    def known(self) -> Known:
        """Return what a history has to know of the volumes; it may be called from another thread."""
        # In this order: a volume that is left meanwhile is then among those that were left.
        incarnation = self._current
        current = incarnation.left if incarnation is not None else None
        return Known(current.number if current is not None else self._volume, self.left, current)

    def tail_before(self, n_lines: int) -> Block | None:
        """Return the last lines that were read of the current file; None where there is none."""
        current = self._current
        if current is None:
            return None
        end = current.position - current.pending
        start = min(current.after_hole(start_of_last_lines(current.descriptor, end, n_lines)), end)
        data = os.pread(current.descriptor, end - start, start)
        return Block(None, data, place=place_of(current.volume, start), encoding=self._encoding)

    def read_before(self, offset: int, n_lines: int) -> Earlier:
        """Return up to `n_lines` lines of the current file before `offset`, for scrolling back."""
        current = self._current
        if current is None:
            return Earlier((), 0)
        earlier = read_before(current.descriptor, offset, n_lines, self._encoding)
        start = min(current.after_hole(earlier.offset), offset)
        if start == earlier.offset:
            return earlier
        data = os.pread(current.descriptor, offset - start, start)
        return Earlier(tuple(Block(None, data, encoding=self._encoding).lines()), start)

    def close(self) -> None:
        """Let go of every file; an unfinished line is not reported."""
        for incarnation in (*self._former, self._current):
            if incarnation is not None:
                incarnation.close()
        self._former.clear()
        self._current = None

    def _poll(self, blocks: list[Block]) -> tuple[FollowState, str]:
        self._read_former(blocks)
        reason = ""
        if self._current is not None:
            # Before what is read: a name that is taken over between the two is seen at the next poll.
            status = self._status()
            reason = self._read_on(self._current, blocks)
            if not self._current.at_end:
                return FollowState.FOLLOWING, reason
            if status is None:
                self._outlive(self._current, blocks)
                return FollowState.WAITING, self._absence
            # Until the new file has something in it, writers may well still be at the old one.
            if self._current.is_at(status) or status.st_size == 0:
                return FollowState.FOLLOWING, reason
            self._retire(self._current, blocks)
            reason = "was rotated: reading the new file"
        self._open(blocks)
        return FollowState.FOLLOWING, reason

    def _status(self) -> os.stat_result | None:
        try:
            return self._path.stat()
        except FileNotFoundError:
            return None

    def _read_on(self, current: Incarnation, blocks: list[Block]) -> str:
        reason = ""
        if current.was_rewritten():
            reason = "was truncated: reading it from its beginning"
            self._leave(current)
            current.restart(self._next_volume(), blocks)
            self._start = 0
        current.read(_POLL_BYTES, blocks)
        return reason

    def _read_former(self, blocks: list[Block]) -> None:
        """Read what slow writers still append to files that were rotated away."""
        for former in tuple(self._former):
            former.idle_polls += 1
            former.read(_POLL_BYTES, blocks)
            if former.idle_polls >= _PATIENCE:
                former.finish(blocks)
                former.close()
                self._former.remove(former)

    def _open(self, blocks: list[Block]) -> None:
        try:
            # Should it be a pipe, this does not wait for its writer.
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            self._starts_at_tail = False
            raise
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise OSError("not a regular file")
        current = Incarnation(descriptor, self._next_volume(), encoding=self._encoding)
        self._current = current
        self._absence = "is gone, and will be read when it comes back"
        if self._starts_at_tail:
            self._starts_at_tail = False
            current.skip_to(start_of_last_lines(descriptor, status.st_size, self._tail))
        self._start = current.position
        current.read(_POLL_BYTES, blocks)

    def _outlive(self, current: Incarnation, blocks: list[Block]) -> None:
        """Stay with a file that was moved away; let go of one that was removed, which would keep its disk space."""
        if current.status.st_nlink == 0:
            self._retire(current, blocks)

    def _retire(self, current: Incarnation, blocks: list[Block]) -> None:
        current.finish(blocks)
        self._leave(current)
        current.idle_polls = 0
        self._former.append(current)
        self._current = None

    def _next_volume(self) -> int:
        self._volume += 1
        return self._volume

    def _leave(self, current: Incarnation) -> None:
        self.left = (*self.left, current.left)[-_REMEMBERED:]

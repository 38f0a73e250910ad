"""The whole of a log, back to its oldest archive, read in stretches around any place, in memory for a few of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from threading import Event, Lock
from typing import NamedTuple

from cockpit.logs.incarnation import end_of_hole
from cockpit.logs.line import RawLine
from cockpit.logs.packed import unpacked
from cockpit.logs.split import Block
from cockpit.logs.volumes import FIRST_VOLUME, PACKED, VOLUME_SPAN, Known, Volume, archives_of, place_of

STRETCH = 256 * 1024  # bytes
_LONGEST_LINE = 8 * 1024 * 1024  # bytes; what is longer is read in pieces
_KEPT_OPEN = 4


class Stretch(NamedTuple):
    """Lines from the place `start` up to `end`, within one volume."""

    start: int
    end: int
    data: bytes
    encoding: str = ""  # of lines that are not UTF-8

    def lines(self) -> list[RawLine]:
        """Return the lines one by one; a last one without its end is one, too."""
        whole = self.data if self.data.endswith(b"\n") else self.data + b"\n"
        return Block(None, whole, encoding=self.encoding).lines()

    def places(self, lines: list[RawLine]) -> list[int]:
        """Return where the lines start."""
        return list(accumulate((line.size for line in lines[:-1]), initial=self.start))


class History:
    """Reads a log's volumes at any place; `known` returns which there are, by default those that the names tell.

    Blocking: call it from a thread. One call at a time is served. Raises OSError where a file cannot be read,
    GivenUpError where `cancel` was set while an archive was unpacked.
    """

    def __init__(self, path: Path, known: Callable[[], Known] | None = None, *, encoding: str = "") -> None:
        self._path = path
        self._encoding = encoding
        self._known = known or (lambda: Known(FIRST_VOLUME))
        self._open: dict[int, int] = {}
        self._firsts: dict[int, int] = {}  # of those that are open, where the first line starts
        self._lock = Lock()

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            for number in tuple(self._open):
                self._let_go(number)

    def end(self) -> int:
        """Return the place after the last line of the present file."""
        with self._lock:
            number = self._known().number
            descriptor = self._descriptor(number, Event())
            return place_of(number, os.fstat(descriptor).st_size if descriptor is not None else 0)

    def size_of(self, place: int) -> int:
        """Return how many bytes the volume of a place has; 0 where it is gone."""
        with self._lock:
            descriptor = self._descriptor(place // VOLUME_SPAN, Event())
            return os.fstat(descriptor).st_size if descriptor is not None else 0

    def before(self, place: int, cancel: Event, size: int = STRETCH) -> Stretch | None:
        """Return about `size` bytes of lines that end at a place; None where nothing is before it."""
        with self._lock:
            number, offset = divmod(place, VOLUME_SPAN)
            while True:
                if offset:
                    descriptor = self._descriptor(number, cancel)
                    if descriptor is None:
                        return None
                    first = self._first(number, descriptor)
                    if offset > first:
                        start, data = _whole_lines_before(descriptor, offset, size, first)
                        return self._stretch(number, start, data) if data else None
                number -= 1
                descriptor = self._descriptor(number, cancel)
                if descriptor is None:
                    return None
                offset = os.fstat(descriptor).st_size

    def after(self, place: int, cancel: Event, size: int = STRETCH) -> Stretch | None:
        """Return about `size` bytes of lines that start at a place; None where nothing is after it, or not yet."""
        with self._lock:
            number, offset = divmod(place, VOLUME_SPAN)
            present = self._known().number
            while True:
                descriptor = self._descriptor(number, cancel)
                if descriptor is not None:
                    offset = max(offset, self._first(number, descriptor))
                    data = _whole_lines_after(descriptor, offset, size, to_end=number < present)
                    if data:
                        return self._stretch(number, offset, data)
                if number >= present:
                    return None
                number, offset = number + 1, 0

    def _stretch(self, number: int, offset: int, data: bytes) -> Stretch:
        return Stretch(place_of(number, offset), place_of(number, offset + len(data)), data, self._encoding)

    def line_start(self, place: int, cancel: Event) -> int:
        """Return where the line around a place starts."""
        with self._lock:
            number, offset = divmod(place, VOLUME_SPAN)
            descriptor = self._descriptor(number, cancel)
            if descriptor is None or offset <= (first := self._first(number, descriptor)):
                return place
            start, data = _whole_lines_before(descriptor, offset, STRETCH, first)
            return place_of(number, start + data.rfind(b"\n") + 1) if data else place

    def volumes(self) -> list[int]:
        """Return the numbers of the volumes that are there, oldest first; archives are not unpacked for it."""
        with self._lock:
            known = self._known()
            return list(range(known.oldest - len(self._older(known)), known.number + 1))

    def _older(self, known: Known) -> list[Path]:
        """The archives before the first volume that was followed, newest first."""
        # Before the archives are listed: should it be moved between the two, it is found among them.
        is_moved = known.current is not None and not _is_file(self._path, known.current)
        archives = archives_of(self._path)
        for index, archive in enumerate(archives):
            if known.left:
                is_first = archive.suffix not in PACKED and _is_volume(archive, known.left[0])
            else:
                is_first = known.current is not None and _is_file(archive, known.current)
            if is_first:
                return archives[index + 1 :]
        # Packed or gone: as many archives as volumes were left, or moved away, are newer than those before.
        return archives[len(known.left) + is_moved :]

    def _descriptor(self, number: int, cancel: Event) -> int | None:
        known = self._known()
        left = next((volume for volume in known.left if volume.number == number), None)
        if number > known.number:
            return None
        if number == known.number and left is None:
            return self._present(known, cancel)
        if number in self._open:
            if left is None or _holds(self._open[number], left):
                return self._open[number]
            self._let_go(number)  # it was copied and truncated
        if left is None:
            older = self._older(known)
            index = known.oldest - number - 1
            return self._keep(number, older[index], cancel) if 0 <= index < len(older) else None
        archives = archives_of(self._path)
        for archive in (one for one in archives if one.suffix not in PACKED):
            if _is_volume(archive, left):
                return self._keep(number, archive, cancel)
        return self._packed(left, archives, cancel)

    def _present(self, known: Known, cancel: Event) -> int | None:
        number, current = known.number, known.current
        descriptor = self._open.get(number)
        if descriptor is not None:
            if _is_at(descriptor, self._path) if current is None else _is_of(descriptor, current):
                return descriptor
            self._let_go(number)
        # By its name where that is all there is: whoever follows it tells when another file has taken that.
        if current is None or _is_file(self._path, current):
            return self._keep(number, self._path, cancel)
        # Moved away, and followed there until something is in the file that has its name now.
        archives = archives_of(self._path)
        for archive in archives:
            if _is_file(archive, current):
                return self._keep(number, archive, cancel)
        return self._packed(current, archives[:1], cancel)

    def _packed(self, volume: Volume, archives: list[Path], cancel: Event) -> int | None:
        for archive in (one for one in archives if one.suffix in PACKED):
            descriptor = self._keep(volume.number, archive, cancel)
            if descriptor is not None and _holds(descriptor, volume):
                return descriptor
            if descriptor is not None:
                self._let_go(volume.number)
        return None

    def _first(self, number: int, descriptor: int) -> int:
        """Where a volume's first line starts: after the hole that a truncation under its writer has left, if any."""
        first = self._firsts.get(number)
        if first is None:
            first = end_of_hole(descriptor)
            if os.pread(descriptor, 1, first):  # a hole at whose end nothing is yet may still grow
                self._firsts[number] = first
        return first

    def _let_go(self, number: int) -> None:
        os.close(self._open.pop(number))
        self._firsts.pop(number, None)

    def _keep(self, number: int, path: Path, cancel: Event) -> int | None:
        try:
            if path.suffix in PACKED and path != self._path:
                descriptor = unpacked(path, cancel)
            else:
                descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        while len(self._open) >= _KEPT_OPEN:
            self._let_go(next(iter(self._open)))
        self._open[number] = descriptor
        return descriptor


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _is_file(path: Path, volume: Volume) -> bool:
    """Whether a path is that of a file that is still open, whose inode number therefore is no other's."""
    try:
        status = path.stat()
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == (volume.device, volume.inode)


def _is_of(descriptor: int, volume: Volume) -> bool:
    status = os.fstat(descriptor)
    return (status.st_dev, status.st_ino) == (volume.device, volume.inode) or _holds(descriptor, volume)


def _is_volume(path: Path, known: Volume) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _holds(descriptor, known)
    finally:
        os.close(descriptor)


def _holds(descriptor: int, known: Volume) -> bool:
    """Whether a file has what was last read of a volume where it was read: a copy has, a namesake has not."""
    start = known.end - len(known.anchor)
    return bool(known.anchor) and os.pread(descriptor, len(known.anchor), start) == known.anchor


def _whole_lines_before(descriptor: int, offset: int, size: int, first: int) -> tuple[int, bytes]:
    """Return where lines start that end at `offset`, and their bytes; what has no line start for long is cut.

    No line starts before `first`.
    """
    while True:
        start = max(offset - size, first)
        data = _read(descriptor, start, offset - start)
        if start == first:
            return start, data
        feed = data.find(b"\n", 0, len(data) - 1)
        if feed != -1:
            return start + feed + 1, data[feed + 1 :]
        if size >= _LONGEST_LINE:
            return start, data
        size *= 8


def _whole_lines_after(descriptor: int, offset: int, size: int, *, to_end: bool) -> bytes:
    while True:
        data = _read(descriptor, offset, size)
        end = data.rfind(b"\n") + 1
        if end:
            return data[:end]
        if len(data) < size:
            return data if to_end else b""
        if size >= _LONGEST_LINE:
            return data
        size *= 8


def _read(descriptor: int, start: int, size: int) -> bytes:
    pieces = []
    while size > 0 and (piece := os.pread(descriptor, size, start)):
        pieces.append(piece)
        start += len(piece)
        size -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)

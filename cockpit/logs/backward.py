"""Reading a file from its end, in blocks, without reading its beginning."""

from __future__ import annotations

import os

from msgspec import Struct

from cockpit.logs.line import RawLine
from cockpit.logs.split import LineSplitter

_BLOCK = 64 * 1024
SCAN_LIMIT = 8 * 1024 * 1024  # bytes looked at for the start of the wanted lines, however long they are


class Earlier(Struct, frozen=True):
    """Lines before an offset; `offset` is where the first of them starts, 0 at the beginning of the file."""

    lines: tuple[RawLine, ...]
    offset: int


def start_of_last_lines(descriptor: int, end: int, count: int, *, scan_limit: int | None = SCAN_LIMIT) -> int:
    """Return the offset at which the last `count` lines before `end` start; an unfinished last line is one more.

    Where they would start more than `scan_limit` bytes back, fewer lines are taken.
    """
    furthest = 0 if scan_limit is None else max(end - scan_limit, 0)
    wanted = count + 1
    position, start = end, end
    while position > furthest:
        size = min(_BLOCK, position)
        position -= size
        block = os.pread(descriptor, size, position)
        found = len(block)
        while (found := block.rfind(b"\n", 0, found)) != -1:
            start = position + found + 1
            wanted -= 1
            if wanted == 0:
                return start
    # No line feed at all within the limit: a fragment of one endless line is better than nothing.
    return 0 if position == 0 else start if start < end else position


def read_before(descriptor: int, offset: int, count: int, encoding: str = "") -> Earlier:
    """Return the last `count` lines that end at or before `offset`."""
    start = start_of_last_lines(descriptor, offset, count)
    splitter = LineSplitter(encoding=encoding)
    lines = []
    position = start
    while position < offset:
        block = os.pread(descriptor, min(_BLOCK, offset - position), position)
        if not block:
            break
        position += len(block)
        lines += splitter.feed(block)
    return Earlier(tuple(lines + splitter.flush()), start)

"""Splitting bytes into lines, however the bytes are cut into chunks."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from cockpit.logs.line import RawLine

LINE_LIMIT = 64 * 1024
_Decoder = codecs.getincrementaldecoder("utf-8")


def decode_line(kept: bytes, size: int, limit: int = LINE_LIMIT) -> str:
    """Return the text of a line of `size` bytes, of which the first `limit` at least were kept."""
    if size <= limit:
        return kept.removesuffix(b"\r").decode("utf-8", "replace")
    # Not final: the first bytes of a character that was cut in two are left out.
    text = _Decoder("replace").decode(kept[:limit])
    return f"{text} ... [cut: {limit} of {size} bytes shown]"


class Block(NamedTuple):
    """Lines as they were read: `first`, which an earlier block began, and `rest`, whole lines with their line feeds.

    `place` is where the first of them starts: an offset, or one that counts the file's volume too.
    """

    first: RawLine | None
    rest: bytes
    limit: int = LINE_LIMIT
    place: int = 0

    @property
    def n_lines(self) -> int:
        """How many lines these are."""
        return self.rest.count(b"\n") + (self.first is not None)

    @property
    def size(self) -> int:
        """How many bytes of the file these are."""
        return len(self.rest) + (self.first.size if self.first else 0)

    def lines(self) -> list[RawLine]:
        """Return the lines one by one."""
        begun = [self.first] if self.first else []
        if not self.rest:
            return begun
        if self.rest.isascii():
            pieces = self.rest.decode("ascii").split("\n")
            pieces.pop()
            if b"\r" not in self.rest and len(max(pieces, key=len)) <= self.limit:
                return begun + [RawLine(piece, len(piece) + 1) for piece in pieces]
        limit = self.limit
        whole = self.rest.split(b"\n")
        whole.pop()
        return begun + [RawLine(decode_line(piece, len(piece), limit), len(piece) + 1) for piece in whole]


class LineSplitter:
    """Splits a stream of bytes at line feeds, keeping an unfinished line until its end arrives.

    Text is UTF-8, with replacement characters for what is not; one carriage return before the line feed is dropped.
    Of a line longer than `limit` bytes only the first are kept, and its text says how much is missing.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._begun = bytearray()
        self._size = 0  # bytes of the unfinished line, those that were not kept included

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished line have been taken in."""
        return self._size

    def cut(self, data: bytes, place: int = 0) -> Block:
        """Take in the next bytes and return the lines they complete; `place` is where the first of these starts."""
        end = data.rfind(b"\n") + 1
        start, first = 0, None
        if end and self._size:
            start = data.find(b"\n") + 1
            self._keep(data[: start - 1])
            first = self._finish(1)
        self._keep(data[end:])
        return Block(first, data[start:end], self._limit, place)

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in the next bytes and return the lines they complete, one by one."""
        return self.cut(data).lines()

    def flush(self) -> list[RawLine]:
        """Return the unfinished line, if there is one, as a line."""
        return [self._finish(0)] if self._size else []

    def _keep(self, piece: bytes) -> None:
        self._begun += piece[: max(self._limit - len(self._begun), 0)]
        self._size += len(piece)

    def _finish(self, end: int) -> RawLine:
        line = RawLine(decode_line(bytes(self._begun), self._size, self._limit), self._size + end)
        self._begun.clear()
        self._size = 0
        return line

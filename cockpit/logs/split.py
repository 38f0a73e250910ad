"""Splitting bytes into lines, however the bytes are cut into chunks."""

from __future__ import annotations

from typing import NamedTuple

from cockpit.logs.encodings import decoded
from cockpit.logs.line import RawLine

LINE_LIMIT = 64 * 1024


def decode_line(kept: bytes, size: int, limit: int = LINE_LIMIT, encoding: str = "") -> str:
    """Return the text of a line of `size` bytes, of which the first `limit` at least were kept."""
    if size <= limit:
        return decoded(kept.removesuffix(b"\r"), encoding)
    text = decoded(_whole_characters(kept[:limit]), encoding)
    return f"{text} ... [cut: {limit} of {size} bytes shown]"


def _whole_characters(kept: bytes) -> bytes:
    """Leave out the first bytes of a character of UTF-8 that was cut in two."""
    for back in range(1, min(4, len(kept)) + 1):
        byte = kept[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return kept if back == length else kept[:-back]
        if byte < 0x80:
            break
    return kept


class Block(NamedTuple):
    """Lines as they were read: `first`, which an earlier block began, and `rest`, whole lines with their line feeds.

    `place` is where the first of them starts: an offset, or one that counts the file's volume too.
    """

    first: RawLine | None
    rest: bytes
    limit: int = LINE_LIMIT
    place: int = 0
    encoding: str = ""  # of lines that are not UTF-8

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
        limit, encoding = self.limit, self.encoding
        whole = self.rest.split(b"\n")
        whole.pop()
        return begun + [RawLine(decode_line(piece, len(piece), limit, encoding), len(piece) + 1) for piece in whole]


class LineSplitter:
    """Splits a stream of bytes at line feeds, keeping an unfinished line until its end arrives.

    Text is UTF-8, or else in `encoding`, and what is neither stands escaped; one carriage return before the line feed
    is dropped. Of a line longer than `limit` bytes only the first are kept, and its text says how much is missing.
    """

    def __init__(self, limit: int = LINE_LIMIT, *, encoding: str = "") -> None:
        self._limit = limit
        self._encoding = encoding
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
        return Block(first, data[start:end], self._limit, place, self._encoding)

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
        text = decode_line(bytes(self._begun), self._size, self._limit, self._encoding)
        line = RawLine(text, self._size + end)
        self._begun.clear()
        self._size = 0
        return line

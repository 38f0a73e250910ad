"""Bytes to lines, however the bytes are cut into chunks."""

from __future__ import annotations

import codecs

from cockpit.logs.line import RawLine

LINE_LIMIT = 64 * 1024
_Decoder = codecs.getincrementaldecoder("utf-8")


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

    def feed(self, data: bytes) -> list[RawLine]:
        """Take in the next bytes and return the lines they complete."""
        first, *rest = data.split(b"\n")
        self._keep(first)
        if not rest:
            return []
        lines = [self._finish(1)]
        *whole, begun = rest
        lines += [RawLine(self._decode(piece, len(piece)), len(piece) + 1) for piece in whole]
        self._keep(begun)
        return lines

    def flush(self) -> list[RawLine]:
        """Return the unfinished line, if there is one, as a line."""
        return [self._finish(0)] if self._size else []

    def _keep(self, piece: bytes) -> None:
        self._begun += piece[: max(self._limit - len(self._begun), 0)]
        self._size += len(piece)

    def _finish(self, end: int) -> RawLine:
        line = RawLine(self._decode(bytes(self._begun), self._size), self._size + end)
        self._begun.clear()
        self._size = 0
        return line

    def _decode(self, kept: bytes, size: int) -> str:
        if size <= self._limit:
            return kept.removesuffix(b"\r").decode("utf-8", "replace")
        # Not final: the first bytes of a character that was cut in two are left out.
        text = _Decoder("replace").decode(kept[: self._limit])
        return f"{text} ... [cut: {self._limit} of {size} bytes shown]"

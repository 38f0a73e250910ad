"""Lines that are held packed, many together: few of those in memory are ever looked at again."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec.msgpack
from msgspec import Struct

from cockpit.logs.line import LogLine

_FASTEST = 1  # of zlib's levels: what is alike in lines of a log it finds as well as the others
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[LogLine])


class Chunk(Struct, frozen=True, gc=False):
    """So many lines, of `characters` together, in a tenth of the memory that they take one by one."""

    count: int
    characters: int
    packed: bytes
    plain: tuple[LogLine, ...] = ()  # in place of `packed`, where a text holds what is no character

    def lines(self) -> Sequence[LogLine]:
        """Return the lines."""
        return self.plain or _DECODER.decode(zlib.decompress(self.packed))


def pack(lines: Sequence[LogLine]) -> Chunk:
    """Return these lines as a chunk."""
    characters = sum(len(line.text) for line in lines)
    try:
        packed = zlib.compress(_ENCODER.encode(lines), _FASTEST)
    except UnicodeEncodeError:
        return Chunk(len(lines), characters, b"", tuple(lines))
    return Chunk(len(lines), characters, packed)

"""Makes what fails smaller: delta debugging (Zeller and Hildebrandt, 2002) on bytes and on sequences."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

SECONDS = 6.0  # that it may take


def smaller(made: Any, fails: Callable[[Any], bool]) -> Any:
    """Return a smaller input that fails alike: of bytes, or of a tuple whose only bytes they are; else the same."""
    deadline = time.monotonic() + SECONDS
    if isinstance(made, bytes):
        lines = made.splitlines(keepends=True)
        fewer = minimal(lines, lambda some: fails(b"".join(some)), deadline)
        letters = [bytes([each]) for each in b"".join(fewer)]
        return b"".join(minimal(letters, lambda some: fails(b"".join(some)), deadline))
    places = [index for index, part in enumerate(made) if isinstance(part, bytes)] if isinstance(made, tuple) else []
    if len(places) != 1:
        return made
    place = places[0]

    def with_bytes(data: bytes) -> Any:
        parts = [*made[:place], data, *made[place + 1 :]]
        return type(made)(*parts) if hasattr(made, "_fields") else tuple(parts)

    return with_bytes(smaller(made[place], lambda data: fails(with_bytes(data))))


def minimal(parts: Sequence[T], fails: Callable[[list[T]], bool], deadline: float) -> list[T]:
    """Return fewer of the parts, in their order, that still fail; all of them where these do not fail again."""
    found = list(parts)
    if not fails(found):
        return found
    pieces = 2
    while len(found) > 1 and time.monotonic() < deadline:
        size = -(-len(found) // pieces)
        for start in range(0, len(found), size):
            without = found[:start] + found[start + size :]
            if time.monotonic() >= deadline:
                return found
            if fails(without):
                found, pieces = without, max(pieces - 1, 2)
                break
        else:
            if pieces >= len(found):
                break
            pieces = min(pieces * 2, len(found))
    return found

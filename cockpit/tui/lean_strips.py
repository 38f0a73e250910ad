"""Textual's strips without the caches that nothing is in: seven of them are most of what a row takes.

Of what is on a screen most rows are drawn once, and what holds them is walked by the garbage collector again and again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip

_SIZES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
_OTHERS = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}


class _Cache:
    """One of a strip's caches, in its slot; it is made as soon as it is asked for."""

    def __init__(self, slot: Any, size: int) -> None:
        self._slot = slot
        self._size = size

    def __get__(self, strip: Strip | None, kind: type[Strip]) -> object:
        if strip is None:
            return self
        try:
            return self._slot.__get__(strip, kind)
        except AttributeError:
            made: FIFOCache[Any, Any] = FIFOCache(self._size)
            self._slot.__set__(strip, made)
            return made

    def __set__(self, strip: Strip, cache: object) -> None:
        self._slot.__set__(strip, cache)


def _begin(self: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = self._link_ids = self._cell_count = None


def make_strips_lean() -> None:
    """Let strips begin without caches; where Textual's are not those that are known here, they stay as they are."""
    if set(Strip.__slots__) != _SIZES.keys() | _OTHERS or isinstance(vars(Strip)["_crop_cache"], _Cache):
        return
    strip = Strip([])
    if any(getattr(strip, name)._maxsize != size for name, size in _SIZES.items()):
        return
    for name, size in _SIZES.items():
        setattr(Strip, name, _Cache(vars(Strip)[name], size))
    Strip.__init__ = _begin  # type: ignore[method-assign]

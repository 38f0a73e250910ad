"""Regular expressions that are compiled when they are first used.

A log has one format or two, and there are a hundred expressions: compiling all of them costs more than to read, sort
out and draw a screenful of lines.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def lazily(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` would, as far as its methods and `pattern` go; mistakes show at the first use."""
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))


class _Pattern:
    __slots__ = ("_flags", "findall", "finditer", "fullmatch", "match", "pattern", "search", "split", "sub")


class _Lazy(_Pattern):
    """Becomes a plain `_Pattern` once it is used: from then on nothing stands between the call and the compiled one."""

    __slots__ = ()

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self._flags)
        for method in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub"):
            setattr(self, method, getattr(compiled, method))
        self.__class__ = _Pattern  # type: ignore[assignment]
        return getattr(compiled, name)

"""Pages of an answer, one after the other, within bounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from cockpit.sources.trouble import SourceError

T = TypeVar("T")
C = TypeVar("C")

MOST_PAGES = 10
MOST_ROWS = 2000


async def collect(
    page: Callable[[C | None], Awaitable[tuple[list[T], C | None]]],
    *,
    pages: int = MOST_PAGES,
    rows: int = MOST_ROWS,
) -> tuple[list[T], bool]:
    """Return the rows of all pages, and whether they are all; `page` gets a cursor and returns rows and the next one.

    The first cursor is None, and so is the one after the last page. SourceError for one that leads back.
    """
    found: list[T] = []
    cursor: C | None = None
    met: list[C] = []
    for _ in range(pages):
        more, cursor = await page(cursor)
        found += more
        if cursor is None:
            return found[:rows], len(found) <= rows
        if cursor in met:
            raise SourceError("contract", "its pages lead back to one that was read")
        met.append(cursor)
        if len(found) >= rows:
            break
    return found[:rows], False

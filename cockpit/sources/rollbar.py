"""Rollbar: active items that occurred lately, and occurrences by the hour. https://docs.rollbar.com/reference"""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.sources import Source, SourceQuestion, SourceReading
from cockpit.sources.paging import collect
from cockpit.sources.tool import Tool, counted
from cockpit.sources.trouble import SourceError

_PAGE = 100
_HOUR = 3600
_LEVELS = "critical,error"


class _Item(Struct, frozen=True):
    counter: int
    title: str
    # `total_occurrences` is since ever: only this tells of the window.
    last_occurrence_timestamp: float


class _Items(Struct, frozen=True):
    items: tuple[_Item, ...]


class _Listed(Struct, frozen=True):
    err: int
    result: _Items


class _Counts(Struct, frozen=True):
    err: int
    result: tuple[tuple[float, float | None], ...]


def opening(_source: Source, token: str, _key: str) -> dict[str, str]:
    """Return the header that opens it."""
    return {"X-Rollbar-Access-Token": token}


class Rollbar(Tool):
    """One project, by its token."""

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many active items of these levels (`critical,error`) occurred within the window."""
        items: list[_Item] = []
        whole = True
        for level in (query or _LEVELS).split(","):
            found, all_of_it = await self._items(level.strip())
            items, whole = items + found, whole and all_of_it
        lately = [one for one in items if one.last_occurrence_timestamp >= self.now() - window]
        newest = ", ".join(f"#{one.counter} {one.title}" for one in lately[:2])
        return counted(len(lately), detail=newest, partial=not whole)

    async def _items(self, level: str) -> tuple[list[_Item], bool]:
        async def page(number: int | None) -> tuple[list[_Item], int | None]:
            asked = {"status": "active", "level": level, "page": number or 1, **self._environment("environment")}
            found = self.client.fields(await self.client.get("/api/1/items/", asked), _Listed).result.items
            return list(found), (number or 1) + 1 if len(found) >= _PAGE else None

        return await collect(page)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return how many occurrences there were in the hours that the window touches."""
        asked = {"bucket_size": _HOUR, **self._environment("environments")}
        found = self.client.fields(await self.client.get("/api/1/reports/occurrence_counts", asked), _Counts).result
        since = self.now() - question.window
        hours = [count for at, count in found if at + _HOUR > since]
        if not hours or None in hours:
            raise SourceError("empty", "it has no counts of that time")
        # It tells of the last day; the hour that is under way may be one of those that were asked for.
        whole = min(at for at, _ in found) <= since + _HOUR
        return counted(sum(count or 0.0 for count in hours), partial=not whole)

    def _environment(self, key: str) -> dict[str, str]:
        return {key: self.source.environment} if self.source.environment else {}


TOOL = Rollbar

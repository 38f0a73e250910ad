"""Loggly: events that a search finds, page by page. https://documentation.solarwinds.com/en/success_center/loggly/"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cockpit.release.sources import Capability, Source, SourceLine, SourceReading
from cockpit.sources.paging import collect
from cockpit.sources.tool import MOST_LINES, Tool, counted, of_lines
from cockpit.sources.trouble import SourceError
from cockpit.times import rfc3339

_PAGE = 500


class _Event(Struct, frozen=True):
    id: str
    timestamp: float  # milliseconds
    logmsg: str = ""
    raw: str = ""
    event: Any = None


class _Events(Struct, frozen=True):
    events: tuple[_Event, ...]
    next: str | None = None


def opening(_source: Source, token: str, _key: str) -> dict[str, str]:
    """Return the header that opens it; its scheme is in small letters."""
    return {"Authorization": f"bearer {token}"}


class Loggly(Tool):
    """One subdomain."""

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many events a search finds."""
        if not query.strip():
            raise SourceError("bad_query", "which events are errors?", fix='Add a query, such as json.level:"error"')
        until = self.now()
        found = await self.logs(query, until - window, until)
        return counted(found.value or 0.0, partial=found.partial)

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest events that a search finds."""
        span = {"from": rfc3339(since), "until": rfc3339(until), "order": "desc", "size": min(_PAGE, limit)}

        async def page(place: str | None) -> tuple[list[SourceLine], str | None]:
            # The place of the next page is the tool's own, and only ever asked for at the tool's own address.
            path = place or "/apiv2/events/iterate"
            document = await self.client.get(path, None if place else {"q": query or "*", **span})
            found = self.client.fields(document, _Events)
            return [_line(event) for event in found.events], self.client.place_of(found.next) if found.next else None

        lines, whole = await collect(page, rows=limit)
        return of_lines(lines, whole=whole)

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether anything came in at all."""
        until = self.now()
        return bool((await self.logs("*", until - window, until, 1)).value)


def _line(event: _Event) -> SourceLine:
    said = event.event.get("json", {}) if isinstance(event.event, dict) else {}
    level = str(said.get("level", "")) if isinstance(said, dict) else ""
    return SourceLine(event.id, event.timestamp / 1000, event.logmsg or event.raw or str(event.event), level)


TOOL = Loggly

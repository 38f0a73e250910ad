"""Sentry: how many errors an organization has had, or how many issues are unresolved. https://docs.sentry.io/api/"""

from __future__ import annotations

import re
from urllib.parse import quote

from msgspec import Struct, field

from cockpit.release.sources import SourceReading
from cockpit.sources.paging import collect
from cockpit.sources.tool import Tool, bearer, counted, one_number
from cockpit.sources.trouble import SourceError

opening = bearer
_PAGE = 100
_LINK = re.compile(r'<([^>]*)>;[^,]*rel="next";[^,]*results="(true|false)";[^,]*cursor="([^"]*)"')


class _Issue(Struct, frozen=True, rename="camel"):
    short_id: str
    title: str
    count: str  # a text, and not of the asked window


class _Row(Struct, frozen=True):
    count: float | None = field(name="count()")


class _Events(Struct, frozen=True):
    data: tuple[_Row, ...]


class Sentry(Tool):
    """One organization, or a project of it."""

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many error events there were; where `query` holds `is:`, how many issues it finds."""
        scope = {"statsPeriod": f"{max(round(window / 60), 1)}m"}
        if self.source.environment:
            scope["environment"] = self.source.environment
        words = f"{query} project:{self.source.project}".strip() if self.source.project else query
        if "is:" in query:
            return await self._issues(words, scope)
        asked = {"dataset": "errors", "field": "count()", "query": words, **scope}
        found = self.client.fields(await self.client.get(f"{self._organization}/events/", asked), _Events)
        return counted(one_number([row.count for row in found.data], "count()"), link=self._link)

    async def _issues(self, words: str, scope: dict[str, str]) -> SourceReading:
        async def page(cursor: str | None) -> tuple[list[_Issue], str | None]:
            asked = {"query": words, "limit": _PAGE, **scope, **({"cursor": cursor} if cursor else {})}
            answer = await self.client.ask("GET", f"{self._organization}/issues/", query=asked)
            issues = self.client.fields(self.client.json(answer), tuple[_Issue, ...])
            return list(issues), self._next(answer.headers.get("link", ""))

        issues, whole = await collect(page)
        newest = ", ".join(f"{one.short_id} {one.title}" for one in issues[:2])
        return counted(len(issues), detail=newest, link=self._link, partial=not whole)

    def _next(self, link: str) -> str | None:
        """Return the cursor of the next page, which is named even where there is nothing on it."""
        found = _LINK.search(link)
        if found is None and link:
            raise SourceError("contract", "its Link header cannot be read")
        if found is None or found[2] != "true":
            return None
        self.client.place_of(found[1])
        return found[3]

    @property
    def _organization(self) -> str:
        return f"/api/0/organizations/{quote(self.source.organization, safe='')}"

    @property
    def _link(self) -> str:
        return f"{self.source.base}/organizations/{self.source.organization}/issues/"


TOOL = Sentry

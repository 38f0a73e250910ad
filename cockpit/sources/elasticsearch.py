"""Elasticsearch and what speaks its API: the cluster's health, and documents of an index, counted or shown.

https://www.elastic.co/guide/en/elasticsearch/reference/8.15/search-search.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from cockpit.release.sources import Capability, Source, SourceLine, SourceReading, SourceState
from cockpit.sources.paging import collect
from cockpit.sources.tool import MOST_LINES, Tool, bearer, counted, epoch_of, of_lines
from cockpit.sources.trouble import SourceError
from cockpit.times import rfc3339

_PAGE = 500
_COLORS: dict[str, SourceState] = {"green": "ok", "yellow": "degraded", "red": "down"}


class _Health(Struct, frozen=True):
    status: str
    cluster_name: str = ""
    timed_out: bool = False
    unassigned_shards: int = 0


class _Shards(Struct, frozen=True):
    failed: int
    total: int = 0


class _Count(Struct, frozen=True):
    count: int
    shards: _Shards = field(name="_shards")


class _Total(Struct, frozen=True):
    value: int
    relation: str


class _Hit(Struct, frozen=True):
    id: str = field(name="_id")
    source: dict[str, Any] = field(name="_source")
    sort: tuple[Any, ...]
    index: str = field(name="_index", default="")


class _Hits(Struct, frozen=True):
    hits: tuple[_Hit, ...]
    total: _Total


class _Search(Struct, frozen=True):
    hits: _Hits
    timed_out: bool
    shards: _Shards = field(name="_shards")


def opening(source: Source, token: str, key: str) -> dict[str, str]:
    """Return the header that opens it: an encoded API key, or a user's password."""
    if source.user or not token:
        return bearer(source, token, key)
    return {"Authorization": f"ApiKey {token}"}


class Elasticsearch(Tool):
    """One index, alias or pattern of a cluster."""

    @property
    def _index(self) -> str:
        return "/" + quote(self.source.index, safe="*,-_.")

    @property
    def _time(self) -> str:
        return self.source.time_field or "@timestamp"

    async def status(self, query: str) -> SourceReading:
        """Return the cluster's health; with `query` that of an index."""
        path = "/_cluster/health" + (f"/{quote(query, safe='*,-_.')}" if query else "")
        health = self.client.fields(await self.client.get(path), _Health)
        if health.timed_out:
            raise SourceError("partial", "the cluster did not come to know its health in time")
        state = _COLORS.get(health.status)
        if state is None:
            raise SourceError("contract", f"{self.client.safe(health.status)} is no health that is known")
        return SourceReading(state, detail=f"{health.cluster_name} is {health.status}, "
                             f"{health.unassigned_shards} shards unassigned")  # fmt: skip

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many documents a query in Lucene's language finds."""
        now = self.now()
        return counted(await self._count(query or "log.level:(error OR critical OR fatal)", now - window, now))

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest documents that a query finds, as lines."""
        try:
            return await self._lines(query, since, until, limit, "_id")
        except SourceError as error:
            if error.trouble != "bad_query" or "_id" not in error.text:
                raise
            return await self._lines(query, since, until, limit, "_doc")  # some clusters forbid to sort by the other

    async def _lines(self, query: str, since: float, until: float, limit: int, tiebreaker: str) -> SourceReading:
        """Page through documents; equal times need something that tells their order, and all must have come by."""
        total, size = 0, min(_PAGE, limit)

        async def page(after: tuple[Any, ...] | None) -> tuple[list[SourceLine], tuple[Any, ...] | None]:
            nonlocal total
            asked: dict[str, object] = {
                "size": size, "track_total_hits": True, "query": self._query(query, since, until),
                "sort": [{self._time: {"order": "desc"}}, {tiebreaker: {"order": "desc"}}],
                **({"search_after": after} if after is not None else {}),
            }  # fmt: skip
            path = f"{self._index}/_search?preference=cockpit"  # the same copies of all shards for each page
            found = self.client.fields(await self.client.post(path, asked), _Search)
            self._require_whole(found.shards, timed_out=found.timed_out)
            if found.hits.total.relation != "eq":
                raise SourceError("partial", f"more than {found.hits.total.value} documents: they were not counted")
            total, hits = max(total, found.hits.total.value), found.hits.hits
            return [self._line(hit) for hit in hits], hits[-1].sort if len(hits) == size < total else None

        lines, whole = await collect(page, rows=limit)
        distinct = {line.id: line for line in lines}
        return of_lines(distinct.values(), whole=whole and len(distinct) >= total)

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether the index has any document of that time."""
        now = self.now()
        return await self._count("", now - window, now) > 0

    async def _count(self, query: str, since: float, until: float) -> int:
        asked = {"query": self._query(query, since, until)}
        found = self.client.fields(await self.client.post(f"{self._index}/_count", asked), _Count)
        self._require_whole(found.shards)
        return found.count

    def _query(self, query: str, since: float, until: float) -> object:
        span = {"range": {self._time: {"gte": rfc3339(since), "lte": rfc3339(until)}}}
        return {"bool": {"filter": [span, *([{"query_string": {"query": query}}] if query else [])]}}

    def _require_whole(self, shards: _Shards, *, timed_out: bool = False) -> None:
        if timed_out:
            raise SourceError("partial", "the search ended before it was through")
        if shards.failed:
            raise SourceError("partial", f"{shards.failed} of {shards.total} shards failed")

    def _line(self, hit: _Hit) -> SourceLine:
        said = hit.source
        log = said.get("log")  # of the Elastic Common Schema an object, of what Fluent Bit writes the line itself
        level = said.get("level") or (log.get("level") if isinstance(log, dict) else "") or said.get("log.level") or ""
        text = said.get("message") or said.get("msg") or (log if isinstance(log, str) else "") or str(said)
        at = hit.sort[0] if hit.sort else None
        when = at / 1000 if isinstance(at, int | float) else epoch_of(str(said.get(self._time, "")))
        return SourceLine(f"{hit.index}/{hit.id}", when, str(text), str(level))


TOOL = Elasticsearch

"""Datadog: monitors, service levels, metrics and logs. https://docs.datadoghq.com/api/latest/"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cockpit.release.sources import Capability, Source, SourceLine, SourceQuestion, SourceReading, SourceState
from cockpit.sources.paging import collect
from cockpit.sources.tool import MOST_LINES, Part, Tool, counted, epoch_of, of_lines, of_parts, one_number
from cockpit.sources.trouble import SourceError

_PAGE = 100
_SLO = "slo:"
_STATES: dict[str, SourceState] = {
    "OK": "ok", "Alert": "down", "Warn": "degraded", "No Data": "unknown", "Unknown": "unknown",
    "Ignored": "paused", "Skipped": "paused",
}  # fmt: skip


class _Monitor(Struct, frozen=True):
    name: str
    overall_state: str


class _Series(Struct, frozen=True):
    pointlist: tuple[tuple[float, float | None], ...]


class _Query(Struct, frozen=True):
    series: tuple[_Series, ...]
    status: str = "ok"


class _Overall(Struct, frozen=True):
    sli_value: float | None = None
    state: str = ""


class _History(Struct, frozen=True):
    overall: _Overall


class _Slo(Struct, frozen=True):
    data: _History


class _Bucket(Struct, frozen=True):
    computes: dict[str, float | None]


class _Buckets(Struct, frozen=True):
    buckets: tuple[_Bucket, ...]


class _Meta(Struct, frozen=True):
    status: str = "done"
    page: dict[str, str] = {}
    warnings: tuple[Any, ...] = ()


class _Aggregate(Struct, frozen=True):
    data: _Buckets
    meta: _Meta = _Meta()


class _Attributes(Struct, frozen=True):
    timestamp: str
    status: str = ""
    host: str = ""
    message: str = ""


class _Event(Struct, frozen=True):
    id: str
    attributes: _Attributes


class _Events(Struct, frozen=True):
    data: tuple[_Event, ...]
    meta: _Meta = _Meta()  # the last page has none


def opening(_source: Source, token: str, key: str) -> dict[str, str]:
    """Return the headers that open it: both keys, for the one alone reads nothing."""
    return {"DD-API-KEY": token, "DD-APPLICATION-KEY": key}


class Datadog(Tool):
    """An organization at one of Datadog's sites."""

    async def status(self, query: str) -> SourceReading:
        """Return the worst state of the monitors whose names hold `query`."""

        async def page(number: int | None) -> tuple[list[_Monitor], int | None]:
            asked = {"page": number or 0, "page_size": _PAGE}
            found = self.client.fields(await self.client.get("/api/v1/monitor", asked), tuple[_Monitor, ...])
            return list(found), (number or 0) + 1 if len(found) == _PAGE else None

        monitors, whole = await collect(page)
        parts = [Part(one.name, _STATES.get(one.overall_state, "unknown")) for one in monitors]
        return of_parts(parts, query, what="monitor", whole=whole)

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many log events a query finds."""
        return counted(await self._count(query or "status:(error OR critical OR alert OR emergency)", window))

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether any log event came in."""
        return await self._count("*", window) > 0

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest log events that a query finds."""
        span = {"from": str(round(since * 1000)), "to": str(round(until * 1000)), "query": query or "*"}

        async def page(cursor: str | None) -> tuple[list[SourceLine], str | None]:
            paged = {"limit": min(1000, limit), **({"cursor": cursor} if cursor else {})}
            asked = {"filter": span, "sort": "-timestamp", "page": paged}
            found = self.client.fields(await self.client.post("/api/v2/logs/events/search", asked), _Events)
            self._require_whole(found.meta)
            return [_line(event) for event in found.data], found.meta.page.get("after")

        lines, whole = await collect(page, rows=limit)
        return of_lines(lines, whole=whole)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the last value of a metric's query, or with `slo:ID` the share in percent that a service level has."""
        now = self.now()
        if question.query.startswith(_SLO):
            return await self._slo(question.query.removeprefix(_SLO), now - question.window, now)
        asked = {"from": int(now - question.window), "to": int(now), "query": question.query}
        found = self.client.fields(await self.client.get("/api/v1/query", asked), _Query)
        if found.status != "ok":
            raise SourceError("bad_query", f"it says {self.client.safe(found.status)}")
        one_number([0.0 for _ in found.series], question.query)
        points = [(at / 1000, value) for at, value in found.series[0].pointlist if value is not None]
        if not points:
            raise SourceError("empty", f"{question.query} gave no value (null)")
        at, value = max(points)
        return SourceReading("ok", value, question.unit, observed_at=at, detail=f"{question.query} = {value:g}")

    async def _slo(self, identity: str, since: float, until: float) -> SourceReading:
        asked = {"from_ts": int(since), "to_ts": int(until)}
        found = self.client.fields(await self.client.get(f"/api/v1/slo/{identity}/history", asked), _Slo).data.overall
        if found.state == "no_data" or found.sli_value is None:
            raise SourceError("empty", f"the service level {identity} has no data")
        return SourceReading("ok", found.sli_value, "%", detail=f"service level: {found.sli_value:.6g}%")

    async def _count(self, query: str, window: float) -> float:
        now = self.now()
        span = {"from": str(round((now - window) * 1000)), "to": str(round(now * 1000)), "query": query}
        asked = {"compute": [{"aggregation": "count"}], "filter": span}
        found = self.client.fields(await self.client.post("/api/v2/logs/analytics/aggregate", asked), _Aggregate)
        self._require_whole(found.meta)
        return one_number([each for one in found.data.buckets for each in one.computes.values()], query)

    def _require_whole(self, meta: _Meta) -> None:
        if meta.status != "done" or meta.warnings:
            raise SourceError("partial", f"the search is not whole: {self.client.safe(meta.status)}")


def _line(event: _Event) -> SourceLine:
    said = event.attributes
    return SourceLine(event.id, epoch_of(said.timestamp), f"{said.host} {said.message}".strip(), said.status)


TOOL = Datadog

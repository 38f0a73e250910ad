"""A status page of Atlassian's making: of somebody that the service depends on. https://metastatuspage.com/api"""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.sources import SourceReading, SourceState
from cockpit.sources.tool import Part, Tool, bearer, of_parts
from cockpit.sources.trouble import SourceError

opening = bearer
_INDICATORS: dict[str, SourceState] = {
    "none": "ok", "minor": "degraded", "major": "down", "critical": "down", "maintenance": "degraded",
}  # fmt: skip
_COMPONENTS: dict[str, SourceState] = {
    "operational": "ok", "degraded_performance": "degraded", "partial_outage": "degraded", "major_outage": "down",
    "under_maintenance": "degraded",
}  # fmt: skip


class _Status(Struct, frozen=True):
    indicator: str
    description: str = ""


class _Component(Struct, frozen=True):
    name: str
    status: str


class _Incident(Struct, frozen=True):
    name: str


class _Summary(Struct, frozen=True):
    status: _Status
    components: tuple[_Component, ...]
    incidents: tuple[_Incident, ...] = ()


class Statuspage(Tool):
    """One page."""

    async def status(self, query: str) -> SourceReading:
        """Return the page's own indicator; with `query` the worst state of the components that it names."""
        summary = self.client.fields(await self.client.get("/api/v2/summary.json"), _Summary)
        if query:
            parts = [Part(one.name, _COMPONENTS.get(one.status, "unknown")) for one in summary.components]
            return of_parts(parts, query, what="component", link=self.source.base)
        state = _INDICATORS.get(summary.status.indicator)
        if state is None:
            raise SourceError("contract", f"{self.client.safe(summary.status.indicator)} is no indicator that is known")
        words = "; ".join([summary.status.description or state, *(one.name for one in summary.incidents[:2])])
        return SourceReading(state, detail=words, link=self.source.base)


TOOL = Statuspage

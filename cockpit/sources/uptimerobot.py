"""UptimeRobot, version 3: monitors and their uptime. https://uptimerobot.com/api/v3/"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from cockpit.release.sources import SourceQuestion, SourceReading, SourceState
from cockpit.sources.paging import collect
from cockpit.sources.tool import Part, Tool, bearer, of_parts
from cockpit.sources.trouble import SourceError
from cockpit.times import rfc3339

opening = bearer
_STATES: dict[str, SourceState] = {
    "UP": "ok", "DOWN": "down", "LOOKS_DOWN": "degraded", "PAUSED": "paused", "STARTED": "unknown",
}  # fmt: skip


class _Monitor(Struct, frozen=True, rename="camel"):
    # Of all that a monitor has no more than this is ever decoded: httpPassword is among it.
    id: int
    friendly_name: str
    status: str


class _Monitors(Struct, frozen=True, rename="camel"):
    data: tuple[_Monitor, ...]
    next_link: str | None


class _Uptime(Struct, frozen=True):
    uptime: float | None


class UptimeRobot(Tool):
    """An account's monitors."""

    async def status(self, query: str) -> SourceReading:
        """Return the worst state of the monitors whose names hold `query`."""
        monitors, whole = await self._monitors()
        parts = [Part(one.friendly_name, _STATES.get(one.status, "unknown")) for one in monitors]
        return of_parts(parts, query, what="monitor", whole=whole, link="https://dashboard.uptimerobot.com/monitors")

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the uptime of one monitor in percent."""
        monitors, _ = await self._monitors()
        named = [one for one in monitors if question.query in {one.friendly_name, str(one.id)}]
        if len(named) != 1:
            raise SourceError("empty", f"{len(named)} monitors are named {question.query or 'nothing'}", fix="Name one")
        now = self.now()
        asked = {"from": rfc3339(now - question.window), "to": rfc3339(now)}
        found = self.client.fields(await self.client.get(f"/v3/monitors/{named[0].id}/stats/uptime", asked), _Uptime)
        if found.uptime is not None and not 0 <= found.uptime <= 100:
            raise SourceError("contract", f"{found.uptime:g} is no percentage")
        return SourceReading("ok", found.uptime, "%", detail=f"uptime of {named[0].friendly_name}: {found.uptime}%")

    async def _monitors(self) -> tuple[list[_Monitor], bool]:
        async def page(cursor: str | None) -> tuple[list[_Monitor], str | None]:
            asked = {"limit": 200, **({"cursor": cursor} if cursor else {})}
            found = self.client.fields(await self.client.get("/v3/monitors", asked), _Monitors)
            return list(found.data), self._cursor(found.next_link) if found.next_link else None

        return await collect(page)

    def _cursor(self, link: str) -> str:
        """Return the cursor in a link to the next page: nothing else of it is used."""
        self.client.place_of(link)
        cursors = parse_qs(urlsplit(link).query).get("cursor", [])
        if not cursors:
            raise SourceError("contract", "its link to the next page holds no cursor")
        return cursors[0]


TOOL = UptimeRobot

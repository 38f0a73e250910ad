"""Pingdom: checks and their uptime. https://docs.pingdom.com/api/"""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.sources import SourceQuestion, SourceReading, SourceState
from cockpit.sources.paging import collect
from cockpit.sources.tool import Part, Tool, bearer, of_parts
from cockpit.sources.trouble import SourceError

opening = bearer
_PAGE = 200
_STATES: dict[str, SourceState] = {
    "up": "ok", "down": "down", "unconfirmed_down": "degraded", "unknown": "unknown", "paused": "paused",
}  # fmt: skip


class _Check(Struct, frozen=True):
    id: int
    name: str
    status: str
    lasttesttime: int | None = None


class _Checks(Struct, frozen=True):
    checks: tuple[_Check, ...]


class _Status(Struct, frozen=True):
    totalup: float
    totaldown: float
    totalunknown: float = 0.0


class _Summary(Struct, frozen=True):
    status: _Status


class _Average(Struct, frozen=True):
    summary: _Summary


class Pingdom(Tool):
    """An account's checks."""

    async def status(self, query: str) -> SourceReading:
        """Return the worst state of the checks whose names hold `query`."""
        checks, whole = await self._checks()
        parts = [Part(one.name, _STATES.get(one.status, "unknown"), one.lasttesttime) for one in checks]
        return of_parts(parts, query, what="check", whole=whole, link="https://my.pingdom.com/app/newchecks/checks")

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the uptime of one check in percent, of the time in which it was known."""
        checks, _ = await self._checks()
        named = [one for one in checks if question.query in {one.name, str(one.id)}]
        if len(named) != 1:
            raise SourceError("empty", f"{len(named)} checks are named {question.query or 'nothing'}", fix="Name one")
        now = int(self.now())
        asked = {"includeuptime": "true", "from": now - int(question.window), "to": now}
        average = await self.client.get(f"/api/3.1/summary.average/{named[0].id}", asked)
        status = self.client.fields(average, _Average).summary.status
        known = status.totalup + status.totaldown
        if known <= 0:
            raise SourceError("empty", "nothing is known of that time")
        value = 100 * status.totalup / known
        return SourceReading(
            "ok", value, "%", detail=f"{named[0].name} was up {value:.6g}% of the time",
            partial=status.totalunknown > known,
        )  # fmt: skip

    async def _checks(self) -> tuple[list[_Check], bool]:
        async def page(offset: int | None) -> tuple[list[_Check], int | None]:
            asked = {"limit": _PAGE, "offset": offset or 0}
            checks = self.client.fields(await self.client.get("/api/3.1/checks", asked), _Checks).checks
            return list(checks), (offset or 0) + _PAGE if len(checks) == _PAGE else None

        return await collect(page)


TOOL = Pingdom

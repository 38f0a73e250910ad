"""Razorpay's status feed, which is no Atlassian page: what looks like one answers 200 with markup."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.sources import SourceReading
from cockpit.sources.tool import Part, Tool, bearer, of_parts

opening = bearer


class _Service(Struct, frozen=True):
    name: str
    online: bool


class Razorpay(Tool):
    """The payment services."""

    async def status(self, query: str) -> SourceReading:
        """Return whether the services that `query` names are online."""
        services = self.client.fields(await self.client.get("/api/services"), tuple[_Service, ...])
        parts = [Part(one.name, "ok" if one.online else "down") for one in services]
        return of_parts(parts, query, what="service", link=self.source.base)


TOOL = Razorpay

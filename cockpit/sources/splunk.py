"""Splunk: searches by the export endpoint. https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTsearch"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from cockpit.release.sources import Capability, SourceLine, SourceQuestion, SourceReading
from cockpit.sources.tool import MOST_LINES, Tool, bearer, counted, epoch_of, number_of, of_lines, one_number
from cockpit.sources.trouble import SourceError

opening = bearer
_FORM = "application/x-www-form-urlencoded"


class _Message(Struct, frozen=True):
    type: str = ""
    text: str = ""


class _Row(Struct, frozen=True):
    preview: bool = False
    lastrow: bool = False
    result: dict[str, Any] | None = None
    messages: tuple[_Message, ...] = ()


class Splunk(Tool):
    """A search head's management port."""

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many events a search finds."""
        return counted(await self._number(f"{_search(query)} | stats count", window))

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether any index that the token may search has an event of that time."""
        return await self._number("search index=* | head 1 | stats count", window) > 0

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest events that a search finds."""
        rows = await self._rows(f"{_search(query)} | head {limit + 1}", since, until)
        return of_lines([_line(row) for row in rows[:limit]], whole=len(rows) <= limit)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the one number of a search that ends in one row with one field."""
        value = await self._number(_search(question.query), question.window)
        return SourceReading("ok", value, question.unit, detail=f"{question.query} = {value:g}")

    async def _number(self, search: str, window: float) -> float:
        now = self.now()
        rows = await self._rows(search, now - window, now)
        return one_number([number_of(value) for row in rows for value in row.values()], search)

    async def _rows(self, search: str, since: float, until: float) -> list[dict[str, Any]]:
        span = {"earliest_time": f"{since:.3f}", "latest_time": f"{until:.3f}", "output_mode": "json"}
        form = urlencode({"search": search, **span}).encode()
        answer = await self.client.ask("POST", "/services/search/v2/jobs/export", body=form, content=_FORM)
        rows, is_whole = [], False
        for line in answer.body.removeprefix(b"\xef\xbb\xbf").splitlines():
            if not line.strip():
                continue
            row = self.client.fields(self.client.document(line), _Row)
            for message in row.messages:
                self._take(message)
            if row.preview:
                continue  # it repeats what comes whole later
            if row.result is not None:
                rows.append(row.result)
            is_whole = is_whole or row.lastrow
        if not is_whole:
            raise SourceError("partial", "its answer ends before the last row")
        return rows

    def _take(self, message: _Message) -> None:
        """Raise what a message tells, where it is more than a remark."""
        said = self.client.safe(message.text)
        match message.type.upper():
            case "FATAL" | "ERROR":
                raise SourceError("bad_query", f"it says: {said}")
            case "WARN":
                raise SourceError("partial", f"it warns: {said}")


def _search(query: str) -> str:
    query = query.strip()
    return query if query.startswith(("|", "search ")) else f"search {query}"


def _line(row: dict[str, Any]) -> SourceLine:
    at, text = str(row.get("_time", "")), str(row.get("_raw", ""))
    place = f"{row.get('_bkt', '')} {row.get('_cd', '')}".strip() or text
    identity = hashlib.sha256(f"{at} {place}".encode()).hexdigest()[:24]
    return SourceLine(identity, epoch_of(at), text, str(row.get("log_level") or row.get("level") or ""))


TOOL = Splunk

"""New Relic: NRQL by way of NerdGraph. https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from cockpit.release.sources import Capability, Source, SourceLine, SourceQuestion, SourceReading, Trouble
from cockpit.sources.client import message_of
from cockpit.sources.tool import MOST_LINES, Tool, counted, number_of, of_lines, one_number
from cockpit.sources.trouble import SourceError

_ASK = "query($id: Int!, $q: Nrql!) { actor { account(id: $id) { nrql(query: $q) { results } } } }"
_MOST = 2000  # rows of an answer
# What `errorClass` and `error_code` speak of.
_CLASSES: tuple[tuple[str, Trouble], ...] = (
    ("KEY|UNAUTH|CREDENTIAL", "auth"),
    ("FORBIDDEN|DENIED|PERMISSION", "scope"),
    ("TOO_MANY|RATE|LIMIT", "rate_limited"),
    ("TIMEOUT|SERVER", "transport"),
)


class _Nrql(Struct, frozen=True):
    results: tuple[dict[str, Any], ...]


class _Account(Struct, frozen=True):
    nrql: _Nrql | None


class _Actor(Struct, frozen=True):
    account: _Account | None


class _Data(Struct, frozen=True):
    actor: _Actor | None


class _Answer(Struct, frozen=True):
    data: _Data | None = None
    errors: tuple[dict[str, Any], ...] = ()


def opening(_source: Source, token: str, _key: str) -> dict[str, str]:
    """Return the header that opens it: a user key."""
    return {"API-Key": token}


class NewRelic(Tool):
    """One account."""

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many errors of transactions there were; `query` is an NRQL condition."""
        return counted(await self._count("TransactionError", query, window))

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether anything was reported: transactions, or lines of logs."""
        return await self._count("Log" if ask == "logs" else "Transaction", "", window) > 0

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest lines of logs; `query` is an NRQL condition."""
        most = min(limit, _MOST - 1)
        condition = f"WHERE {query} " if query else ""
        span = f"SINCE {since * 1000:.0f} UNTIL {until * 1000:.0f} ORDER BY timestamp DESC LIMIT {most + 1}"
        rows = await self._rows(f"SELECT timestamp, message, level, messageId FROM Log {condition}{span}")  # noqa: S608
        return of_lines([_line(row) for row in rows[:most]], whole=len(rows) <= most)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the one number of an NRQL query, over the window unless the query names its own."""
        query = question.query
        if not re.search(r"\bSINCE\b", query, re.IGNORECASE):
            query = f"{query} SINCE {question.window:.0f} seconds ago"
        value = self._number(await self._rows(query), question.query)
        return SourceReading("ok", value, question.unit, detail=f"{question.query} = {value:g}")

    async def _count(self, event: str, condition: str, window: float) -> float:
        where = f"WHERE {condition} " if condition else ""
        nrql = f"SELECT count(*) FROM {event} {where}SINCE {window:.0f} seconds ago"  # noqa: S608 - the team's own words
        return self._number(await self._rows(nrql), event)

    def _number(self, rows: tuple[dict[str, Any], ...], what: str) -> float:
        values: list[float | None] = []
        for row in rows:
            for value in row.values():
                inner = list(value.values()) if isinstance(value, dict) else [value]  # as percentiles are
                values += [None if each is None else number_of(each) for each in inner]
        return one_number(values, what)

    async def _rows(self, nrql: str) -> tuple[dict[str, Any], ...]:
        if not (self.source.account.isascii() and self.source.account.isdigit() and len(self.source.account) < 20):
            raise SourceError("bad_query", "account is no number", fix="Write the account's id")
        asked = {"query": _ASK, "variables": {"id": int(self.source.account), "q": nrql}}
        body = await self.client.post("/graphql", asked, errors_inside=True)
        answer = self.client.fields(body, _Answer)
        for error in answer.errors:
            raise self._refused(error)
        account = answer.data.actor.account if answer.data and answer.data.actor else None
        if account is None or account.nrql is None:
            raise SourceError("scope", "it tells nothing of that account", fix="May the key read it?")
        return account.nrql.results

    def _refused(self, error: Mapping[str, Any]) -> SourceError:
        extensions = error.get("extensions") or {}
        kind = f"{extensions.get('errorClass', '')} {extensions.get('error_code', '')}".upper()
        trouble: Trouble = next((each for words, each in _CLASSES if re.search(words, kind)), "bad_query")
        return SourceError(trouble, f"it answers with an error: {self.client.safe(message_of(dict(error)) or kind)}")


def _line(row: Mapping[str, Any]) -> SourceLine:
    at, text = number_of(row.get("timestamp")) / 1000, str(row.get("message") or "")
    identity = str(row.get("messageId") or hashlib.sha256(f"{at} {text}".encode()).hexdigest()[:24])
    return SourceLine(identity, at, text, str(row.get("level") or ""))


TOOL = NewRelic

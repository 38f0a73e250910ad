"""Loki: lines that a LogQL query finds, counted or shown, and metrics of them. https://grafana.com/docs/loki/latest/reference/loki-http-api/"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from msgspec import Struct

from cockpit.release.sources import Capability, Source, SourceLine, SourceQuestion, SourceReading
from cockpit.sources.paging import collect
from cockpit.sources.prometheus import Prometheus
from cockpit.sources.tool import MOST_LINES, bearer, counted, of_lines
from cockpit.sources.trouble import SourceError

_DIGITS = 19  # of nanoseconds since 1970, until 2286
_NANO = 1_000_000_000
_PAGE = 500
_SELECTOR = re.compile(r"""\{(?:[^"`{}]|"(?:[^"\\]|\\.)*"|`[^`]*`)*\}""")


class _Stream(Struct, frozen=True):
    stream: dict[str, str]
    values: tuple[tuple[str, str], ...]


class _Streams(Struct, frozen=True, rename="camel"):
    result_type: str
    result: tuple[_Stream, ...]


def opening(source: Source, token: str, key: str) -> dict[str, str]:
    """Return the headers that open it, for the tenant where there are several."""
    return bearer(source, token, key) | ({"X-Scope-OrgID": source.tenant} if source.tenant else {})


class Loki(Prometheus):
    """A Loki server; its metric queries are answered as Prometheus answers."""

    prefix = "/loki/api/v1"

    async def status(self, query: str) -> SourceReading:
        """Loki watches nothing by itself."""
        raise self._cannot("status", query)

    async def errors(self, query: str, window: float) -> SourceReading:
        """Return how many lines a log query found."""
        number = await self._number(f"sum(count_over_time({query}[{window:.0f}s]))")
        return counted(number, detail=query)

    async def logs(self, query: str, since: float, until: float, limit: int = MOST_LINES) -> SourceReading:
        """Return the newest lines that a log query finds."""
        known: set[str] = set()
        warned = False

        async def page(end: int | None) -> tuple[list[SourceLine], int | None]:
            nonlocal warned
            # The end is left out of the answer; lines of the same moment may be on both sides of a page's.
            span = {"start": f"{since * _NANO:.0f}", "end": str(end or int(until * _NANO) + 1)}
            asked = {"query": query, "limit": _PAGE, "direction": "backward", **span}
            warnings, data = await self._data(f"{self.prefix}/query_range", asked)
            warned = warned or bool(warnings)
            found = self.client.fields(data, _Streams)
            lines = [_line(one.stream, stamp, text) for one in found.result for stamp, text in one.values]
            stamps = [int(stamp) for one in found.result for stamp, _ in one.values]
            fresh = [line for line in lines if line.id not in known]
            known.update(line.id for line in fresh)
            if len(lines) >= _PAGE and not fresh:
                raise SourceError("partial", f"more than {_PAGE} lines have the same time")
            return fresh, min(stamps) + 1 if len(lines) >= _PAGE else None

        lines, whole = await collect(page, rows=limit)
        return of_lines(lines, whole=whole and not warned)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the one value of a metric query."""
        return await super().metric(question)

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether the streams that a query begins with have any line at all."""
        selector = _SELECTOR.search(query)
        if selector is None:
            return False
        return await self._number(f"sum(count_over_time({selector[0]}[{window:.0f}s]))") > 0

    async def _number(self, expression: str) -> float:
        """Return a count; no line at all is an empty answer here."""
        try:
            found = await super().metric(SourceQuestion("", "metric", expression))
        except SourceError as error:
            if error.trouble == "empty":
                return 0.0
            raise
        if found.partial or found.value is None:
            raise SourceError("partial", found.detail)
        return found.value


def _line(stream: Mapping[str, str], stamp: str, text: str) -> SourceLine:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _DIGITS):
        raise SourceError("contract", "what should be a time in nanoseconds is none")
    labels = ",".join(f"{name}={value}" for name, value in sorted(stream.items()))
    identity = hashlib.sha256(f"{labels}\n{stamp}\n{text}".encode()).hexdigest()[:24]
    level = stream.get("level") or stream.get("detected_level", "")
    return SourceLine(identity, int(stamp) / _NANO, text, level)


TOOL = Loki

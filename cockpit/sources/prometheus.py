"""Prometheus: targets that are scraped, alerts that fire, and PromQL. https://prometheus.io/docs/prometheus/2.42/querying/api/"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.sources import SourceQuestion, SourceReading, SourceState
from cockpit.sources.tool import Part, Tool, bearer, counted, number_of, of_parts, one_number
from cockpit.sources.trouble import SourceError

opening = bearer
_HEALTH: dict[str, SourceState] = {"up": "ok", "down": "down"}
_LEAST_KNOWN = 0.5  # share of the points of a span that must be there


class _Envelope(Struct, frozen=True):
    status: str
    data: Any = None
    error: str = ""
    warnings: tuple[str, ...] = ()


class _Target(Struct, frozen=True):
    health: str
    labels: dict[str, str] = {}


class _Targets(Struct, frozen=True, rename="camel"):
    active_targets: tuple[_Target, ...]


class _Rule(Struct, frozen=True):
    name: str
    state: str = ""
    health: str = ""
    type: str = "alerting"


class _Group(Struct, frozen=True):
    rules: tuple[_Rule, ...]


class _Rules(Struct, frozen=True):
    groups: tuple[_Group, ...]


class _Vector(Struct, frozen=True):
    value: tuple[float, str] = (0.0, "")
    values: tuple[tuple[float, str], ...] = ()
    metric: dict[str, str] = {}


class _Result(Struct, frozen=True, rename="camel"):
    result_type: str
    result: Any


class Prometheus(Tool):
    """A Prometheus server, or what speaks its API."""

    prefix = "/api/v1"

    async def status(self, query: str) -> SourceReading:
        """Return how the scraped targets are, of all jobs or of the one that `query` names."""
        data = await self._whole("/api/v1/targets", {"state": "active"})
        targets = self.client.fields(data, _Targets).active_targets
        parts = []
        for target in targets:
            name = " ".join(target.labels.get(key, "") for key in ("job", "instance"))
            parts.append(Part(name, _HEALTH.get(target.health, "unknown")))
        return of_parts(parts, query, what="target", link=f"{self.source.base}/targets")

    async def errors(self, query: str, window: float) -> SourceReading:  # noqa: ARG002 - an alert fires now or not
        """Return how many alerting rules fire now, of those whose name holds `query`; no rule at all is unknown."""
        data = await self._whole("/api/v1/rules", {"type": "alert"})
        rules = [rule for group in self.client.fields(data, _Rules).groups for rule in group.rules]
        rules = [rule for rule in rules if rule.type == "alerting" and query.casefold() in rule.name.casefold()]
        if not rules:
            raise SourceError("empty", "there is no alerting rule" + (f" named {query}" if query else ""))
        ill = [rule.name for rule in rules if rule.health != "ok"]
        if ill:
            raise SourceError("partial", f"{ill[0]} and so {len(ill)} of {len(rules)} rules have not been evaluated")
        firing = [rule.name for rule in rules if rule.state == "firing"]
        return counted(len(firing), detail=", ".join(firing[:3]), link=f"{self.source.base}/alerts")

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return the one value of an expression; with a `step` the worst of its window."""
        now, query = self.now(), question.query
        if question.step:
            step = parse_duration(question.step)
            span = {"query": query, "start": f"{now - question.window:.3f}", "end": f"{now:.3f}", "step": f"{step:g}"}
            warnings, data = await self._data(f"{self.prefix}/query_range", span)
            return self._worst(question, data, warnings, question.window / step)
        warnings, data = await self._data(f"{self.prefix}/query", {"query": query, "time": f"{now:.3f}"})
        result = self.client.fields(data, _Result)
        if result.result_type == "scalar":
            at, text = self.client.fields(result.result, tuple[float, str])
        elif result.result_type == "vector":
            series = self.client.fields(result.result, tuple[_Vector, ...])
            _require_whole(warnings if not series else ())  # nothing of a part may be what the other part has
            at, text = max((one.value for one in series), default=(now, ""))
            one_number([0.0 for _ in series], query)
        else:
            raise SourceError("bad_query", f"{query} is a {result.result_type}", fix="Ask for one value")
        if not text:
            raise SourceError("contract", "a histogram is no single value", fix="Ask for a quantile of it")
        return SourceReading(
            "ok", number_of(text), question.unit, observed_at=at, partial=bool(warnings),
            detail=f"{query} = {text}" + (f" ({warnings[0]})" if warnings else ""),
        )  # fmt: skip

    def _worst(self, question: SourceQuestion, data: object, warnings: tuple[str, ...], points: float) -> SourceReading:
        result = self.client.fields(data, _Result)
        series = self.client.fields(result.result, tuple[_Vector, ...])
        one_number([0.0 for _ in series], question.query)
        values = [number_of(text) for _, text in series[0].values]
        if not values:
            raise SourceError("empty", f"{question.query} gave no values")
        worst = _worst_of(values, question)
        known = len(values) / max(points, 1.0)
        return SourceReading(
            "ok", worst, question.unit, observed_at=series[0].values[-1][0],
            partial=bool(warnings) or known < _LEAST_KNOWN,
            detail=f"worst of {len(values)} values of {question.query} = {worst:g}",
        )  # fmt: skip

    async def _data(self, path: str, query: Mapping[str, object]) -> tuple[tuple[str, ...], object]:
        envelope = self.client.fields(await self.client.get(path, query), _Envelope)
        if envelope.status != "success":
            raise SourceError("bad_query", f"it says: {self.client.safe(envelope.error or envelope.status)}")
        return tuple(map(self.client.safe, envelope.warnings)), envelope.data

    async def _whole(self, path: str, query: Mapping[str, object]) -> object:
        warnings, data = await self._data(path, query)
        _require_whole(warnings)
        return data


def _require_whole(warnings: Sequence[str]) -> None:
    """Raise what is warned of: servers that ask others tell by it that one of those did not answer."""
    if warnings:
        raise SourceError("partial", f"it warns: {warnings[0]}")


def _worst_of(values: Sequence[float], question: SourceQuestion) -> float:
    """Return the value that breaks a limit, or is nearest to breaking one; NaN, which compares with nothing, first."""
    unordered = [value for value in values if math.isnan(value)]
    lowest, highest = min(values), max(values)
    if unordered:
        return unordered[0]
    if question.above is not None and (question.below is None or lowest <= question.above):
        return lowest
    return highest


TOOL = Prometheus

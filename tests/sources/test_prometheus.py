"""Prometheus itself, asked: what is not a number, what is not there, and what it refuses, is unknown."""

from __future__ import annotations

import time

import pytest

from cockpit.release.sources import Source
from cockpit.sources.desk import SourceDesk
from tests.sources.support import ask, desk_of, told

pytestmark = pytest.mark.full


@pytest.fixture
def desk(prometheus: str) -> SourceDesk:
    return desk_of(now=time.time, prom=Source("prometheus", url=prometheus))


@pytest.mark.parametrize(
    ("query", "more", "expected"),
    [
        ("vector(3)", {"below": 5}, "ok 3"),
        ("vector(7)", {"below": 5}, "down 7"),
        ("scalar(vector(2))", {"above": 1}, "ok 2"),
        ("vector(NaN)", {"below": 5}, "unknown empty"),
        ("vector(Inf)", {"above": 5}, "unknown empty"),
        ("vector(-Inf)", {"below": 5}, "unknown empty"),
        ("no_such_metric", {"below": 5}, "unknown empty"),
        ("sum(no_such_metric)", {"below": 5}, "unknown empty"),
        ("rate(", {"below": 5}, "unknown bad_query"),
        ("up", {"below": 5}, "unknown bad_query"),  # two series
        ("up[5m]", {"below": 5}, "unknown bad_query"),  # a matrix
        ('"text"', {"below": 5}, "unknown bad_query"),
        ("label_replace(vector(1), '', 'x', '', '')", {"below": 5}, "unknown bad_query"),
        ("vector(1)", {"below": 5, "within": "11001s", "step": "1s"}, "unknown bad_query"),  # 11,002 points
        ("vector(1)", {"below": 5, "within": "10999s", "step": "1s"}, "ok 1"),
        ("no_such_metric", {"below": 5, "step": "30s"}, "unknown empty"),
        ("vector(NaN)", {"below": 5, "step": "30s"}, "unknown empty"),
        ("up{job='self'}", {"above": 0, "within": "10h", "step": "1m"}, "unknown partial"),  # known for moments only
    ],
)
async def test_values(desk: SourceDesk, query: str, more: dict[str, object], expected: str) -> None:
    reading = await ask(desk, "prom", "metric", query, **more)
    assert told(reading) == expected
    assert reading.detail


async def test_refusals_say_what_is_wrong(desk: SourceDesk) -> None:
    wrong = await ask(desk, "prom", "metric", "rate(")
    assert "parse error" in wrong.detail
    many = await ask(desk, "prom", "metric", "vector(1)", within="11001s", step="1s")
    assert "11,000 points" in many.detail


async def test_targets_and_alerts(desk: SourceDesk) -> None:
    assert told(await ask(desk, "prom", query="self")) == "ok"
    down = await ask(desk, "prom")
    assert (told(down), "gone" in down.detail) == ("down", True)
    assert told(await ask(desk, "prom", query="nothing")) == "unknown empty"
    firing = await ask(desk, "prom", "errors", below=1)
    assert (told(firing), "Always" in firing.detail) == ("down 1", True)
    assert told(await ask(desk, "prom", "errors", "Never", below=1)) == "ok 0"
    assert told(await ask(desk, "prom", "errors", "No such rule", below=1)) == "unknown empty"

"""Answers that keep the contract's letter, and yet say less than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.release.sources import Source
from cockpit.sources.tail import Tail
from tests.sources.contracts import streams
from tests.sources.support import NOW, ask, desk_of, told
from tests.sources.vendor import Reply, Request, Vendor

NANO = 1_000_000_000
WARNED = {"warnings": ["store-3 did not answer"]}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    running = Vendor()
    yield running
    running.close()


def prometheus(vendor: Vendor, data: Any, **more: Any) -> Source:
    vendor.answer = lambda request: Reply({"status": "success", "data": data, **more})
    return Source("prometheus", url=vendor.url)


@pytest.mark.parametrize(
    ("question", "data"),
    [
        ("status", {"activeTargets": [{"health": "up", "labels": {"job": "shop"}}]}),
        ("errors", {"groups": [{"rules": [{"name": "Slow", "state": "inactive", "health": "ok"}]}]}),
        ("metric", {"resultType": "vector", "result": []}),
    ],
)
async def test_what_comes_with_a_warning_is_a_part(vendor: Vendor, question: str, data: Any) -> None:
    # As Thanos answers where one of its stores does not.
    limit = {} if question == "status" else {"below": 1}
    reading = await ask(desk_of(x=prometheus(vendor, data, **WARNED)), "x", question, "s", **limit)
    assert told(reading) == "unknown partial"
    assert "store-3 did not answer" in reading.detail


async def test_no_line_beside_a_warning_is_no_zero(vendor: Vendor) -> None:
    def answer(request: Request) -> Reply:
        if "|=" in request.query["query"]:
            return Reply({"status": "success", "data": {"resultType": "vector", "result": []}, **WARNED})
        alive = [{"metric": {}, "value": [NOW, "5"]}]
        return Reply({"status": "success", "data": {"resultType": "vector", "result": alive}})

    vendor.answer = answer
    desk = desk_of(loki=Source("loki", url=vendor.url))
    assert told(await ask(desk, "loki", "errors", '{app="shop"} |= "error"', below=1)) == "unknown partial"


async def test_lines_beside_a_warning_are_shown_and_not_counted(vendor: Vendor) -> None:
    data = streams((int((NOW - 5) * NANO), "paid"))
    vendor.answer = lambda request: Reply({"status": "success", "data": data, **WARNED})
    desk = desk_of(loki=Source("loki", url=vendor.url))
    assert told(await ask(desk, "loki", "logs", "{}", below=10)) == "unknown partial"


def test_a_tail_says_of_a_part_what_it_is(vendor: Vendor) -> None:
    data = streams((int((NOW - 5) * NANO), "paid"))
    vendor.answer = lambda request: Reply({"status": "success", "data": data, **WARNED})
    desk = desk_of(loki=Source("loki", url=vendor.url))
    found = Tail(desk, "loki", "{}", since=600, now=lambda: NOW).poll()
    assert ([line.text for line in found.lines], found.trouble) == (["paid"], "only a part of its lines came")


@pytest.mark.parametrize(
    ("values", "expected"),
    [("5 50 5", "down 50"), ("5 0.5 5", "down 0.5"), ("0.5 50 5", "down 0.5"), ("5 9 5", "ok 9"), ("10 5", "down 10")],
)
async def test_the_worst_of_a_span_is_what_breaks_a_limit(vendor: Vendor, values: str, expected: str) -> None:
    points = [[NOW - 120 + 60 * n, value] for n, value in enumerate(values.split())]
    source = prometheus(vendor, {"resultType": "matrix", "result": [{"metric": {}, "values": points}]})
    reading = await ask(desk_of(x=source), "x", "metric", "load", below=10, above=1, within="3m", step="1m")
    assert told(reading) == expected


async def test_a_document_s_log_may_be_its_line(vendor: Vendor) -> None:
    # As Fluent Bit writes what a container says.
    document = {"@timestamp": "2027-01-15T07:59:00Z", "log": "GET /pay 500", "stream": "stdout"}
    hit = {"_id": "1", "_source": document, "sort": [(NOW - 60) * 1000, "1"]}
    hits = {"total": {"value": 1, "relation": "eq"}, "hits": [hit]}
    vendor.answer = lambda request: Reply({"timed_out": False, "_shards": {"failed": 0}, "hits": hits})
    desk = desk_of(es=Source("elasticsearch", url=vendor.url, index="logs"))
    reading = await ask(desk, "es", "logs", below=10)
    assert told(reading) == "ok 1", reading
    assert [line.text for line in reading.lines] == ["GET /pay 500"]


async def test_a_credential_that_cannot_be_sent_is_called_so(vendor: Vendor) -> None:
    source = Source("prometheus", url=vendor.url, token_env="TOKEN")
    for token in ("abcdef\u2026ghi", "first\nsecond"):
        reading = await ask(desk_of({"TOKEN": token}, x=source), "x", "metric", "up", below=1)
        assert (told(reading), vendor.asked) == ("unknown auth", [])
        assert "TOKEN" in f"{reading.detail} {reading.fix}"
        assert token not in f"{reading}"


@pytest.mark.parametrize("holds", [None, "no certificate\n"])
async def test_certificates_that_cannot_be_read_are_our_fault(vendor: Vendor, tmp_path: Any, holds: str | None) -> None:
    file = tmp_path / "ca.pem"
    if holds is not None:
        file.write_text(holds)
    source = Source("prometheus", url=vendor.url.replace("http:", "https:"), ca_file=str(file))
    reading = await ask(desk_of(x=source), "x", "metric", "up", below=1)
    assert reading.state == "unknown"
    assert "ca.pem" in reading.detail


@pytest.mark.parametrize(("within", "expected"), [("72h", "unknown partial"), ("24h", "ok 24"), ("3h", "ok 4")])
async def test_fewer_hours_than_were_asked_are_a_part(vendor: Vendor, within: str, expected: str) -> None:
    hour = int(NOW) // 3600 * 3600
    counts = [[hour - 3600 * n, 1] for n in range(24)]
    vendor.answer = lambda request: Reply({"err": 0, "result": counts[::-1]})
    source = Source("rollbar", url=vendor.url, token_env="TOKEN")
    reading = await ask(desk_of({"TOKEN": "t0ken-123456"}, x=source), "x", "metric", within=within, below=50)
    assert told(reading) == expected


async def test_rules_that_only_record_are_no_alerts_that_are_silent(vendor: Vendor) -> None:
    # As who speaks Prometheus's API answers, and does not know the parameter that leaves them out.
    source = prometheus(vendor, {"groups": [{"rules": [{"name": "p95", "health": "ok", "type": "recording"}]}]})
    assert told(await ask(desk_of(x=source), "x", "errors", below=1)) == "unknown empty"


async def test_the_last_point_is_the_latest_in_whatever_order_they_come(vendor: Vendor) -> None:
    points = [[NOW * 1000, 9.0], [(NOW - 300) * 1000, 1.0]]
    vendor.answer = lambda request: Reply({"status": "ok", "series": [{"pointlist": points}]})
    source = Source("datadog", url=vendor.url, token_env="TOKEN", app_key_env="KEY")
    desk = desk_of({"TOKEN": "t0ken-123456", "KEY": "k3y-123456"}, x=source)
    assert told(await ask(desk, "x", "metric", "load", below=5)) == "down 9"


async def test_news_from_ahead_of_the_clock_are_not_fresh(vendor: Vendor) -> None:
    # Where this host's clock is behind, what is old would look new.
    checks = [{"id": 1, "name": "shop", "status": "up", "lasttesttime": int(NOW + 7200)}]
    vendor.answer = lambda request: Reply({"checks": checks})
    source = Source("pingdom", url=vendor.url, token_env="TOKEN")
    reading = await ask(desk_of({"TOKEN": "t0ken-123456"}, x=source), "x")
    assert told(reading) == "unknown stale"
    assert "2h ahead of this host's clock" in reading.detail

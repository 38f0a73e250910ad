"""What is asked of Elasticsearch, asked of osmem-server: health, counts, and every document once, page by page."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest

from cockpit.release.sources import Source, SourceQuestion
from cockpit.sources.desk import SourceDesk
from cockpit.times import rfc3339
from tests.sources.support import ask, desk_of, told

pytestmark = pytest.mark.full

AT = float(int(time.time()))
LINES = 1203


def put(url: str, index: str, documents: list[dict[str, object]]) -> None:
    mapping = {"mappings": {"properties": {"@timestamp": {"type": "date"}}}}
    bulk = "".join(f'{{"index": {{}}}}\n{json.dumps(document)}\n' for document in documents)
    for method, path, body in (
        ("PUT", f"/{index}", json.dumps(mapping)),
        ("POST", f"/{index}/_bulk?refresh=true", bulk),
    ):
        if not body:
            continue
        headers = {"Content-Type": "application/x-ndjson" if "bulk" in path else "application/json"}
        request = urllib.request.Request(f"{url}{path}", body.encode(), headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert not json.load(answer).get("errors")


@pytest.fixture(scope="module")
def url(osmem: str) -> str:
    # Many of the same moment, over the border of a page, too.
    documents: list[dict[str, object]] = [
        {"@timestamp": rfc3339(AT - 60 - n // 300), "message": f"paid {n}", "level": "info"} for n in range(LINES)
    ]
    documents += [{"@timestamp": rfc3339(AT - 30), "message": f"failed {n}", "level": "error"} for n in range(3)]
    put(osmem, "shop-1", documents)
    put(osmem, "quiet-1", [{"@timestamp": rfc3339(AT - 86400), "message": "paid", "level": "info"}])
    return osmem


@pytest.fixture
def desk(url: str) -> SourceDesk:
    def source(index: str) -> Source:
        return Source("elasticsearch", url=url, index=index)

    return desk_of(now=lambda: AT, shop=source("shop-*"), quiet=source("quiet-1"), none=source("no-such-index"))


async def test_counts(desk: SourceDesk) -> None:
    assert told(await ask(desk, "shop", "errors", "level:error", below=5)) == "ok 3"
    assert told(await ask(desk, "shop", "errors", "level:error", below=3)) == "down 3"
    assert told(await ask(desk, "shop", "errors", "level:fatal", below=3)) == "ok 0"
    assert told(await ask(desk, "quiet", "errors", "level:error", below=3)) == "unknown empty"  # nothing came in at all
    missing = await ask(desk, "none", "errors", "level:error", below=3)
    assert told(missing) in {"unknown bad_query", "unknown empty"}
    assert told(await ask(desk, "shop")) in {"ok", "degraded"}


async def test_every_line_once(desk: SourceDesk) -> None:
    question = SourceQuestion("shop", "logs", "paid")
    reading = await desk.lines(question, AT - 600, AT, seconds=20, limit=2000)
    assert (reading.value, reading.partial) == (LINES, False), (reading.trouble, reading.detail)
    assert {line.text for line in reading.lines} == {f"paid {n}" for n in range(LINES)}
    assert reading.lines[0].at < reading.lines[-1].at
    cut = await desk.lines(question, AT - 600, AT, seconds=20, limit=700)
    assert (cut.partial, len(cut.lines)) == (True, 700)
    assert told(await ask(desk, "shop", "logs", "paid", below=2000)) == "unknown partial"

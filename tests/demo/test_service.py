from __future__ import annotations

import json
import re

import pytest

from cockpit.demo.history import HISTORY
from tests.demo.conftest import Shop

COMBINED = re.compile(r'\S+ - - \[\d\d/\w{3}/\d{4}(:\d\d){3} [+-]\d{4}\] "[A-Z]+ \S+ HTTP/1\.[01]" \d{3} \d+ "-" ".*"')
APPLICATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO |WARN |ERROR) shop\.\w+: .+")


@pytest.mark.parametrize("tag", [release.tag for release in HISTORY if release.tag != "v2.4.1"])
def test_an_older_release_runs_on_the_newest_database(shop: Shop, tag: str) -> None:
    shop.run_release(tag)
    status, body = shop.health()
    assert (status, body["status"], body["version"], body["database"]) == (200, "ok", tag, "ok")
    for path in ("/", "/products", "/products/3", "/cart", "/admin"):
        assert shop.get(path)[0] == 200, path
    assert json.loads(shop.get("/checkout/quote?product=3")[1])["currency"] == "EUR"
    assert shop.get("/nothing")[0] == 404
    assert max(shop.drive(40)) < 500


def test_the_last_good_release_stays_well_under_traffic(shop: Shop) -> None:
    shop.run_release("v2.4.0")
    statuses = shop.drive(600)
    assert len(statuses) >= 600
    assert max(statuses) < 500
    assert shop.health()[1]["status"] == "ok"


@pytest.mark.full
def test_the_newest_release_degrades_and_then_fails(shop: Shop) -> None:
    shop.set("SHOP_POOL_PATIENCE_MS=4")
    shop.run_release("v2.4.1")
    assert max(shop.drive(110)) < 500
    assert shop.health()[1]["status"] == "ok"
    assert max(shop.drive(110)) < 500
    assert shop.health()[1]["status"] == "degraded"
    assert 500 in shop.drive(240)
    status, body = shop.health()
    assert (status, body["status"], body["version"]) == (503, "down", "v2.4.1")
    assert shop.get("/checkout/quote?product=3")[0] == 500
    assert shop.get("/")[0] == 200
    log = (shop.root / "var" / "logs" / "app.log").read_text()
    assert re.search(r"ERROR shop\.server: POST /payment failed: payment gateway timeout after \d+ ms order=\d+\n", log)
    assert "connection pool exhausted" in log
    assert "Traceback (most recent call last):" in log


def test_logs_have_the_forms_they_claim(shop: Shop) -> None:
    logs = shop.root / "var" / "logs"
    past = len((logs / "access.log").read_text().splitlines())
    shop.run_release("v2.4.0")
    statuses = shop.drive(120)
    access = (logs / "access.log").read_text().splitlines()
    assert len(access) == past + len(statuses)
    assert all(COMBINED.fullmatch(line) for line in access)
    application = (logs / "app.log").read_text().splitlines()
    assert all(APPLICATION.fullmatch(line) for line in application)
    assert {"INFO ", "WARN "} == {match[1] for line in application if (match := APPLICATION.fullmatch(line))}

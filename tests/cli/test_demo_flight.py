"""The whole way back on the demo: service, database, code, and what stands afterwards."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Console, serving


def orders(database: Path) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        (count,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    finally:
        connection.close()
    return int(count)


def dumped_orders(dump: Path) -> int:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(dump.read_text())
        (count,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    return int(count)


def running_version(console: Console) -> str:
    text = (console.repo.parent / "etc" / "shop.env").read_text()
    port = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)["SHOP_PORT"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        version: str = json.load(answer)["version"]
    return version


@pytest.mark.full
def test_rollback_restores_code_database_and_service(tmp_path: Path) -> None:
    with serving(tmp_path) as console:
        assert running_version(console) == "v2.4.1"
        data = console.repo.parent / "var" / "data"
        status = console.json("status")
        assert len(status["items"]) == 116
        readiness = status["readiness"]
        assert (readiness["ready"], readiness["reasons"], readiness["target"]) == (True, [], "v2.4.0")

        done = console.process("rollback", "v2.4.0", "--execute", "--confirm", "v2.4.0")
        assert done.returncode == 0, done.stdout + done.stderr
        assert running_version(console) == "v2.4.0"
        assert (console.repo / "VERSION").read_text() == "2.4.0\n"
        (kept,) = data.glob("shop.db.bad-*")
        (exported,) = (data.parent / "backups").glob("shop.db-since-dump-*.csv")
        lost = orders(kept) - dumped_orders(console.repo.parent / "var" / "backups" / "shop-v2.4.0.sql")
        assert lost > 0
        assert len(exported.read_text().splitlines()) == 1 + lost
        assert not list(data.glob("*.new-*"))
        assert orders(data / "shop.db") >= orders(kept) - lost

        after = console.json("status")
        assert after["run"]["state"] == "rolled-back"
        assert after["execution"]["outcome"] == "succeeded"
        assert after["execution"]["version_seen"] == "v2.4.0"
        assert "v2.4.1 to v2.4.0" in after["deploys_locked"]
        assert console.refused("deploy", "v2.4.1", "--execute", "--confirm", "v2.4.1", code=4)["code"] == "locked"
        # Ticks were made before it, the files they belong to were checked away, and they stand.
        assert [item["state"] for item in after["items"]] != []
        assert {i["id"]: i["by"] for i in after["items"]} == {i["id"]: i["by"] for i in status["items"]}

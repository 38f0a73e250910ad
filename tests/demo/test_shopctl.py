from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

from cockpit.demo.demo import Demo
from tests.demo.conftest import NOW, Shop

NOT_RUNNING = 3


def test_start_status_stop(shop: Shop) -> None:
    assert shop.tool("shopctl", "status").code == NOT_RUNNING
    assert shop.tool("shopctl", "start").ok
    assert shop.tool("shopctl", "status").ok
    assert shop.health()[0] == 200
    assert "already" in shop.tool("shopctl", "start").text
    pid = int((shop.root / "var" / "run" / "shop.pid").read_text())
    assert os.getsid(pid) == pid
    assert shop.tool("shopctl", "stop").ok
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", shop.demo.port)) != 0
    assert shop.tool("shopctl", "status").code == NOT_RUNNING
    assert shop.tool("shopctl", "stop").ok
    assert shop.tool("shopctl", "start").ok


def test_a_stale_pid_is_nobody_s(shop: Shop) -> None:
    (shop.root / "var" / "run" / "shop.pid").write_text(f"{os.getpid()}\n")
    assert shop.tool("shopctl", "status").code == NOT_RUNNING
    assert shop.tool("shopctl", "stop").ok
    assert shop.tool("shopctl", "start").ok


def test_a_taken_port_is_a_failed_start(shop: Shop) -> None:
    with socket.create_server(("127.0.0.1", shop.demo.port)):
        failed = shop.tool("shopctl", "start")
    assert failed.code == 1
    assert "Address already in use" in failed.complaint
    assert shop.tool("shopctl", "status").code == NOT_RUNNING


def test_nothing_is_started_after_the_end(tmp_path: Path) -> None:
    with Demo.create(tmp_path / "demo", now=NOW) as demo:
        shop = Shop(demo)
    refused = shop.tool("shopctl", "start")
    assert refused.code == 1
    assert "the demo is over" in refused.complaint


def test_migrate_applies_what_a_restored_database_lacks(shop: Shop) -> None:
    assert shop.tool("shopctl", "migrate").text == ""
    dump = shop.root / "var" / "backups" / "shop-v2.4.0.sql"
    live = shop.root / "var" / "data" / "shop.db"
    live.unlink()
    with closing(sqlite3.connect(live)) as connection:
        connection.executescript(dump.read_text())
    assert shop.tool("shopctl", "migrate").text == "migrated 0007_payment_attempts\n"

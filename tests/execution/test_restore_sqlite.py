"""An SQLite file put back: a new file, verified, swapped in; whatever fails leaves the live one alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import RefusedError
from cockpit.execution.databases.commands import StepCommands
from cockpit.execution.databases.dumps import quick_complaint
from cockpit.execution.databases.sqlite import dump_sqlite
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.execution.prepare import find_backup
from cockpit.release.intents import RequestExecution
from cockpit.release.script import as_shell_script
from cockpit.workspace import Workspace
from tests.execution.flight import Flight, Step
from tests.parts import require


def run(path: Path, text: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(text).fetchall()
        connection.commit()
        return found


class Shop:
    """A flight with an SQLite database, and a dump of it from v1."""

    def __init__(self, flight: Flight) -> None:
        self.flight = flight
        self.live = flight.var / "shop.db"
        self.dump = flight.var / "shop-v1.sql"

    def begin(self, *, text: bool = True, backup: Step | None = None, **more: Any) -> Workspace:
        flight = self.flight
        restore = {"sqlite": {"file": str(self.live)}, "checks": ["SELECT count(*) = 1 FROM orders"], **more}
        before = [{"id": "backup", "backup": backup}] if backup is not None else []
        steps = [flight.stop_step(), *before, flight.checkout_step(), {"id": "restore", "restore": restore},
                 flight.start_step(), flight.verify_step()]  # fmt: skip
        glob = str(flight.var / "shop-{tag}.*")
        flight.configure([], rollback={"steps": steps, "migrations": ["*.sql"], "backups": {"glob": glob}})
        run(self.live, "CREATE TABLE orders (id INTEGER PRIMARY KEY, placed_at TEXT)")
        run(self.live, "INSERT INTO orders VALUES (1, '2020-01-01')")
        with closing(sqlite3.connect(self.live)) as connection:
            if text:
                self.dump.write_text("\n".join(connection.iterdump()) + "\n")
            else:
                self.dump = self.dump.with_suffix(".db")
                self.dump.write_bytes(self.live.read_bytes())
        flight.release("v1")
        (flight.repo / "0002.sql").write_text("-- adds refunds\n")
        run(self.live, "CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id))")
        run(self.live, "PRAGMA journal_mode = WAL")
        flight.release("v2")
        run(self.live, "INSERT INTO orders VALUES (2, '2099-01-01')")
        (flight.var / "up").touch()
        (flight.var / "version").write_text("v2\n")
        workspace = flight.workspace()
        workspace.open_run("v2", tag="", launch_at="")
        flight.trust(workspace)
        return workspace

    def request(self, workspace: Workspace) -> str:
        plan = self.flight.plan(workspace)
        assert plan.database_words == ("shop.db",)
        workspace.session.act(RequestExecution("0a0b0c0d", plan, "v1", plan.database_words))
        return "0a0b0c0d"

    def is_bad(self, path: Path | None = None) -> bool:
        tables = run(path or self.live, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
        return tables == [("orders",), ("refunds",)] and run(path or self.live, "SELECT id FROM orders") == [(1,), (2,)]

    def kept(self) -> list[Path]:
        return [path for path in self.flight.var.glob("shop.db.*") if not path.name.endswith(("-shm", "-wal"))]


@pytest.mark.parametrize("text", [True, False])
def test_the_file_is_put_back_and_the_bad_one_kept(flight: Flight, text: bool) -> None:
    shop = Shop(flight)
    workspace = shop.begin(text=text, export="SELECT id FROM orders WHERE placed_at > :dump_at")
    shop.live.chmod(0o640)
    view = flight.work(workspace, shop.request(workspace))
    assert view.outcome == "succeeded", view.detail
    assert run(shop.live, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("orders",)]
    assert run(shop.live, "SELECT id FROM orders") == [(1,)]
    assert shop.live.stat().st_mode & 0o777 == 0o640
    (kept,) = shop.kept()
    assert kept.name.startswith("shop.db.bad-20")
    assert shop.is_bad(kept)
    (exported,) = flight.var.glob("shop.db-since-dump-*.csv")
    assert exported.read_text().split() == ["id", "2"]


@pytest.mark.full
@pytest.mark.parametrize("text", [True, False])
def test_the_script_for_the_hand_does_the_same(flight: Flight, text: bool) -> None:
    require("sqlite3")
    shop = Shop(flight)
    plan = flight.plan(shop.begin(text=text))
    journal = Path(f"{shop.live}-journal")
    journal.write_bytes(b"")
    script = flight.var / "by hand.sh"
    script.write_text(as_shell_script(plan))
    done = subprocess.run(["sh", script], input="\n", text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert run(shop.live, "SELECT id FROM orders") == [(1,)]
    assert not journal.exists()
    (kept,) = (path for path in shop.kept() if not path.name.endswith("-journal"))
    assert shop.is_bad(kept)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text[: len(text) // 2], "cut off"),
        (lambda text: text.replace("INSERT", "INSERT INTO nothing; INSERT", 1), "syntax error"),
        (lambda text: text.replace("COMMIT;", "DELETE FROM orders; COMMIT;").replace("; COMMIT", ";\nCOMMIT"), "check"),
        (lambda text: text.replace("COMMIT;", "-- \0\nCOMMIT;"), "null character"),
        (lambda text: text.replace("COMMIT;", "ATTACH 'stolen.db' AS s;\nCOMMIT;"), "not authorized"),
    ],
)
def test_a_restore_that_fails_leaves_the_live_file_untouched(flight: Flight, spoil: Any, why: str) -> None:
    shop = Shop(flight)
    workspace = shop.begin()
    shop.dump.write_text(spoil(shop.dump.read_text()))
    view = flight.work(workspace, shop.request(workspace))
    assert view.state == "stopped"
    assert why in view.detail
    assert shop.is_bad()
    assert shop.kept() == []
    assert not (flight.repo / "stolen.db").exists()


@pytest.mark.parametrize("by_hand", [False, True])
def test_where_the_file_is_behind_a_link_it_is_the_file_that_is_replaced(flight: Flight, by_hand: bool) -> None:
    shop = Shop(flight)
    shared = flight.home / "shared"
    shared.mkdir()
    shop.live.symlink_to(shared / "orders.db")
    workspace = shop.begin()
    plan = flight.plan(workspace)
    assert plan.database_words == ("orders.db",)
    if by_hand:
        require("sqlite3")
        script = as_shell_script(plan)
        subprocess.run(["/bin/sh", "-c", script], input="\n\n", text=True, check=True, capture_output=True)
    else:
        workspace.session.act(RequestExecution("0a0b0c0d", plan, "v1", plan.database_words))
        assert flight.work(workspace, "0a0b0c0d").outcome == "succeeded"
    assert shop.live.is_symlink()
    assert run(shared / "orders.db", "SELECT id FROM orders") == [(1,)]
    (kept,) = (path for path in shared.glob("orders.db.bad-*") if not path.name.endswith(("-shm", "-wal")))
    assert shop.is_bad(kept)


def test_a_link_that_was_turned_since_it_was_confirmed_is_refused(flight: Flight) -> None:
    shop = Shop(flight)
    shop.live.symlink_to(flight.home / "orders.db")
    workspace = shop.begin()
    plan = flight.plan(workspace)
    workspace.session.act(RequestExecution("0a0b0c0d", plan, "v1", plan.database_words))
    shop.live.unlink()
    shop.live.symlink_to(flight.home / "others.db")
    with pytest.raises(RefusedError, match=r"others\.db here, and .*orders\.db was confirmed"):
        flight.work(workspace, "0a0b0c0d")
    assert not (flight.home / "others.db").exists()


def test_a_dump_with_a_journal_of_its_own_is_not_taken_for_whole(flight: Flight) -> None:
    shop = Shop(flight)
    workspace = shop.begin(text=False)
    beside = shop.dump.with_name(f"{shop.dump.name}-wal")
    with closing(sqlite3.connect(shop.dump)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO orders VALUES (7, '2021-01-01')")
        writer.commit()
        copied = [(path, path.read_bytes()) for path in (shop.dump, beside)]
    for path, content in copied:
        path.write_bytes(content)
    os.utime(beside, (4e9, 4e9))
    assert find_backup(workspace.run.configuration, workspace.root, "v1") == str(shop.dump), "the glob finds both"
    view = flight.work(workspace, shop.request(workspace))
    assert "the dump is not whole without shop-v1.db-wal beside it" in view.detail
    assert shop.is_bad()
    run(shop.dump, "PRAGMA quick_check")
    assert quick_complaint(shop.dump, postgresql=False) == ""
    assert run(shop.dump, "SELECT id FROM orders") == [(1,), (7,)]


@pytest.mark.parametrize("query", ["SELECT 1; SELECT 2", "REINDEX", "nonsense", "SELECT count(*) = 1 FROM orders"])
def test_a_query_that_is_none_stops_it_with_its_reason_or_is_told(flight: Flight, query: str) -> None:
    shop = Shop(flight)
    workspace = shop.begin(checks=[query], export=query)
    identity = shop.request(workspace)
    view = flight.work(workspace, identity)
    if query.startswith("SELECT count"):
        assert view.outcome == "succeeded", view.detail
    else:
        assert view.detail.startswith("step 3, Restore: ")
        assert shop.is_bad()


@pytest.mark.parametrize("query", ["SELECT 1; SELECT 2", "REINDEX", "nonsense"])
def test_an_export_that_fails_stops_nothing(flight: Flight, query: str) -> None:
    shop = Shop(flight)
    workspace = shop.begin(export=query)
    assert flight.work(workspace, shop.request(workspace)).outcome == "succeeded"


def test_a_backup_that_has_nowhere_to_go_is_refused_before_anything_is_stopped(flight: Flight) -> None:
    shop = Shop(flight)
    shop.begin(backup={"sqlite": {"file": str(shop.live)}, "directory": str(flight.var / "at" / "deeper")})
    (flight.var / "at").write_text("not a directory")
    arguments = ("rollback", "v1", "--execute", "--confirm", "v1", "--confirm-database", "shop.db")
    refused = flight.json(*arguments, code=4)["error"]
    assert refused["what"] == f"Backup: {flight.var / 'at'} is no directory"
    assert flight.trace() == []


def test_a_backup_by_hand_is_for_nobody_else_to_read(flight: Flight) -> None:
    require("sqlite3")
    shop = Shop(flight)
    workspace = shop.begin(backup={"sqlite": {"file": str(shop.live)}, "directory": str(flight.var / "dumps")})
    script = as_shell_script(flight.plan(workspace))
    subprocess.run(["/bin/sh", "-c", script], input="\n\n", text=True, check=True, capture_output=True, umask=0o022)
    (dump,) = (flight.var / "dumps").iterdir()
    assert dump.stat().st_mode & 0o077 == 0
    assert "refunds" in dump.read_text()


_BUSY = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=60)
connection.execute("PRAGMA synchronous = OFF")
print("writes", flush=True)
while True:
    connection.execute("INSERT INTO orders (placed_at) VALUES ('2099-01-01')")
    connection.commit()
    time.sleep(0.002)
"""


@pytest.mark.full
@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_database_that_is_written_to_without_end_is_dumped_all_the_same(tmp_path: Path, mode: str) -> None:
    live, dump = tmp_path / "live.db", tmp_path / "dumps" / "dump.db"
    run(live, f"PRAGMA journal_mode = {mode}")
    run(live, "CREATE TABLE orders (id INTEGER PRIMARY KEY, placed_at TEXT)")
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) SELECT i FROM n"
    run(live, f"INSERT INTO orders SELECT i, hex(randomblob(500)) FROM ({many})")
    commands = StepCommands(
        directory=tmp_path, environment={}, output=OutputFile(tmp_path / "output.log"),
        under_way=StepProcess(tmp_path, "0a0b0c0d"), cancel=threading.Event(), deadline=time.monotonic() + 20,
    )  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", _BUSY, str(live)], stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"writes\n"
            dump_sqlite(live, dump, commands)
            assert writer.poll() is None
        finally:
            writer.kill()
    assert run(dump, "PRAGMA integrity_check") == [("ok",)]
    assert run(dump, "SELECT count(*) >= 40000 FROM orders") == [(1,)]


_KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = DELETE")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
for number in range(10, 5000):
    connection.execute("INSERT INTO orders VALUES (?, hex(randomblob(200)))", (number,))
os.kill(os.getpid(), 9)
"""


def test_what_a_killed_writer_left_half_done_does_not_stop_the_backup(flight: Flight) -> None:
    shop = Shop(flight)
    backup = {"sqlite": {"file": str(shop.live)}, "directory": str(flight.var / "dumps")}
    workspace = shop.begin(backup=backup, export="SELECT id FROM orders WHERE placed_at > :dump_at")
    subprocess.run([sys.executable, "-c", _KILLED, str(shop.live)], check=False)
    assert Path(f"{shop.live}-journal").stat().st_size > 0
    view = flight.work(workspace, shop.request(workspace))
    assert view.outcome == "succeeded", view.detail
    (dump,) = (flight.var / "dumps").glob("*.db")
    assert shop.is_bad(dump)
    (since,) = flight.var.glob("*-since-dump-*.csv")
    assert since.read_text().split() == ["id", "2"]


@pytest.mark.full
def test_what_still_writes_stops_it(flight: Flight) -> None:
    shop = Shop(flight)
    workspace = shop.begin()
    with closing(sqlite3.connect(shop.live, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        view = flight.work(workspace, shop.request(workspace))
        assert "is in use" in view.detail
        writer.execute("ROLLBACK")
    assert flight.work(workspace, "0a0b0c0d").outcome == "succeeded"


def test_a_swap_that_was_cut_off_is_taken_back_and_made_anew(flight: Flight) -> None:
    """Between the link and the rename both names are one file, and its journal may have gone to the new name."""
    shop = Shop(flight)
    workspace = shop.begin()
    identity = shop.request(workspace)
    half = flight.var / f"shop.db.bad-20260101T000000Z-{identity}"
    with closing(sqlite3.connect(shop.live)) as writer:
        writer.execute("INSERT INTO orders VALUES (3, '2099-01-01')")
        writer.commit()
        os.link(shop.live, half)
        Path(f"{shop.live}-wal").rename(f"{half}-wal")
        assert flight.work(workspace, identity).outcome == "succeeded"
        (kept,) = shop.kept()
    assert kept != half
    assert run(kept, "SELECT count(*) FROM orders") == [(3,)]

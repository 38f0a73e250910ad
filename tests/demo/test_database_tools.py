from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.demo.conftest import Shop


def rows(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def sell(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO orders VALUES (9999, '2026-03-14T15:00:00+00:00', 'a@b', 100, 'placed')")


class Files:
    def __init__(self, shop: Shop) -> None:
        self.data = shop.root / "var" / "data"
        self.live = self.data / "shop.db"
        self.backups = shop.root / "var" / "backups"
        self.dump = self.backups / "shop-v2.4.0.sql"

    def kept(self) -> list[Path]:
        return sorted(self.data.glob("shop-bad-*"))


def test_the_dump_is_from_before_the_migration(shop: Shop) -> None:
    files = Files(shop)
    assert "payment_attempts" not in files.dump.read_text()
    assert rows(files.live, "payment_attempts") == 0
    assert rows(files.live, "orders") > files.dump.read_text().count('INSERT INTO "orders"') > 100


def test_a_restore_swaps_a_new_file_in_and_keeps_the_old_one(shop: Shop) -> None:
    files = Files(shop)
    sell(files.live)
    before = rows(files.live, "orders")
    environment = {"COCKPIT_BACKUP": str(files.dump), "COCKPIT_TARGET_TAG": "v2.4.0"}
    assert shop.tool("restore-db", "--done", **environment).code == 1

    done = shop.tool("restore-db", **environment)

    assert done.ok, done.complaint
    restored = rows(files.live, "orders")
    assert f"orders: {restored} rows" in done.text
    (kept,) = files.kept()
    assert rows(kept, "orders") == before
    assert str(kept) in done.text
    assert not list(files.data.glob("shop-new-*"))
    (exported,) = files.backups.glob("orders-since-dump-*.csv")
    with exported.open(newline="") as file:
        missing = list(csv.DictReader(file))
    assert len(missing) == before - restored
    assert missing[-1]["id"] == "9999"
    assert shop.tool("restore-db", "--done", **environment).ok
    sell(files.live)
    assert shop.tool("restore-db", "--done", **environment).code == 1


def cut(dump: str) -> str:
    return dump[: len(dump) // 2]


def without_an_order(dump: str) -> str:
    lines = dump.splitlines(keepends=True)
    lines.remove(next(line for line in lines if line.startswith('INSERT INTO "orders"')))
    return "".join(lines)


def garbled(dump: str) -> str:
    return dump.replace("CREATE TABLE orders", "CREATE TABEL orders")


@pytest.mark.parametrize("spoil", [cut, without_an_order, garbled, lambda _: ""])
def test_a_corrupt_dump_leaves_the_live_database_alone(shop: Shop, spoil: Callable[[str], str]) -> None:
    files = Files(shop)
    files.dump.write_text(spoil(files.dump.read_text()))
    live = files.live.read_bytes()
    present = sorted(files.data.iterdir())
    failed = shop.tool("restore-db", COCKPIT_BACKUP=str(files.dump))
    assert failed.code == 1
    assert failed.complaint
    assert files.live.read_bytes() == live
    assert sorted(files.data.iterdir()) == present


def test_no_dump_named_is_said(shop: Shop) -> None:
    failed = shop.tool("restore-db", COCKPIT_BACKUP="")
    assert failed.code == 1
    assert "COCKPIT_BACKUP" in failed.complaint


def test_a_running_shop_is_not_restored_under(shop: Shop) -> None:
    files = Files(shop)
    shop.run_release("v2.4.0")
    failed = shop.tool("restore-db", str(files.dump))
    assert failed.code == 1
    assert "stop it first" in failed.complaint
    assert not files.kept()


def test_a_dead_writer_s_journal_stays_with_its_own_file(shop: Shop) -> None:
    files = Files(shop)
    journal = Path(f"{files.live}-wal")
    journal.write_bytes(b"of the old file")
    files.live.write_bytes(b"no database any more")
    assert shop.tool("restore-db", str(files.dump)).ok
    assert not journal.exists()
    (database,) = files.data.glob("shop-bad-*.db")
    assert database.read_bytes() == b"no database any more"
    assert Path(f"{database}-wal").read_bytes() == b"of the old file"
    assert rows(files.live, "orders") > 100


def test_a_dump_can_be_restored_and_an_older_one_of_its_name_is_kept(shop: Shop) -> None:
    files = Files(shop)
    assert shop.tool("backup-db", "v2.4.1").ok
    sell(files.live)
    assert shop.tool("backup-db", "v2.4.1").ok
    first, second = sorted(files.backups.glob("shop-v2.4.1*.sql"), key=lambda path: path.stat().st_size)
    assert second.name == "shop-v2.4.1.sql"
    assert shop.tool("restore-db", str(first)).ok
    before = rows(files.live, "orders")
    assert shop.tool("restore-db", str(second)).ok
    assert rows(files.live, "orders") == before + 1


def test_a_label_is_no_path(shop: Shop) -> None:
    assert shop.tool("backup-db", "../shop").code == 1


def test_check_db_fails_where_the_file_is_no_database(shop: Shop) -> None:
    Files(shop).live.write_bytes(b"no database any more")
    assert shop.tool("check-db").code == 1

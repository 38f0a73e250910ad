from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cockpit.demo import flightplan
from tests.demo.conftest import Shop


def rows(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def sell(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO orders VALUES (9999, '2027-03-14T15:00:00+00:00', 'a@b', 100, 'placed')")


class Files:
    def __init__(self, shop: Shop) -> None:
        self.data = shop.root / "var" / "data"
        self.live = self.data / "shop.db"
        self.backups = shop.root / "var" / "backups"
        self.dump = self.backups / "shop-v2.4.0.sql"


def restored_from(dump: Path, database: Path) -> Path:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(dump.read_text())
    return database


def test_the_dump_is_from_before_the_migration(shop: Shop) -> None:
    files = Files(shop)
    assert "payment_attempts" not in files.dump.read_text()
    assert rows(files.live, "payment_attempts") == 0
    assert rows(files.live, "orders") > files.dump.read_text().count('INSERT INTO "orders"') > 100


def test_the_checks_of_a_restore_hold_for_the_dump_and_the_export_finds_what_it_lacks(shop: Shop) -> None:
    files = Files(shop)
    sell(files.live)
    (step,) = (step.restore for step in flightplan.configuration(shop.root, port=1).rollback.steps if step.restore)
    restored = restored_from(files.dump, files.data / "other.db")
    with closing(sqlite3.connect(restored)) as connection:
        for check in step.checks:
            assert connection.execute(check).fetchone() == (1,), check
    taken = datetime.fromtimestamp(files.dump.stat().st_mtime, UTC).isoformat()
    with closing(sqlite3.connect(files.live)) as connection:
        missing = connection.execute(step.export, {"dump_at": taken}).fetchall()
    assert len(missing) == rows(files.live, "orders") - rows(restored, "orders")
    assert missing[-1][0] == 9999


def test_a_dump_can_be_restored_and_an_older_one_of_its_name_is_kept(shop: Shop) -> None:
    files = Files(shop)
    assert shop.tool("backup-db", "v2.4.1").ok
    sell(files.live)
    assert shop.tool("backup-db", "v2.4.1").ok
    first, second = sorted(files.backups.glob("shop-v2.4.1*.sql"), key=lambda path: path.stat().st_size)
    assert second.name == "shop-v2.4.1.sql"
    one, other = restored_from(first, files.data / "one.db"), restored_from(second, files.data / "other.db")
    assert rows(other, "orders") == rows(one, "orders") + 1


def test_a_label_is_no_path(shop: Shop) -> None:
    assert shop.tool("backup-db", "../shop").code == 1


def test_check_db_fails_where_the_file_is_no_database(shop: Shop) -> None:
    Files(shop).live.write_bytes(b"no database any more")
    assert shop.tool("check-db").code == 1

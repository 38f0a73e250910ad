"""backup-db LABEL: dump the shop's database to var/backups/shop-LABEL.sql; an older dump of that name keeps its date.

The dump ends with a line that says how many rows each table had: a restore can tell a whole dump from a cut one.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def dump(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the dump's lines."""
    yield from connection.iterdump()
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    # A table's name cannot be a parameter; these come from the database itself.
    counts = [connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables]  # noqa: S608
    yield "-- rows: " + " ".join(f"{name}={count}" for (name,), count in zip(tables, counts, strict=True))


def backup(database: Path, target: Path) -> None:
    """Dump `database` into `target`, whole or not at all; what was there keeps its date in its name."""
    unfinished = target.with_suffix(".sql.unfinished")
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        connection.execute("BEGIN")  # one snapshot for rows and counts
        with unfinished.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in dump(connection))
            file.flush()
            os.fsync(file.fileno())
    if target.exists():
        taken = datetime.fromtimestamp(target.stat().st_mtime, UTC)
        target.rename(target.with_name(f"{target.stem}.{taken:%Y%m%dT%H%M%S.%fZ}.sql"))
    unfinished.rename(target)


def main() -> None:
    if len(sys.argv) != 2 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", sys.argv[1]):
        sys.exit("usage: backup-db LABEL")
    target = ROOT / "var" / "backups" / f"shop-{sys.argv[1]}.sql"
    backup(ROOT / "var" / "data" / "shop.db", target)
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()

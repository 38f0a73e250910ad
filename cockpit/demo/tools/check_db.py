"""check-db: exit with 0 where the shop's database can be read and is whole."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

DATABASE = Path(__file__).resolve().parent.parent / "var" / "data" / "shop.db"


def main() -> None:
    try:
        with closing(sqlite3.connect(f"{DATABASE.as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
            (orders,) = connection.execute("SELECT count(*) FROM orders").fetchone()
    except sqlite3.Error as error:
        sys.exit(f"{DATABASE.name}: {error}")
    if verdict != "ok":
        sys.exit(f"{DATABASE.name}: {verdict}")
    sys.stdout.write(f"ok, {orders} orders\n")


if __name__ == "__main__":
    main()

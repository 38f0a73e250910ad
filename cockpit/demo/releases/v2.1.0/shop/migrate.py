"""Applies the migrations that the database has not seen: `python3 -m shop.migrate`."""

import sqlite3
import sys
from pathlib import Path

from shop.settings import settings

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def migrate(database: Path) -> list[str]:
    """Apply what is missing, in order, and return the names applied."""
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY)")
    seen = {name for (name,) in connection.execute("SELECT name FROM schema_migrations")}
    missing = [path for path in sorted(MIGRATIONS.glob("*.sql")) if path.stem not in seen]
    for path in missing:
        connection.executescript(
            f"BEGIN;\n{path.read_text()}\nINSERT INTO schema_migrations VALUES ('{path.stem}');\nCOMMIT;"
        )
    connection.close()
    return [path.stem for path in missing]


if __name__ == "__main__":
    for name in migrate(settings().database):
        sys.stdout.write(f"migrated {name}\n")

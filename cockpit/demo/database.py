"""Builds the shop's database as the newest release finds it, and the dumps that were taken on the way there."""

from __future__ import annotations

import os
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cockpit.demo.history import HISTORY
from cockpit.demo.story import DUMPED_AGO, LAST_GOOD, TAG
from cockpit.demo.tools.backup_db import backup

_GOODS = (
    "Claw hammer", "Ball-peen hammer", "Rubber mallet", "Tenon saw", "Coping saw", "Hacksaw", "Block plane",
    "Bench plane", "Spokeshave", "Chisel 12 mm", "Chisel 25 mm", "Marking gauge", "Try square", "Spirit level",
    "Steel rule", "Folding rule", "Brace", "Hand drill", "Screwdriver PZ2", "Screwdriver T20", "Combination pliers",
    "Side cutters", "Bar clamp", "Whetstone",
)  # fmt: skip
_FIRST_ORDER = 8604
_CUSTOMERS = ("kim", "lena", "tariq", "oskar", "yuki", "paula", "jonas", "amara", "elif", "noor")

# Dumps that were kept: the tag that ran when it was taken, how long ago, and how many orders came in before.
_DUMPS = (
    ("v2.3.0", timedelta(days=6), 120),
    (LAST_GOOD, DUMPED_AGO, 86),
)
_SINCE = 8  # orders since the last dump

LAST_ORDER = _FIRST_ORDER + sum(orders for _, _, orders in _DUMPS) + _SINCE - 1


def build_database(database: Path, backups: Path, *, now: datetime) -> None:
    """Build `database`, and `shop-<tag>.sql` in `backups`, dated as if each was taken before the next deployment."""
    rng = random.Random(8)  # the same shop every time
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE schema_migrations (name TEXT PRIMARY KEY)")
        applied: set[str] = set()
        since = timedelta(days=40)
        for tag, ago, orders in _DUMPS:
            _migrate(connection, tag, applied)
            _sell(connection, rng, orders, since=now - since, until=now - ago)
            target = backups / f"shop-{tag}.sql"
            backup(database, target)
            taken = (now - ago).timestamp()
            os.utime(target, (taken, taken))
            since = ago
        _migrate(connection, TAG, applied)
        _sell(connection, rng, _SINCE, since=now - DUMPED_AGO, until=now)


def _migrate(connection: sqlite3.Connection, tag: str, applied: set[str]) -> None:
    """Apply what the releases up to `tag` brought and `applied` lacks."""
    for release in HISTORY:
        for path in (path for commit in release.commits for path in commit.files):
            name = Path(path).stem
            if path.startswith("migrations/") and name not in applied:
                connection.executescript(release.content(path).decode())
                connection.execute("INSERT INTO schema_migrations VALUES (?)", (name,))
                applied.add(name)
        if release.tag == tag:
            break
    connection.commit()


def _sell(connection: sqlite3.Connection, rng: random.Random, orders: int, *, since: datetime, until: datetime) -> None:
    """Add `orders` paid or shipped orders, spread evenly over a stretch of time; the first call fills the shelves."""
    if connection.execute("SELECT count(*) FROM products").fetchone() == (0,):
        goods = [
            (number, name, rng.randrange(890, 6400, 10), rng.randint(6, 60)) for number, name in enumerate(_GOODS, 1)
        ]
        connection.executemany("INSERT INTO products VALUES (?, ?, ?, ?)", goods)
    prices = dict(connection.execute("SELECT id, price_cents FROM products"))
    (first,) = connection.execute("SELECT coalesce(max(id) + 1, ?) FROM orders", (_FIRST_ORDER,)).fetchone()
    for number in range(orders):
        placed = (since + (until - since) * (number + 0.5) / orders).astimezone(UTC)
        lines = [(product, rng.randint(1, 3)) for product in rng.sample(sorted(prices), rng.randint(1, 3))]
        total = sum(prices[product] * quantity for product, quantity in lines)
        state = "shipped" if number < orders * 0.8 else "paid"
        customer = f"{rng.choice(_CUSTOMERS)}{rng.randint(1, 99)}@example.org"
        connection.execute(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
            (first + number, placed.isoformat(timespec="seconds"), customer, total, state),
        )
        connection.executemany(
            "INSERT INTO order_lines VALUES (?, ?, ?, ?)",
            [(first + number, product, quantity, prices[product]) for product, quantity in lines],
        )
    connection.commit()

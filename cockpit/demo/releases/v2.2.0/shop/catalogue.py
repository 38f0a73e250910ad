"""The products, kept in memory for a few seconds."""

import time
from typing import NamedTuple

from shop.database import Pool

KEEP = 30.0  # seconds


class Product(NamedTuple):
    id: int
    name: str
    price_cents: int


class Catalogue:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._products: dict[int, Product] = {}
        self._read_at = 0.0

    def products(self) -> list[Product]:
        if not self._products or time.monotonic() - self._read_at > KEEP:
            self._read_at = time.monotonic()
            with self._pool.connection() as connection:
                rows = connection.execute("SELECT id, name, price_cents FROM products ORDER BY id").fetchall()
            self._products = {row[0]: Product(*row) for row in rows}
        return list(self._products.values())

    def search(self, words: str) -> list[Product]:
        """The products whose name holds every word."""
        wanted = words.casefold().split()
        return [product for product in self.products() if all(word in product.name.casefold() for word in wanted)]

    def product(self, number: int) -> Product | None:
        self.products()
        return self._products.get(number)

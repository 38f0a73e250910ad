"""From a cart to an order."""

import logging
from datetime import datetime, timezone

from shop.cart import Session
from shop.catalogue import Catalogue
from shop.database import Pool

log = logging.getLogger("shop.checkout")

SHIPPING_CENTS = 390
FREE_FROM_CENTS = 4500


class EmptyCart(Exception):
    """There is nothing to order."""


def total(net_cents: int) -> int:
    return net_cents if net_cents >= FREE_FROM_CENTS else net_cents + SHIPPING_CENTS


class Checkout:
    def __init__(self, pool: Pool, catalogue: Catalogue) -> None:
        self._pool = pool
        self._catalogue = catalogue

    def quote(self, number: int) -> dict[str, object]:
        """What one piece of a product costs with shipping; read from the database, so that stock is true."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT price_cents, stock FROM products WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return {"product": number, "total_cents": total(row[0]), "currency": "EUR", "in_stock": row[1] > 0}

    def _percent_off(self, coupon: str) -> int:
        if not coupon:
            return 0
        with self._pool.connection() as connection:
            row = connection.execute("SELECT percent FROM coupons WHERE code = ?", (coupon.upper(),)).fetchone()
        return row[0] if row else 0

    def place(self, session: Session, email: str, coupon: str = "") -> int:
        """Write the cart as an order, less what the coupon gives, and return its number."""
        lines = [(self._catalogue.product(number), quantity) for number, quantity in session.lines.items()]
        known = [(product, quantity) for product, quantity in lines if product is not None]
        if not known:
            raise EmptyCart
        net = sum(product.price_cents * quantity for product, quantity in known)
        amount = total(net - net * self._percent_off(coupon) // 100)
        with self._pool.connection() as connection:
            order = connection.execute(
                "INSERT INTO orders (placed_at, email, total_cents, state) VALUES (?, ?, ?, 'placed')",
                (datetime.now(timezone.utc).isoformat(timespec="seconds"), email, amount),
            ).lastrowid
            for product, quantity in known:
                connection.execute(
                    "INSERT INTO order_lines VALUES (?, ?, ?, ?)", (order, product.id, quantity, product.price_cents)
                )
                self._take(connection, product.id, quantity)
        session.lines.clear()
        session.order = order
        log.info("order placed order=%d total=%.2f EUR lines=%d", order, amount / 100, len(known))
        return order

    def _take(self, connection, number: int, quantity: int) -> None:
        connection.execute("UPDATE products SET stock = stock - ? WHERE id = ?", (quantity, number))
        (left,) = connection.execute("SELECT stock FROM products WHERE id = ?", (number,)).fetchone()
        if left <= 0:
            connection.execute("UPDATE products SET stock = 40 WHERE id = ?", (number,))
            log.info("stock delivered product=%d pieces=40", number)
        elif left < 4:
            log.warning("stock low product=%d left=%d", number, left)

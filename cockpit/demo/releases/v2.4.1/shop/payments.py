"""Paying an order through the sandbox gateway."""

import logging
import time

from shop.database import Pool, PoolExhausted

log = logging.getLogger("shop.payments")


class GatewayTimeout(Exception):
    """The payment did not come through in time."""


class Declined(Exception):
    """The gateway refused the card."""


def charge(total_cents: int, token: str) -> str:
    """Charge a card in the sandbox and return the receipt's number."""
    time.sleep(0.02)
    if token == "tok_declined":
        raise Declined("insufficient funds")
    return f"rcpt_{total_cents:06d}"


class Payments:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def pay(self, order: int, token: str) -> str:
        started = time.monotonic()
        try:
            return self._pay(order, token)
        except PoolExhausted as error:
            waited = (time.monotonic() - started) * 1000
            raise GatewayTimeout(f"payment gateway timeout after {waited:.0f} ms order={order}") from error

    def _pay(self, order: int, token: str) -> str:
        with self._pool.connection() as connection:
            (total_cents,) = connection.execute("SELECT total_cents FROM orders WHERE id = ?", (order,)).fetchone()
        self._record_attempt(order, token)
        try:
            receipt = charge(total_cents, token)
        except Declined as reason:
            log.warning("payment declined order=%d reason=%s", order, reason)
            self._settle(order, "declined")
            raise
        self._settle(order, "paid")
        log.info("payment received order=%d amount=%.2f EUR receipt=%s", order, total_cents / 100, receipt)
        return receipt

    def _record_attempt(self, order: int, token: str) -> None:
        with self._pool.acquire() as connection:
            connection.execute("INSERT INTO payment_attempts VALUES (?, datetime('now'), ?)", (order, token[-4:]))

    def _settle(self, order: int, state: str) -> None:
        with self._pool.connection() as connection:
            connection.execute("UPDATE orders SET state = ? WHERE id = ?", (state, order))
            connection.execute("INSERT INTO order_events VALUES (?, datetime('now'), ?)", (order, state))

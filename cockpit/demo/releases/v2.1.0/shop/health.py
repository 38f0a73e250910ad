"""Whether the shop is well, for load balancers and monitors."""

from shop import VERSION
from shop.database import Pool, PoolExhausted


def health(pool: Pool) -> tuple[int, dict[str, object]]:
    """Return the HTTP status and the body: ok, degraded (half of the connections in use), or down."""
    try:
        with pool.connection() as connection:
            connection.execute("SELECT id FROM products LIMIT 1").fetchone()
    except PoolExhausted:
        return 503, {"status": "down", "version": VERSION, "database": "unavailable"}
    busy = pool.in_use * 2 >= pool.size
    return 200, {
        "status": "degraded" if busy else "ok",
        "version": VERSION,
        "database": "slow" if busy else "ok",
        "connections": f"{pool.in_use}/{pool.size}",
    }

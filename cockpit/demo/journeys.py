"""What the shop's customers do: visits of a few requests each, the same order of visits every time."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from msgspec import Struct

ADMIN_PASSWORD = "sandbox-only"  # noqa: S105 - of the throwaway shop, which listens on loopback

_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1",
)
_NETWORKS = ("203.0.113", "198.51.100", "192.0.2")  # RFC 5737: for documentation, nobody's

_BUYERS_PER_BROWSER = 2
_DECLINED_EVERY = 9  # buyers
_ADMIN_EVERY = 14  # visits
_MISTYPED_EVERY = 3  # of the admin's


class Call(Struct, frozen=True):
    """One request; `form` is an encoded body, sent by POST."""

    path: str
    form: str = ""

    @property
    def method(self) -> str:
        """GET, or POST where there is a form."""
        return "POST" if self.form else "GET"


class Visit(Struct, frozen=True):
    """One customer's requests, in order; `session` is the cookie that holds them together."""

    session: str
    address: str
    agent: str
    calls: tuple[Call, ...]

    def head(self, call: Call) -> bytes:
        """Return the request as bytes, for a connection of its own."""
        lines = [
            f"{call.method} {call.path} HTTP/1.1",
            "Host: shop.example",
            f"User-Agent: {self.agent}",
            f"X-Forwarded-For: {self.address}",
            f"Cookie: sid={self.session}",
            "Connection: close",
        ]
        if call.form:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(call.form)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + call.form).encode("ascii")


def visits(seed: int = 1) -> Iterator[Visit]:
    """Yield visits without end: about one payment in eleven requests."""
    rng = random.Random(seed)
    for number in itertools.count(1):
        if number % _ADMIN_EVERY == 0:
            calls = _administer(mistyped=number // _ADMIN_EVERY % _MISTYPED_EVERY == 0)
        elif number % (_BUYERS_PER_BROWSER + 1) == 0:
            calls = _browse(rng)
        else:
            calls = _buy(rng, declined=number % _DECLINED_EVERY == 1)
        yield Visit(
            session=f"{rng.getrandbits(64):016x}",
            address=f"{rng.choice(_NETWORKS)}.{rng.randint(2, 250)}",
            agent=rng.choice(_AGENTS),
            calls=calls,
        )


def _product(rng: random.Random) -> int:
    return rng.randint(1, 24)


def _browse(rng: random.Random) -> tuple[Call, ...]:
    seen = [Call(f"/products/{_product(rng)}") for _ in range(2)]
    return (Call("/"), Call("/products"), *seen)


def _buy(rng: random.Random, *, declined: bool) -> tuple[Call, ...]:
    product = _product(rng)
    token = "tok_declined" if declined else f"tok_{rng.randint(1000, 9999)}"
    return (
        Call("/"),
        Call("/products"),
        Call(f"/products/{product}"),
        Call("/cart", f"product={product}&quantity={rng.randint(1, 2)}"),
        Call("/cart"),
        Call(f"/checkout/quote?product={product}"),
        Call("/checkout", f"email=customer{rng.randint(100, 999)}@example.org"),
        Call("/payment", f"token={token}"),
        Call("/"),
    )


def _administer(*, mistyped: bool) -> tuple[Call, ...]:
    wrong = (Call("/admin", "user=admin&password=sandbox"),) if mistyped else ()
    return (Call("/admin"), *wrong, Call("/admin", f"user=admin&password={ADMIN_PASSWORD}"))

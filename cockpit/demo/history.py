"""The shop's releases as they went into its history: who committed what, and which tag was set when.

The files of a release lie in `releases/<tag>/`; each commit brings some of them in. A release ends with a commit
that moves VERSION and CHANGELOG.md, and that is the one tagged.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

RELEASES = Path(__file__).parent / "releases"

ANA = "Ana Ruiz <ana@shop.example>"
BEN = "Ben Okafor <ben@shop.example>"
MIA = "Mia Lindqvist <mia@shop.example>"


class Commit(Struct, frozen=True):
    """One commit; `cockpit` says that it also brings in the release's cockpit.yaml and checklists."""

    author: str
    subject: str
    files: tuple[str, ...] = ()
    body: str = ""
    cockpit: bool = False


class Release(Struct, frozen=True):
    """A tag, its age in days, and the commits since the tag before; a lightweight tag has no message."""

    tag: str
    age: float
    author: str
    commits: tuple[Commit, ...]
    message: str = ""

    @property
    def version(self) -> str:
        """The tag without its `v`, as VERSION holds it."""
        return self.tag.removeprefix("v")

    def content(self, path: str) -> bytes:
        """Return a file of this release as bytes; `path` is relative to the repository's root."""
        return (RELEASES / self.tag / path).read_bytes()


_FIRST = Release(
    tag="v2.1.0",
    age=47,
    author=ANA,
    message="shop 2.1.0: the first release on the new server",
    commits=(
        Commit(
            MIA,
            "Keep products and orders in SQLite",
            (
                "migrations/0001_products.sql",
                "migrations/0002_orders.sql",
                "migrations/0003_orders_by_email.sql",
                "shop/__init__.py",
                "shop/settings.py",
                "shop/database.py",
                "shop/migrate.py",
            ),
        ),
        Commit(
            BEN,
            "Catalogue, cart and checkout",
            ("shop/catalogue.py", "shop/cart.py", "shop/checkout.py", "shop/pages.py"),
        ),
        Commit(BEN, "Pay through the sandbox gateway", ("shop/payments.py",)),
        Commit(
            ANA,
            "Serve it: routes, admin log-in, health, logs",
            (
                "shop/__main__.py",
                "shop/server.py",
                "shop/routes.py",
                "shop/admin.py",
                "shop/health.py",
                "shop/logs.py",
            ),
        ),
        Commit(MIA, "Document endpoints and errors", ("README.md", "docs/endpoints.md", "docs/errors.md")),
    ),
)

_SECOND_LINE = (
    Release(
        tag="v2.2.0",
        age=34,
        author=BEN,
        message="shop 2.2.0: product search",
        commits=(
            Commit(MIA, "Index products by name", ("migrations/0004_products_by_name.sql",)),
            Commit(
                BEN,
                "Search products by words",
                ("shop/catalogue.py", "shop/pages.py", "shop/routes.py"),
                body="Every word has to match; the order of the words does not matter.",
            ),
            Commit(MIA, "Document the search", ("docs/endpoints.md",)),
        ),
    ),
    Release(
        tag="v2.2.1",
        age=32,
        author=BEN,
        commits=(
            Commit(
                BEN,
                "Cap a cart line at 20 pieces",
                ("shop/cart.py",),
                body="A quantity of -1 gave a negative total.\n\nFixes #311",
            ),
            Commit(ANA, "Slow down guessing at the admin password", ("shop/admin.py",)),
        ),
    ),
    Release(
        tag="v2.3.0",
        age=20,
        author=ANA,
        message="shop 2.3.0: coupons",
        commits=(
            Commit(MIA, "Coupons table, SPRING10", ("migrations/0005_coupons.sql",)),
            Commit(MIA, "Take coupons at checkout", ("shop/checkout.py", "shop/routes.py")),
            Commit(MIA, "Document coupons", ("docs/endpoints.md",)),
            Commit(
                ANA,
                "Fly releases with the cockpit",
                body="Probes, logs and the rollback's steps, as we did them by hand until now.",
                cockpit=True,
            ),
        ),
    ),
)

_FOURTH_LINE = (
    Release(
        tag="v2.4.0-rc.1",
        age=9,
        author=BEN,
        commits=(
            Commit(BEN, "Keep each change of an order's state", ("migrations/0006_order_events.sql",)),
            Commit(BEN, "Write order events when a payment settles", ("shop/payments.py",)),
            Commit(MIA, "Document the states of an order", ("docs/orders.md",)),
        ),
    ),
    Release(
        tag="v2.4.0",
        age=6,
        author=ANA,
        message="shop 2.4.0: order events, cheaper shipping",
        commits=(
            Commit(MIA, "Shipping is 3.90, free from 45 EUR", ("shop/checkout.py",)),
            Commit(MIA, "Say so on the front page", ("shop/pages.py",)),
            Commit(BEN, "Say what happens after a declined card", ("docs/errors.md",)),
        ),
    ),
    Release(
        tag="v2.4.1",
        age=0.2,
        author=BEN,
        message="shop 2.4.1: payment attempts for the support desk",
        commits=(
            Commit(BEN, "Payment attempts table", ("migrations/0007_payment_attempts.sql",)),
            Commit(
                BEN,
                "Record payment attempts",
                ("shop/payments.py",),
                body="Support wants to see which card was tried when a customer calls.\n\nCloses #342",
            ),
            Commit(MIA, "A real button on the product page", ("shop/pages.py",)),
            Commit(ANA, "Probe cart, database and port; deploy with the cockpit", cockpit=True),
        ),
    ),
)

HISTORY: tuple[Release, ...] = (_FIRST, *_SECOND_LINE, *_FOURTH_LINE)

"""What each address answers: (status, content type, body)."""

import json
import secrets

from shop import admin, cart, pages
from shop.cart import Sessions
from shop.catalogue import Catalogue
from shop.checkout import Checkout, EmptyCart
from shop.database import Pool
from shop.health import health
from shop.payments import Declined, Payments
from shop.settings import Settings

Answer = tuple[int, str, bytes]


def document(text: str, status: int = 200) -> Answer:
    return status, "text/html; charset=utf-8", text.encode()


def data(value: object, status: int = 200) -> Answer:
    return status, "application/json", json.dumps(value).encode()


class Shop:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = Pool(settings.database, size=settings.pool_size, patience=settings.pool_patience)
        self._sessions = Sessions()
        self._catalogue = Catalogue(self._pool)
        self._checkout = Checkout(self._pool, self._catalogue)
        self._payments = Payments(self._pool)

    def get(self, path: str, query: dict[str, str], session_key: str) -> Answer:
        if path == "/":
            return document(pages.front(self._catalogue.products()))
        if path == "/health":
            status, body = health(self._pool)
            return data(body, status)
        if path == "/products":
            return document(pages.page("Products", pages.search(query.get("q", ""), self._catalogue.search(query.get("q", "")))))
        if path.startswith("/products/") and (product := self._catalogue.product(number(path.rsplit("/", 1)[1]))):
            return document(pages.detail(product))
        if path == "/cart":
            lines = self._sessions.session(session_key).lines
            return data({"lines": [{"product": key, "quantity": value} for key, value in lines.items()]})
        if path == "/checkout/quote":
            return data(self._checkout.quote(number(query.get("product", "1"))))
        if path == "/admin":
            return document(pages.login())
        raise KeyError(path)

    def post(self, path: str, form: dict[str, str], session_key: str, address: str) -> Answer:
        session = self._sessions.session(session_key or secrets.token_hex(8))
        if path == "/cart":
            cart.add(session, number(form.get("product", "")), number(form.get("quantity", "1")))
            return data({"lines": len(session.lines)})
        if path == "/checkout":
            try:
                return data({"order": self._checkout.place(session, form.get("email", ""))}, 201)
            except EmptyCart:
                return data({"error": "the cart is empty"}, 409)
        if path == "/payment":
            if session.order is None:
                return data({"error": "there is no order to pay"}, 409)
            try:
                return data({"receipt": self._payments.pay(session.order, form.get("token", ""))})
            except Declined as reason:
                return data({"error": str(reason)}, 402)
        if path == "/admin":
            expected = self._settings.admin_password
            known = admin.log_in(form.get("user", ""), form.get("password", ""), expected=expected, address=address)
            return document(pages.page("Admin", "<p>Welcome</p>" if known else "<p>No</p>"), 200 if known else 401)
        raise KeyError(path)


def number(text: str) -> int:
    """A positive number; anything else is an unknown product."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0

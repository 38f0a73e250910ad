"""The HTML pages."""

from html import escape

from shop import VERSION
from shop.catalogue import Product


def page(title: str, body: str) -> str:
    return f"<!doctype html><title>{escape(title)}</title><h1>{escape(title)}</h1>{body}<footer>{VERSION}</footer>"


def price(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d} EUR"


def front(products: list[Product]) -> str:
    return page("Shop", "<p>Good tools, kept in stock. Free shipping from 45 EUR.</p>" + listing(products[:4]))


def listing(products: list[Product]) -> str:
    rows = (f'<li><a href="/products/{p.id}">{escape(p.name)}</a> {price(p.price_cents)}</li>' for p in products)
    return f"<ul>{''.join(rows)}</ul>"


def search(words: str, products: list[Product]) -> str:
    found = listing(products) if products else "<p>Nothing found.</p>"
    return f'<form><input name="q" value="{escape(words)}"></form>{found}'


def detail(product: Product) -> str:
    return page(product.name, f'<p>{price(product.price_cents)}</p><form method="post" action="/cart"><button>Add to cart</button></form>')


def login() -> str:
    return page("Admin", '<form method="post"><input name="user"><input name="password" type="password"></form>')

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    placed_at TEXT NOT NULL,
    email TEXT NOT NULL,
    total_cents INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('placed', 'paid', 'declined', 'shipped'))
);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL,
    price_cents INTEGER NOT NULL
);

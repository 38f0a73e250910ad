CREATE TABLE order_events (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    at TEXT NOT NULL,
    state TEXT NOT NULL
);

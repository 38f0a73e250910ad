CREATE TABLE payment_attempts (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    at TEXT NOT NULL,
    card TEXT NOT NULL
);
CREATE INDEX payment_attempts_by_order ON payment_attempts (order_id);

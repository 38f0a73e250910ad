"""Secrets are masked before text enters the store; what is none stays readable."""

from __future__ import annotations

import pytest

from cockpit.redact import MASK, redacted


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD=hunter2-long",
        "db_password: 'hunter2-long'",
        "Authorization: Bearer hunter2-long",
        "postgresql://shop:hunter2-long@db.example/shop",
        "api-key=hunter2-long, next",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert "hunter2-long" not in redacted(text, {})
    assert MASK in redacted(text, {})


@pytest.mark.parametrize("name", ["SECRET_KEY", "PGPASSWORD", "SLACK_TOKEN", "DB_PWD", "AWS_API_KEY"])
def test_the_value_of_a_secret_variable_is_masked_wherever_it_stands(name: str) -> None:
    assert redacted("connected with s3cr3t-value, ok", {name: "s3cr3t-value"}) == f"connected with {MASK}, ok"


@pytest.mark.parametrize("name", ["PWD", "OLDPWD", "GIT_AUTHOR_NAME", "SSH_AUTH_SOCK", "HOME"])
def test_ordinary_variables_stay_readable(name: str) -> None:
    assert redacted("restored /srv/shop by Ana Lima", {name: "/srv/shop"}) == "restored /srv/shop by Ana Lima"


def test_ordinary_output_is_left_alone() -> None:
    text = "orders: 206 rows\nhttps://shop.example/health 200\nshop started, pid 4284"
    assert redacted(text, {}) == text

"""What is wrong with a value, by the shipped checklist's rules; and how strong a secret is."""

from __future__ import annotations

import secrets
import string
from pathlib import Path

import pytest

from cockpit.content.library import load_library
from cockpit.content.shipped import shipped_directory
from cockpit.envfile.rules import fault_of
from cockpit.envfile.strength import ENOUGH, bits_of, generate_secret
from cockpit.release.library import EnvVariable

RULES = {rule.name: rule for rule in load_library(shipped_directory()).env}
STRONG = "9f8e7d2c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SECRET_KEY", STRONG, ""),
        ("SECRET_KEY", STRONG[:31], "has 31 of 32 characters"),
        ("SECRET_KEY", "a" * 40, "can be guessed"),
        ("SECRET_KEY", "super-secret-key-super-secret-key-1234", "can be guessed"),
        ("SECRET_KEY", "passwordpasswordpassword12345678", "can be guessed"),
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789", "can be guessed"),
        ("SECRET_KEY", "<strong-32-char-key>", "is a placeholder"),
        ("SECRET_KEY", "change-me", "is a placeholder"),
        ("SECRET_KEY", " ", "is empty"),
        ("FLASK_ENV", "production", ""),
        ("FLASK_ENV", "development", "is not production"),
        ("FLASK_DEBUG", "0", ""),
        ("FLASK_DEBUG", "1", "is not False"),
        ("FLASK_DEBUG", "nope", "is neither True nor False"),
        ("SESSION_COOKIE_SECURE", "yes", ""),
        ("SESSION_COOKIE_HTTPONLY", "False", "is not True"),
        ("RAZORPAY_KEY_ID", "rzp_live_8f3kd93kfo2l1q", ""),
        ("RAZORPAY_KEY_ID", "rzp_test_8f3kd93kfo2l1q", "is a test key, and this is production"),
        ("RAZORPAY_KEY_ID", "<production-key-id>", "is a placeholder"),
        ("DATABASE_URL", "postgresql://shop:k3Ewqz9@db.internal:5432/shop", ""),
        ("DATABASE_URL", "sqlite:////var/lib/shop.db", ""),
        ("DATABASE_URL", "postgresql://user:password@host:5432/db", "is a placeholder"),
        ("DATABASE_URL", "postgresql://shop:changeme@db/shop", "holds a placeholder as its password"),
        ("DATABASE_URL", "db.internal", "is no URL: it needs a scheme and a host"),
        ("DATABASE_URL", "postgresql://db:port/shop", "is no URL"),
        ("DATABASE_POOL_SIZE", "20", ""),
        ("DATABASE_POOL_SIZE", "twenty", "is no whole number"),
        ("LOG_LEVEL", "INFO", ""),
        ("LOG_LEVEL", "LOUD", "is none of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("LOG_FILE", "app.log", ""),
        ("LOG_FILE", "nowhere/app.log", "lies in a directory that is not there"),
        ("LOG_FILE", "logs", "is a directory"),
        ("LOG_FILE", "y" * 5000, "is no path"),
    ],
    ids=lambda text: text[:24],
)
def test_each_fault_is_named(tmp_path: Path, name: str, value: str, fault: str) -> None:
    (tmp_path / "logs").mkdir()
    found = fault_of(RULES[name], value, production=True, base=tmp_path)
    assert found.startswith(fault)
    assert bool(found) is bool(fault)
    assert not (len(value) > 9 and value in found)


def test_a_test_key_is_right_where_nobody_pays(tmp_path: Path) -> None:
    rule = EnvVariable("RAZORPAY_KEY_ID", "Payment")
    assert fault_of(rule, "rzp_test_8f3kd93kfo2l1q", production=False, base=tmp_path) == ""


def test_what_is_drawn_at_random_is_strong_enough() -> None:
    for _ in range(300):
        for alphabet, length in ((string.hexdigits[:16], 32), (string.ascii_letters + string.digits, 20)):
            secret = "".join(secrets.choice(alphabet) for _ in range(length))
            assert bits_of(secret) > ENOUGH, secret
        assert bits_of(generate_secret()) > 200
    assert len(generate_secret(100)) >= 100

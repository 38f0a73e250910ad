"""How hard a secret is to guess: bits, reckoned low; repeats, runs and well-known words count for next to nothing."""

from __future__ import annotations

import math
import secrets
from typing import Final

ENOUGH: Final = 64.0  # bits: out of reach of guessing against a stolen hash or a signed cookie
_WORDS: Final = (
    "development", "production", "supersecret", "passphrase", "changeme", "password", "example", "testing", "default",
    "staging", "private", "secret", "django", "letmein", "qwerty", "asdfgh", "zxcvbn", "flask", "admin", "token",
    "local", "super", "dummy", "value", "prod", "test", "pass", "user", "root", "salt", "your", "this", "that", "with",
    "dev", "key", "app", "the",
)  # fmt: skip
_WORD_BITS = 6.0
_RUN_BITS = 7.0


def bits_of(secret: str) -> float:
    """Return about how many bits an attacker has to guess, from below."""
    bits, index = 0.0, 0
    each = _bits_per_character(secret)
    folded = secret.casefold() if len(secret.casefold()) == len(secret) else secret
    while index < len(secret):
        word = next((word for word in _WORDS if folded.startswith(word, index)), "")
        length = max(len(word), _run(secret, index), _repeat(folded, index))
        if length >= 3:
            bits += min(_WORD_BITS if length == len(word) else _RUN_BITS, each * length)
            index += length
        else:
            bits += each
            index += 1
    return bits


def generate_secret(least: int = 0) -> str:
    """Return a new secret of at least `least` characters, and no fewer than 43: 256 bits, of URL-safe letters."""
    secret = secrets.token_urlsafe(32)
    while len(secret) < least:
        secret += secrets.token_urlsafe(32)
    return secret


def _bits_per_character(secret: str) -> float:
    if all(character in "0123456789abcdefABCDEF" for character in secret):
        return math.log2(10 if secret.isdigit() else 16)
    if secret.isalpha() and secret.isascii() and secret in {secret.lower(), secret.upper()}:
        return 2.5  # prose has about two bits a letter; a random word of letters is taken for that, too
    pool = 0
    for held, size in (
        (str.islower, 26), (str.isupper, 26), (str.isdigit, 10), (lambda c: not c.isalnum(), 20),
    ):  # fmt: skip
        pool += size if any(held(character) for character in secret) else 0
    return math.log2(max(pool, 2))


def _run(secret: str, index: int) -> int:
    """Return how long the characters go on from here by the same step: aaaa, 1234, fedc."""
    if index + 2 >= len(secret):
        return 0
    step = ord(secret[index + 1]) - ord(secret[index])
    if abs(step) > 1:
        return 0
    end = index + 1
    while end + 1 < len(secret) and ord(secret[end + 1]) - ord(secret[end]) == step:
        end += 1
    return end - index + 1


def _repeat(secret: str, index: int) -> int:
    """Return how much from here stood before already; fewer than four characters are taken for chance."""
    length = 0
    while index + length < len(secret) and secret.find(secret[index : index + length + 1], 0, index + length) >= 0:
        if secret.find(secret[index : index + length + 1]) >= index:
            break
        length += 1
    return length if length >= 4 else 0

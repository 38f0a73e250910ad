"""Inputs by which fuzzing once brought something down."""

from __future__ import annotations

from cockpit.redact import MASK, masked


def test_a_secrets_name_with_many_digits_is_read_at_once() -> None:
    # A group of digits, repeated, was tried in every way to cut it: it took longer than anybody lives.
    text = f"passwd{'0' * 200}../../etc/passwd token_{'1_2' * 100}!"
    assert masked(text, ()) == text
    assert masked(f"passwd{'0' * 200}=hunter2x", ()) == f"passwd{'0' * 200}={MASK}"

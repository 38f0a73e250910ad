"""How long hypothesis looks for a counterexample: briefly in the plain profile, long in the full one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings


def in_both(
    check: Callable[..., None], *strategies: Any, plain: int = 100, full: int = 500, **named: Any
) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return a property as a test of the plain profile, and as one of the full profile with more examples."""

    def test(examples: int) -> Callable[..., None]:
        looked_for: Callable[[Callable[..., None]], Callable[..., None]] = given(*strategies, **named)
        return settings(max_examples=examples)(looked_for(check))

    return test(plain), pytest.mark.full(test(full))

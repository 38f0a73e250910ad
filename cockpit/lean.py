"""msgspec without what it can do without: `typing_extensions` brings `ast`, `inspect` and `dis`, a fifth of a start."""

from __future__ import annotations

import sys
from importlib import import_module


def import_msgspec() -> None:
    """Import msgspec as where `typing_extensions` is not installed: it takes to `typing`, which has what it asks for.

    Whoever needs `typing_extensions` imports it later, as the screens do; where it is here already nothing is saved.
    """
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        import_module("msgspec")
    finally:
        del sys.modules["typing_extensions"]

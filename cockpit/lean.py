"""Libraries without what they can do without: what some of them bring along is a fifth of a start."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType


def import_lean() -> None:
    """Import what every command needs, each where something that it hardly needs seems to be missing, or does less.

    Whoever imports that later gets it whole. Where it is here already nothing is saved.
    """
    # From Python 3.11 on msgspec finds in `typing` all that it asks for; it would bring `ast`, `inspect` and `dis`.
    _import("msgspec", "typing_extensions", None)
    # Nobody has translated it, and each of its words would be looked for in catalogues; it would bring `locale`.
    _import("argparse", "gettext", _untranslated())
    # For a path's URL alone; it would bring `ipaddress`.
    _import("pathlib", "urllib.parse", _quoting_later())


def _import(name: str, unneeded: str, in_its_place: ModuleType | None) -> None:
    if unneeded in sys.modules or name in sys.modules:
        return
    # None is the documented way to make an import fail.
    sys.modules[unneeded] = in_its_place  # type: ignore[assignment]
    try:
        import_module(name)
    finally:
        del sys.modules[unneeded]


def _untranslated() -> ModuleType:
    module = ModuleType("gettext")
    vars(module).update(
        gettext=lambda message: message, ngettext=lambda one, several, number: one if number == 1 else several
    )
    return module


def _quoting_later() -> ModuleType:
    def quote_from_bytes(path: bytes, safe: str | bytes = "/") -> str:
        from urllib.parse import quote_from_bytes as quote

        return quote(path, safe)

    module = ModuleType("urllib.parse")
    vars(module).update(quote_from_bytes=quote_from_bytes)
    return module

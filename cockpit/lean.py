"""Libraries without what they can do without: what some of them bring along is a fifth of a start.

While one is imported, other modules stand for what it hardly needs. Whoever imports those later gets them whole, and so
does the library itself as soon as it asks for more than they have. Where they are here already nothing is saved.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

_SIMPLE = (
    "Final",
    "Literal",
    "ParamSpec",
    "Protocol",
    "Self",
    "TypeAlias",
    "TypedDict",
    "TypeGuard",
    "runtime_checkable",
)


def import_lean() -> None:
    """Import in this way what every command needs."""
    _import(
        "msgspec",
        {
            # From Python 3.11 on it finds in `typing` all that it asks for; it would bring `ast`, `inspect` and `dis`.
            "typing_extensions": None,
            # For the system's name alone `uuid` would compile many patterns.
            "platform": _Later("platform", {"system": lambda: os.uname().sysname}),
            # Schemas are for `validate --schema`.
            "msgspec.inspect": _Later("msgspec.inspect"),
            "msgspec._json_schema": _calling("msgspec._json_schema", "schema", "schema_components"),
        },
    )
    # Nobody has translated it, and each of its words would be looked for in catalogues; it would bring `locale`.
    _import("argparse", {"gettext": _Later("gettext", {"gettext": _untranslated, "ngettext": _one_or_several})})
    # For a path's URL alone; it would bring `ipaddress`.
    _import("pathlib", {"urllib.parse": _calling("urllib.parse", "quote_from_bytes")})
    # For the encoding of what is read as text.
    _import("subprocess", {"locale": _Later("locale")})


def import_lean_screen(module: str) -> None:
    """Import in this way the `module` of a full-screen app."""
    name = "textual.command"
    # The palette, with its field and its list, is for whoever opens it.
    palette: dict[str, object] = {"Provider": _base(name, "Provider")}
    for one in ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "SimpleProvider"):
        palette[one] = _Name(name, one)
    _import(module, {**_of_screens(), name: _Later(name, palette)})


def import_lean_palette(module: str) -> None:
    """Import in this way the `module` of the palette of such an app, while its threads import others."""
    _import(module, {"textual.types": _names_of_textual()})


def _of_screens() -> dict[str, ModuleType]:
    return {
        # Only who opens a TLS connection needs these, and OpenSSL's libraries with them.
        "ssl": _Later("ssl"),
        "asyncio.sslproto": _Later("asyncio.sslproto"),
        # For hosts that are written as addresses, in brackets.
        "ipaddress": _Later("ipaddress"),
        # For where a screenshot would be kept; it would bring `tempfile`, `shutil` and its archivers.
        "platformdirs": _calling("platformdirs", "user_downloads_path"),
        # For a table of a theme's colours, which nobody asks for here.
        "rich.table": _calling("rich.table", "Table"),
        "textual.types": _names_of_textual(),
        # What is simple of it, Python has itself.
        "typing_extensions": _Later("typing_extensions", elsewhere=dict.fromkeys(_SIMPLE, "typing")),
    }


def _names_of_textual() -> ModuleType:
    # Names for annotations, of which one is asked for; the rest would bring some more widgets along.
    return _Later("textual.types", elsewhere={"IgnoreReturnCallbackType": "textual._types"})


class _Later(ModuleType):
    """Stands for a module, which is imported as soon as it is asked for more than is known without it."""

    def __init__(
        self, name: str, given: Mapping[str, object] | None = None, *, elsewhere: Mapping[str, str] | None = None
    ) -> None:
        """Know what is `given`, by its names, and which modules have some of them `elsewhere`."""
        super().__init__(name)
        vars(self).update(given or {})
        self.__elsewhere = elsewhere or {}

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)  # what looks through modules would import them all
        module = self.__elsewhere.get(name, self.__name__)
        if sys.modules.get(module) is self:
            sys.modules.pop(module, None)  # another thread may have come before
        return getattr(import_module(module), name)


class _Name:
    """Stands for what a module has by a name, and is it for whoever calls it or asks for something of it."""

    def __init__(self, module: str, name: str) -> None:
        self.__found: Callable[[], Any] = lambda: getattr(import_module(module), name)

    def __call__(self, *arguments: object, **named: object) -> Any:
        return self.__found()(*arguments, **named)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)  # who looks through modules asks for such
        return getattr(self.__found(), name)


def _base(module: str, name: str) -> type:
    """Return what stands for a class from which others are derived: who calls one of them gets it upon the real one.

    Before it is called such a class is none of the real one's.
    """

    class Base:
        def __new__(cls, *arguments: object, **named: object) -> Any:
            own = {key: value for key, value in vars(cls).items() if key not in {"__dict__", "__weakref__"}}
            base = getattr(import_module(module), name)
            return type(base)(cls.__name__, (base,), own)(*arguments, **named)

    return Base


def _calling(module: str, *names: str) -> _Later:
    """Return what stands for a module of whose functions nothing is asked but that they can be called."""

    def caller(name: str) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            return getattr(import_module(module), name)(*arguments, **named)

        return call

    return _Later(module, {name: caller(name) for name in names})


def _import(name: str, unneeded: Mapping[str, ModuleType | None]) -> None:
    if name in sys.modules:
        return
    missing = {module: in_its_place for module, in_its_place in unneeded.items() if module not in sys.modules}
    # None is the documented way to make an import fail.
    sys.modules.update(missing)  # type: ignore[arg-type]
    try:
        import_module(name)
    finally:
        for module, in_its_place in missing.items():
            if module in sys.modules and sys.modules[module] is in_its_place:
                sys.modules.pop(module, None)


def _untranslated(message: str) -> str:
    return message


def _one_or_several(one: str, several: str, number: int) -> str:
    return one if number == 1 else several

"""Text as nobody here would write it, and snapshots in which all external text is such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from cockpit.release.configuration import LogSource
from cockpit.text import visible

T = TypeVar("T", bound=Struct)

START = "Zq"  # what each begins with, so that a test sees that it was drawn at all
CONTROLS = (
    "\x1b[31m", "\x1b]52;c;aGk=\x07", "\x9b2J", "\u202e", "\u2066", "\u2028", "\u2029", "\x00", "\n", "\r", "\ufeff",
)  # fmt: skip
TEXTS = {
    "controls": START + "".join(CONTROLS) + "end",
    "unbalanced-markup": START + "[/nope] [bold red]x [@click=app.quit]y[/] $text",
    "wide-and-combining": START + "製品の発売" + "e\u0301\u0327" * 9 + "👩\u200d🔧" + "発" * 120,
    "long": START + "x" * 5000,
}
# The fields that hold what somebody wrote, in whatever value they stand.
_EXTERNAL = frozenset({
    "text", "note", "title", "when", "role", "run", "detail", "name", "service", "environment_name", "tag",
    "from_tag", "host", "reason", "target", "why_target", "actual", "section", "subject", "looking_at", "observer",
    "command", "danger", "undo", "confirm", "left_out", "display", "purpose", "address", "hint", "deploys_locked",
    "to", "taken_from", "given_by", "body", "channel",
})  # fmt: skip
_SAFE_BY_CONTRACT = frozenset({"display"})


def poisoned(value: T, text: str) -> T:
    """Return the value with `text` in every field, at any depth, that holds what somebody wrote."""
    return cast(T, _poison(value, text))


def _poison(value: Any, text: str) -> Any:
    if isinstance(value, LogSource):
        return value  # another log would never be read, and the screen never be still
    if isinstance(value, Struct):
        changes: dict[str, Any] = {}
        for field in value.__struct_fields__:
            before = getattr(value, field)
            if isinstance(before, str) and field in _EXTERNAL:
                changes[field] = visible(text) if field in _SAFE_BY_CONTRACT else text
            elif field == "reasons" and before and isinstance(before[0], str):
                changes[field] = (text,)
            else:
                changes[field] = _poison(before, text)
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(_poison(one, text) for one in value)
    if isinstance(value, Mapping):
        return {key: _poison(one, text) for key, one in value.items()}
    return value

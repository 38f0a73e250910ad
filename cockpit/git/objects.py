"""Object ids: what this package acts on once a name has been resolved."""

from __future__ import annotations

import re

from cockpit.errors import RefusedError

_OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def object_id(text: str) -> str:
    """Return `text` where it is a full object id (SHA-1 or SHA-256); RefusedError (`not-an-object-id`) otherwise."""
    if not _OBJECT_ID.fullmatch(text):
        raise RefusedError(f"{text!r} is not a full object id", fix="Resolve the name first", code="not-an-object-id")
    return text

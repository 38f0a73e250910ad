"""What a strip holds: itself, which only the garbage collector can undo, or others that were made of it."""

from __future__ import annotations

import gc

from textual.strip import Strip

_KINDS = (dict, list, tuple)  # besides a strip's caches


def holds_itself(strip: Strip) -> bool:
    """Whether a strip is among what it keeps of itself."""
    return any(held is strip for held in strips_held(strip))


def strips_held(strip: Strip) -> list[Strip]:
    """Return the strips that one keeps."""
    seen, found, strips = set[int](), [strip], list[Strip]()
    while found:
        for held in gc.get_referents(found.pop()):
            if isinstance(held, Strip):
                strips.append(held)
            if id(held) not in seen and (isinstance(held, _KINDS) or type(held).__module__ == "textual.cache"):
                seen.add(id(held))
                found.append(held)
    return strips

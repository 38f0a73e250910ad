"""Objects that hold themselves: only the garbage collector can free them."""

from __future__ import annotations

import gc

from textual.strip import Strip

_KINDS = (dict, list, tuple)  # besides a strip's caches


def holds_itself(strip: Strip) -> bool:
    """Whether a strip is among what it keeps of itself."""
    seen, found = set[int](), [strip]
    while found:
        for held in gc.get_referents(found.pop()):
            if held is strip:
                return True
            if id(held) not in seen and (isinstance(held, _KINDS) or type(held).__module__ == "textual.cache"):
                seen.add(id(held))
                found.append(held)
    return False
